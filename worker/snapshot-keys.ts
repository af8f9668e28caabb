import { base64url } from "./base64url.ts";
import type { SiteId } from "./domain/site.ts";
import type { Env } from "./env.ts";
import { isSigningKey } from "./signatures.ts";

/** The pair that signs snapshots; the same for the same secret, so that there is nothing to keep. */
export interface SnapshotKey {
  readonly kid: string;
  readonly sign: CryptoKey;
  /** As in a JWK: base64url. */
  readonly publicKey: string;
}

export type SnapshotSecrets = Pick<Env, "SIGNING_KEY" | "SNAPSHOT_KEY" | "SNAPSHOT_KEY_BEFORE">;

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();
/** RFC 8410: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const PKCS8_HEAD = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/** Of a key's thumbprint, in characters of base64url: 96 bits are one name for each key. */
const KID_CHARS = 16;

/** The secret that signs now, and the one before it, whose snapshots are still taken. None where none is set. */
export function secretsOf({ SIGNING_KEY, SNAPSHOT_KEY, SNAPSHOT_KEY_BEFORE }: SnapshotSecrets): string[] {
  const now = isSigningKey(SNAPSHOT_KEY) ? SNAPSHOT_KEY : SIGNING_KEY;
  return [now, SNAPSHOT_KEY_BEFORE].filter(isSigningKey);
}

const pairs = new Map<string, Promise<SnapshotKey>>();

export function snapshotKeyOf(secret: string): Promise<SnapshotKey> {
  return remembered(pairs, secret, () => makePair(secret));
}

/** What the snapshots in cookies of one site are signed with, 32 bytes: no other site's, and nothing else, is. */
export async function sealingBytes(secret: string, site: SiteId): Promise<Uint8Array> {
  return derived(secret, `afterglow snapshot cookies 1\n${site}`);
}

const sealing = new Map<string, Promise<CryptoKey>>();

export function sealingKey(secret: string, site: SiteId): Promise<CryptoKey> {
  return remembered(sealing, `${secret}\n${site}`, async () =>
    crypto.subtle.importKey("raw", await sealingBytes(secret, site), HMAC, false, ["sign"]),
  );
}

async function makePair(secret: string): Promise<SnapshotKey> {
  const seed = await derived(secret, "afterglow snapshot tokens 1");
  const pkcs8 = Uint8Array.from([...PKCS8_HEAD, ...seed]);
  const sign = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, true, ["sign"]);
  const { x = "" } = (await crypto.subtle.exportKey("jwk", sign)) as JsonWebKey;
  // RFC 7638: the members that make the key, in the order of the alphabet.
  const thumbprint = encoder.encode(JSON.stringify({ crv: "Ed25519", kty: "OKP", x }));
  const kid = base64url(await crypto.subtle.digest("SHA-256", thumbprint)).slice(0, KID_CHARS);
  return { kid, sign, publicKey: x };
}

async function derived(secret: string, text: string): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), HMAC, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
}

/** Sites of one deployment that are asked for; beyond, all are made anew. */
const MOST = 1_000;

function remembered<T>(map: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const known = map.get(name);
  if (known) return known;
  if (map.size >= MOST) map.clear();
  const made = make();
  map.set(name, made);
  made.catch(() => map.delete(name));
  return made;
}
