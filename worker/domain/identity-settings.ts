import { isObject, show, within } from "../../shared/scoring/show.ts";
import {
  MAX_AUDIENCE_CHARS,
  MAX_HMAC_SECRET_CHARS,
  MAX_TOKEN_KEYS,
  MAX_TOKEN_KID_CHARS,
  MIN_HMAC_SECRET_BYTES,
} from "./identity-limits.ts";
import { unknownKeys } from "./unknown-keys.ts";

export type TokenAlg = "HS256" | "EdDSA";

/** A key that the site's backend signs tokens with, or the public half of one. */
export type TokenKey = {
  readonly kid: string;
  /** Of tokens, beside the id of the site. */
  readonly audience?: string;
} & (
  | { readonly alg: "HS256"; readonly secret: string }
  /** 32 bytes as base64url. */
  | { readonly alg: "EdDSA"; readonly publicKey: string }
);

/** How a site's visitors become known contacts. */
export interface SiteIdentity {
  readonly jwt: readonly TokenKey[];
  /** Whether an e-mail address that a page claims merges, without proof. */
  readonly mergeClaimedEmail: boolean;
}

export const NO_IDENTITY: SiteIdentity = { jwt: [], mergeClaimedEmail: false };

/** What an owner changes of it; a key that is only named stays as it is stored. */
export interface IdentityPatch {
  readonly jwt?: readonly (TokenKey | KeptKey)[];
  readonly mergeClaimedEmail?: boolean;
}

interface KeptKey {
  readonly kid: string;
}

type Tell = (path: string, message: string) => void;

/** What is wrong is told without what was sent: a secret may have come in its place. */
export function readIdentity(value: unknown, tell: Tell): IdentityPatch {
  const path = "settings.identity";
  if (!isObject(value)) {
    tell(path, `wants an object, such as {"jwt": [ … ], "mergeClaimedEmail": false}`);
    return {};
  }
  for (const { message } of unknownKeys(value, ["jwt", "mergeClaimedEmail"])) tell(path, message);
  const { jwt, mergeClaimedEmail: merges } = value;
  if (merges !== undefined && typeof merges !== "boolean") {
    tell(`${path}.mergeClaimedEmail`, `wants true or false`);
  }
  return {
    ...(jwt === undefined ? {} : { jwt: readKeys(jwt, `${path}.jwt`, tell) }),
    ...(typeof merges === "boolean" ? { mergeClaimedEmail: merges } : {}),
  };
}

/** The settings after a change; the kid of a key that is only named and not stored, where there is one. */
export function changeIdentity(
  old: SiteIdentity,
  { jwt, mergeClaimedEmail = old.mergeClaimedEmail }: IdentityPatch,
): { readonly identity: SiteIdentity } | { readonly unknownKid: string } {
  const keys: TokenKey[] = [];
  for (const key of jwt ?? old.jwt) {
    const whole = "alg" in key ? key : old.jwt.find(({ kid }) => kid === key.kid);
    if (!whole) return { unknownKid: key.kid };
    keys.push(whole);
  }
  return { identity: { jwt: keys, mergeClaimedEmail } };
}

/** What is told of the settings: no secret. */
export function identityView({ jwt, mergeClaimedEmail }: SiteIdentity) {
  const keys = jwt.map((key) => {
    if (key.alg === "EdDSA") return key;
    const { secret: _, ...shown } = key;
    return shown;
  });
  return { jwt: keys, mergeClaimedEmail };
}

function readKeys(value: unknown, path: string, tell: Tell): (TokenKey | KeptKey)[] {
  if (!Array.isArray(value) || value.length > MAX_TOKEN_KEYS) {
    const got = Array.isArray(value) ? `, got ${value.length}` : "";
    tell(path, `wants a list of at most ${MAX_TOKEN_KEYS} keys${got}`);
    return [];
  }
  const kids = new Set<string>();
  return value.flatMap((each: unknown, i) => {
    const key = readKey(each, within(path, i), tell);
    if (!key) return [];
    if (kids.has(key.kid)) tell(within(path, i), `repeats the kid ${show(key.kid)}: each key has its own`);
    kids.add(key.kid);
    return [key];
  });
}

function readKey(value: unknown, path: string, tell: Tell): TokenKey | KeptKey | undefined {
  if (!isObject(value)) {
    tell(path, `wants an object, such as {"kid": "2026-11", "alg": "HS256", "secret": "…"}`);
    return undefined;
  }
  const { kid, alg, secret, publicKey, audience } = value;
  for (const { message } of unknownKeys(value, ["kid", "alg", "secret", "publicKey", "audience"])) {
    tell(path, message);
  }
  if (!isText(kid, MAX_TOKEN_KID_CHARS)) {
    tell(`${path}.kid`, `wants a text of 1 to ${MAX_TOKEN_KID_CHARS} characters`);
    return undefined;
  }
  if (audience !== undefined && !isText(audience, MAX_AUDIENCE_CHARS)) {
    tell(`${path}.audience`, `wants a text of 1 to ${MAX_AUDIENCE_CHARS} characters, or is left out`);
    return undefined;
  }
  const rest = { kid, ...(audience === undefined ? {} : { audience }) };
  if (alg === "HS256" && publicKey === undefined) {
    if (isSecret(secret)) return { ...rest, alg, secret };
    tell(
      `${path}.secret`,
      `wants ${MIN_HMAC_SECRET_BYTES} random bytes or more as a text, such as openssl rand -base64 32 makes, at most ${MAX_HMAC_SECRET_CHARS} characters`,
    );
    return undefined;
  }
  if (alg === "EdDSA" && secret === undefined) {
    const read = readPublicKey(publicKey);
    if ("key" in read) return { ...rest, alg, publicKey: read.key };
    tell(`${path}.publicKey`, read.problem);
    return undefined;
  }
  if (Object.keys(value).length === 1) return { kid };
  tell(
    path,
    'wants "alg": "HS256" and "secret", or "alg": "EdDSA" and "publicKey", or "kid" alone for a key that stays as it is',
  );
  return undefined;
}

function isText(value: unknown, maxChars: number): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= maxChars;
}

/** Of texts of other than one-byte characters it takes fewer; none is cut short. */
function isSecret(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length >= MIN_HMAC_SECRET_BYTES &&
    value.length <= MAX_HMAC_SECRET_CHARS &&
    !value.includes("-----BEGIN")
  );
}

/** 32 bytes as base64 or base64url, bare, or with what SPKI says before them, as in PEM. */
const RAW = /^[\w+/-]{43}=?$/;
const SPKI = /^MCowBQYDK2VwAyEA([\w+/-]{43}=?)$/;

/** Reads a JWK, PEM, or base64 of an Ed25519 public key. */
function readPublicKey(value: unknown): { readonly key: string } | { readonly problem: string } {
  const wants =
    "wants an Ed25519 public key: a JWK with kty OKP, crv Ed25519 and x, a PEM text, or its 32 bytes as base64";
  if (isObject(value)) {
    const { kty, crv, x } = value;
    if ("d" in value) {
      return { problem: "is a private key: send the public half of it only, and take another pair now" };
    }
    const isKey = kty === "OKP" && crv === "Ed25519" && typeof x === "string" && RAW.test(x);
    return isKey ? { key: toBase64Url(x) } : { problem: wants };
  }
  if (typeof value !== "string") return { problem: wants };
  if (value.includes("PRIVATE KEY")) {
    return { problem: "is a private key: send the public half of it only, and take another pair now" };
  }
  const text = value.replaceAll(/-----(?:BEGIN|END) PUBLIC KEY-----|\s/g, "");
  const raw = SPKI.exec(text)?.[1] ?? (RAW.test(text) ? text : undefined);
  return raw === undefined ? { problem: wants } : { key: toBase64Url(raw) };
}

function toBase64Url(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}
