/** By HubSpot's own advice: what is older may be somebody who has overheard it. */
const MAX_AGE_MS = 5 * 60_000;

const encoder = new TextEncoder();

interface SignedRequest {
  readonly method: string;
  /** By which the sender may have called it; the right one is among them. */
  readonly urls: readonly string[];
  readonly body: string;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/**
 * Whether HubSpot has signed a request, by version 3 of its signatures: HMAC-SHA256 of method, address, body and
 * time, as base64. Takes as long for a near miss as for a hit.
 */
export async function isSignedByHubSpot(
  { method, urls, body, timestamp, signature }: SignedRequest,
  clientSecret: string,
  now: number,
): Promise<boolean> {
  if (timestamp === undefined || signature === undefined || !/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp)) > MAX_AGE_MS) return false;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = encoder.encode(clientSecret);
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const given = encoder.encode(signature);
  for (const url of urls) {
    const signed = encoder.encode(method + url + body + timestamp);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, signed));
    const right = encoder.encode(btoa(String.fromCharCode(...mac)));
    if (given.length === right.length && crypto.subtle.timingSafeEqual(given, right)) return true;
  }
  return false;
}
