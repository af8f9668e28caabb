/** JWTs as a site's backend makes them, and as nobody should. */

const encoder = new TextEncoder();

export function base64Url(data: Uint8Array | string): string {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

export type Sign = (text: string) => Promise<Uint8Array>;

/** A token of any header and claims. */
export async function jwt(header: object, claims: object, sign: Sign): Promise<string> {
  const text = `${base64Url(JSON.stringify(header))}.${base64Url(JSON.stringify(claims))}`;
  return `${text}.${base64Url(await sign(text))}`;
}

export function hmac(secret: string | Uint8Array<ArrayBuffer>): Sign {
  return async (text) => {
    const bytes = typeof secret === "string" ? encoder.encode(secret) : secret;
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
  };
}

/** A new pair of Ed25519 keys. */
export async function edDsa() {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const raw = new Uint8Array((await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer);
  const sign: Sign = async (text) =>
    new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, encoder.encode(text)));
  return { sign, raw, publicKey: base64Url(raw) };
}

/** Seconds since 1970, `later` seconds from now. */
export function inSeconds(later: number): number {
  return Math.floor(Date.now() / 1_000) + later;
}
