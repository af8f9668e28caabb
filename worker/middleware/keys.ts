import type { Context } from "hono";

import { parseSignedKey } from "../domain/signed-key.ts";
import { type Access, MAIN_SITE } from "../domain/site.ts";
import type { AppEnv, Env } from "../env.ts";
import { isSameText } from "../same-text.ts";
import { isGenuine } from "../signatures.ts";

/**
 * The key that a request carries outside its body: Bearer, Basic user name, a WebSocket's protocols, or
 * `?writeKey=`.
 */
export function keyOfRequest({ req, env }: Context<AppEnv>): string | undefined {
  const named = keyOfAuthorization(req.header("authorization") ?? "");
  if (named !== "") return named;
  const offered = keyOfProtocols(req.header("sec-websocket-protocol"));
  if (offered !== undefined) return offered;
  const key = req.query("writeKey") || undefined;
  // Addresses are logged everywhere: a secret key is not taken from one.
  return key !== undefined && isSecret(key, env) ? "" : key;
}

/** What a browser's WebSocket names beside the key, which it can give in no other header: `[LIVE_PROTOCOL, "key." + key]`. */
export const LIVE_PROTOCOL = "afterglow";
const KEY_PROTOCOL = "key.";

/** `""` where there is none. */
function keyOfAuthorization(header: string): string {
  const [scheme = "", credentials = ""] = header.trim().split(/ +/, 2);
  if (scheme.toLowerCase() === "bearer") return credentials;
  return scheme.toLowerCase() === "basic" ? basicUser(credentials) : "";
}

function keyOfProtocols(protocols: string | undefined): string | undefined {
  const offered = protocols?.split(",").map((protocol) => protocol.trim());
  return offered?.find((protocol) => protocol.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length);
}

function basicUser(credentials: string): string {
  try {
    return atob(credentials).split(":", 1)[0] ?? "";
  } catch {
    return "";
  }
}

function isSecret(key: string, env: KeyEnv): boolean {
  return isSameText(key, env.SECRET_KEY) || parseSignedKey(key)?.kind === "secret";
}

/** What it takes to know a key: secrets of the environment, and no object. */
type KeyEnv = Pick<Env, "WRITE_KEY" | "SECRET_KEY" | "SIGNING_KEY">;

/** What a key says of itself, and rightly so. */
export interface KnownKey extends Access {
  /** `undefined` of a key that stands in the environment: as long as it does, it holds. */
  readonly kid: string | undefined;
}

/**
 * Which key this is; `undefined` where it is none. Asks nobody, so that made-up keys cost nothing. Whether a signed
 * key has been revoked since, its site knows.
 */
export async function knownKey(key: string | undefined, env: KeyEnv): Promise<KnownKey | undefined> {
  if (!key) return undefined;
  if (isSameText(key, env.WRITE_KEY)) return { site: MAIN_SITE, kind: "write", kid: undefined };
  if (isSameText(key, env.SECRET_KEY)) return { site: MAIN_SITE, kind: "secret", kid: undefined };
  const signed = parseSignedKey(key);
  if (!signed || !(await isGenuine(signed, env.SIGNING_KEY))) return undefined;
  const { site, kind, kid } = signed;
  return { site, kind, kid };
}
