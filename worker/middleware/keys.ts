import type { Context, Next } from "hono";

import type { Env } from "../env.ts";
import { ApiError } from "../errors.ts";

export type KeyKind = "public" | "secret";

/** The key that a request carries outside its body: Bearer, Basic user name, or `?writeKey=`. */
export function keyOfRequest({ req, env }: Context<{ Bindings: Env }>): string | undefined {
  const authorization = req.header("authorization");
  if (authorization !== undefined) {
    const [scheme = "", credentials = ""] = authorization.split(" ", 2);
    if (scheme.toLowerCase() === "bearer") return credentials || undefined;
    if (scheme.toLowerCase() === "basic") return basicUser(credentials) || undefined;
  }
  const key = req.query("writeKey") || undefined;
  // Addresses are logged everywhere: the secret key is not taken from one.
  return kindOfKey(key, env) === "secret" ? "" : key;
}

/** Before routes for the site's backend only. Throws `secret_key_required`, or `unknown_key` for one that is none. */
export async function requireSecretKey(c: Context<{ Bindings: Env }>, next: Next): Promise<void> {
  const key = keyOfRequest(c);
  const kind = kindOfKey(key, c.env);
  if (kind !== "secret") throw new ApiError(key && !kind ? "unknown_key" : "secret_key_required");
  await next();
}

function basicUser(credentials: string): string {
  try {
    return atob(credentials).split(":", 1)[0] ?? "";
  } catch {
    return "";
  }
}

/** Which of the site's keys this is; `undefined` where it is none. */
export function kindOfKey(key: string | undefined, env: Env): KeyKind | undefined {
  if (!key) return undefined;
  // The write key stands in every page: only the secret one must not be guessed from the time a look takes.
  if (key === env.WRITE_KEY) return "public";
  return isSame(key, env.SECRET_KEY) ? "secret" : undefined;
}

const encoder = new TextEncoder();

/** Takes as long for a near miss as for a hit. */
function isSame(given: string, secret: string): boolean {
  const expected = encoder.encode(secret);
  if (expected.length === 0) return false;
  const padded = new Uint8Array(expected.length);
  encoder.encodeInto(given, padded);
  return crypto.subtle.timingSafeEqual(padded, expected) && given.length === secret.length;
}
