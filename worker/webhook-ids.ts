import { base64url } from "./base64url.ts";

const ID_BYTES = 16;
/** The Standard Webhooks spec asks for 24 to 64. */
const SECRET_BYTES = 32;
/** Of a hash: no two deliveries ever share one. */
const HASH_BYTES = 20;

const encoder = new TextEncoder();

/** Random, behind a prefix: 22 characters. */
export function newId(prefix: string): string {
  return prefix + base64url(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
}

/** As the Standard Webhooks spec writes them. */
export function newSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** The `webhook-id` of a crossing for a destination: the same whenever it is worked out, and of nothing else. */
export async function messageId(crossing: string, destination: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", encoder.encode(`${crossing}\n${destination}`));
  return `msg_${base64url(new Uint8Array(hash, 0, HASH_BYTES))}`;
}
