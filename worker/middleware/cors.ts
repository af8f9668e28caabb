import type { Context } from "hono";

import { isKnownTag } from "../domain/precondition.ts";

/**
 * Any page may send with the public key, which it carries itself, and no answer depends on credentials. The
 * header is given with each answer where it is made: adding it afterwards would copy every response.
 */
export const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "etag, retry-after",
} as const;

/**
 * Allows the headers that are asked for: clients have names of their own (`AnonymousId`, `RSA-Attempt`), a request
 * carries its key itself, and what it may do is decided then.
 */
export function preflight({ req }: Context): Response {
  const asked = req.header("access-control-request-headers") ?? "";
  return new Response(null, {
    status: 204,
    headers: {
      ...CORS,
      "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
      "access-control-allow-headers": HEADER_NAMES.test(asked) ? asked : USUAL_HEADERS,
      "access-control-max-age": "86400",
      vary: "access-control-request-headers",
    },
  });
}

const USUAL_HEADERS =
  "authorization, content-type, content-encoding, if-match, if-none-match, idempotency-key";
const HEADER_NAMES = /^[\w-]{1,64}(?: ?, ?[\w-]{1,64}){0,30}$/;

/** JSON text as an answer to one reader only. */
export function jsonAnswer(text: string): Response {
  return new Response(text, { headers: ANSWER_HEADERS });
}

const ANSWER_HEADERS = { ...CORS, "content-type": "application/json", "cache-control": "private, no-cache" };

/** The same with a tag, or 304 where the reader has what the tag names. */
export function taggedAnswer(text: string, etag: string, ifNoneMatch: string | undefined): Response {
  const headers = { ...ANSWER_HEADERS, etag };
  if (!isKnownTag(ifNoneMatch, etag)) return new Response(text, { headers });
  const { "content-type": _, ...kept } = headers;
  return new Response(null, { status: 304, headers: kept });
}
