import type { Context, Next } from "hono";

import { isKnownTag } from "../domain/precondition.ts";
import type { AppEnv } from "../env.ts";

/**
 * Any page may send with the public key, which it carries itself, and no answer depends on credentials. The
 * header is given with each answer where it is made: adding it afterwards would copy every response. And so is the one
 * by which no browser takes an answer, in which there may be what a visitor has sent, for a page.
 */
export const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "etag, retry-after",
  "x-content-type-options": "nosniff",
} as const;

/** Where a site names the origins of its pages, its answers to the public key are for the one that asks. */
export async function restrictAnswer(c: Context<AppEnv>, next: Next): Promise<void> {
  await next();
  if (!c.var.isRestricted) return;
  const origin = c.req.header("origin");
  // Also without an origin: whoever keeps the answer must not hand it to a page.
  if (!c.res.headers.get("vary")?.includes("origin")) c.res.headers.append("vary", "origin");
  if (origin !== undefined && c.res.status !== 403) c.res.headers.set("access-control-allow-origin", origin);
}

/** JSON text as an answer to one reader only. */
export function jsonAnswer(text: string, more?: Readonly<Record<string, string>>): Response {
  return new Response(text, { headers: more ? { ...ANSWER_HEADERS, ...more } : ANSWER_HEADERS });
}

const ANSWER_HEADERS = { ...CORS, "content-type": "application/json", "cache-control": "private, no-cache" };

/** The same with a tag, or 304 where the reader has what the tag names. */
export function taggedAnswer(text: string, etag: string, ifNoneMatch: string | undefined): Response {
  const headers = { ...ANSWER_HEADERS, etag };
  if (!isKnownTag(ifNoneMatch, etag)) return new Response(text, { headers });
  const { "content-type": _, ...kept } = headers;
  return new Response(null, { status: 304, headers: kept });
}
