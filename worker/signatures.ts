import { base64url } from "./base64url.ts";
import { type KeyName, MAC_BYTES, type SignedKey, signedText } from "./domain/signed-key.ts";
import { MAX_REMEMBERED_KEYS } from "./domain/site-limits.ts";

/** 32 random bytes are 43 characters of base64url, and 64 of hexadecimal. */
const MIN_SIGNING_KEY_CHARS = 32;

const encoder = new TextEncoder();

/** The signature of a key. */
export function macOf(name: KeyName, signingKey: string): Promise<string> {
  return macOfText(signedText(name), signingKey);
}

/** The signature of a text, which has to say what it is of: 24 characters of base64url. */
export async function macOfText(text: string, signingKey: string): Promise<string> {
  const full = await crypto.subtle.sign("HMAC", await importKey(signingKey), encoder.encode(text));
  return base64url(new Uint8Array(full, 0, MAC_BYTES));
}

/** The right signatures of keys that were found genuine, by who the key is: a made-up key finds no place here. */
const remembered = new Map<string, string>();
let rememberedOf: string | undefined;

/** Whether the deployment has signed a key. Takes as long for a near miss as for a hit. */
export async function isGenuine(key: SignedKey, signingKey: string | undefined): Promise<boolean> {
  if (!isSigningKey(signingKey)) return false;
  if (rememberedOf !== signingKey) remembered.clear();
  rememberedOf = signingKey;
  const name = signedText(key);
  const known = remembered.get(name);
  const mac = known ?? (await macOf(key, signingKey));
  // Both are of the same length: a key of another does not parse.
  if (!crypto.subtle.timingSafeEqual(encoder.encode(mac), encoder.encode(key.mac))) return false;
  if (known === undefined) {
    if (remembered.size >= MAX_REMEMBERED_KEYS) remembered.clear();
    remembered.set(name, mac);
  }
  return true;
}

/** Whether a text has this signature, of the right length. Takes as long for a near miss as for a hit. */
export async function hasMac(text: string, mac: string, signingKey: string): Promise<boolean> {
  const right = encoder.encode(await macOfText(text, signingKey));
  const given = encoder.encode(mac);
  return given.length === right.length && crypto.subtle.timingSafeEqual(given, right);
}

export function isSigningKey(text: string | undefined): text is string {
  return text !== undefined && text.length >= MIN_SIGNING_KEY_CHARS;
}

let imported: { readonly text: string; readonly key: CryptoKey } | undefined;

async function importKey(text: string): Promise<CryptoKey> {
  if (imported?.text !== text) {
    const hmac = { name: "HMAC", hash: "SHA-256" };
    imported = {
      text,
      key: await crypto.subtle.importKey("raw", encoder.encode(text), hmac, false, ["sign"]),
    };
  }
  return imported.key;
}
