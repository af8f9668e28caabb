import { clientGroup } from "./domain/client-group.ts";
import type { Env } from "./env.ts";

const encoder = new TextEncoder();

/** Of this isolate: it was never outside, and ends with it. */
let key: CryptoKey | undefined;

/**
 * The sender's address under a keyed hash, by which its buckets are named; `undefined` where it tells nothing of who
 * sends. The address itself is kept nowhere.
 */
export async function hashedAddress(
  request: Request,
  env: Pick<Env, "ADDRESS_HEADER">,
): Promise<string | undefined> {
  const group = clientGroup(addressOf(request, env));
  if (group === undefined) return undefined;
  if (!key) {
    const made = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    // Another request may have been as early.
    if (!("publicKey" in made)) key ??= made;
  }
  if (!key) return undefined;
  const hash = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(group)), 0, HASH_BYTES);
  return String.fromCharCode(...hash);
}

/** Enough for no two addresses of an isolate to meet. */
const HASH_BYTES = 12;

/**
 * In the order of who can be believed: the header that whoever runs the collector has named, in which a proxy adds the
 * address that it sees at the end; the socket's, as workerd tells it; what Cloudflare says. The last one anybody could
 * send where Cloudflare is not in front, and there workerd tells the socket's.
 */
function addressOf({ headers, cf }: Request, { ADDRESS_HEADER }: Pick<Env, "ADDRESS_HEADER">): string {
  if (ADDRESS_HEADER) return headers.get(ADDRESS_HEADER)?.split(",").at(-1) ?? "";
  const socket: unknown = cf?.["clientIp"];
  return typeof socket === "string" ? socket : (headers.get("cf-connecting-ip") ?? "");
}
