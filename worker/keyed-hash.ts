/** Bytes kept of a hash: no two contacts of a site ever share one. */
const HASH_BYTES = 16;
const KEY_BYTES = 32;

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();

/** A key that nobody else has. */
export function newHashKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}

export function importHashKey(key: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, HMAC, false, ["sign"]);
}

/** Of a text, in hexadecimal: without the key nobody can tell of which, nor whether it is of one that they think of. */
export async function keyedHash(key: CryptoKey, text: string): Promise<string> {
  const full = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  return [...new Uint8Array(full, 0, HASH_BYTES)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
