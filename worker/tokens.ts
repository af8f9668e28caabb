import { MAX_TOKEN_CHARS } from "../shared/limits.ts";
import type { SiteIdentity, TokenKey } from "./domain/identity-settings.ts";
import { keysFor, readTokenHeader, type TokenProblem, userOfClaims } from "./domain/identity-token.ts";
import type { SiteId } from "./domain/site.ts";

export type TokenReading = { readonly user: string } | { readonly problem: TokenProblem };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The user that a JWT of the site's backend is about, or what is wrong with it. Never rejects. */
export async function readToken(
  token: string,
  site: SiteId,
  { jwt }: SiteIdentity,
  nowMs: number,
): Promise<TokenReading> {
  if (jwt.length === 0) return { problem: "token_unexpected" };
  if (token.length > MAX_TOKEN_CHARS) return { problem: "token_too_long" };
  const [head = "", body = "", mac = "", ...more] = token.split(".");
  const header = readTokenHeader(jsonOf(head));
  const signature = bytesOf(mac);
  if (!header || !signature || more.length > 0) return { problem: "token_malformed" };
  const keys = keysFor(header, jwt);
  if (keys.length === 0) return { problem: "token_unknown_key" };
  for (const key of keys) {
    if (!(await isSignedBy(key, encoder.encode(`${head}.${body}`), signature))) continue;
    return userOfClaims(jsonOf(body), site, key.audience, Math.floor(nowMs / 1_000));
  }
  return { problem: "token_bad_signature" };
}

const imported = new WeakMap<TokenKey, CryptoKey>();

async function isSignedBy(key: TokenKey, text: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    const made = imported.get(key) ?? (await importKey(key));
    imported.set(key, made);
    const algorithm = key.alg === "HS256" ? "HMAC" : "Ed25519";
    return await crypto.subtle.verify(algorithm, made, signature, text);
  } catch {
    // 32 bytes that are no point of the curve.
    return false;
  }
}

function importKey(key: TokenKey): Promise<CryptoKey> {
  if (key.alg === "HS256") {
    const hmac = { name: "HMAC", hash: "SHA-256" };
    return crypto.subtle.importKey("raw", encoder.encode(key.secret), hmac, false, ["verify"]);
  }
  const bytes = bytesOf(key.publicKey) ?? new Uint8Array();
  return crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]);
}

/** `undefined` where it is no base64url. */
function bytesOf(text: string): Uint8Array | undefined {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(decoder.decode(bytesOf(text)));
  } catch {
    return undefined;
  }
}
