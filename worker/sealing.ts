const IV_BYTES = 12;
const KEY_BYTES = 16;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A key that nobody else has, for {@link seal}. */
export function newSealingKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}

/**
 * A text that only the key opens again (AES-GCM, with a random number of its own in front). `about` says what it is of:
 * it is not in it, and has to be the same when it is opened, so that nothing is taken for something else.
 */
export async function seal(key: Uint8Array, text: string, about: string): Promise<ArrayBuffer> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(howFor(iv, about), await imported(key), encoder.encode(text));
  const bytes = new Uint8Array(IV_BYTES + sealed.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(sealed), IV_BYTES);
  return bytes.buffer;
}

/** Throws where it was sealed with another key, about something else, or is damaged. */
export async function unseal(key: Uint8Array, sealed: ArrayBuffer, about: string): Promise<string> {
  const iv = new Uint8Array(sealed.slice(0, IV_BYTES));
  const rest = sealed.slice(IV_BYTES);
  return decoder.decode(await crypto.subtle.decrypt(howFor(iv, about), await imported(key), rest));
}

function howFor(iv: Uint8Array, about: string) {
  return { name: "AES-GCM", iv, additionalData: encoder.encode(about) };
}

function imported(key: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
}
