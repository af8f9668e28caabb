import type { Env } from "../env.ts";

export type KeyKind = "public" | "secret";

/** The key that a request carries outside its body: Bearer, Basic user name, or `?writeKey=`. */
export function keyOfRequest(request: Request, url: URL): string | undefined {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const [scheme = "", credentials = ""] = authorization.split(" ", 2);
    if (scheme.toLowerCase() === "bearer") return credentials;
    if (scheme.toLowerCase() === "basic") return basicUser(credentials);
  }
  return url.searchParams.get("writeKey") ?? undefined;
}

function basicUser(credentials: string): string {
  try {
    return atob(credentials).split(":", 1)[0] ?? "";
  } catch {
    return "";
  }
}

/** Which of the site's keys this is; `undefined` where it is none. Takes as long for a near miss as for a hit. */
export function kindOfKey(key: string | undefined, env: Env): KeyKind | undefined {
  if (key === undefined) return undefined;
  if (isSame(key, env.SECRET_KEY)) return "secret";
  return isSame(key, env.WRITE_KEY) ? "public" : undefined;
}

const encoder = new TextEncoder();

function isSame(given: string, key: string): boolean {
  const expected = encoder.encode(key);
  if (expected.length === 0) return false;
  const padded = new Uint8Array(expected.length);
  encoder.encodeInto(given, padded);
  return crypto.subtle.timingSafeEqual(padded, expected) && given.length === key.length;
}
