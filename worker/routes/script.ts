import { type Context, Hono } from "hono";

import type { AppEnv } from "../env.ts";
import { EXTRAS, SCRIPT } from "../site-files.ts";

/** The tag's script: at a stable address, and at one that names its content and never changes. */
export const script = new Hono<AppEnv>();

/** Content of this name never changes. */
const IMMUTABLE = "public, max-age=31536000, immutable";
/** A new build reaches every visitor within the hour; who comes back within the day need not wait for it. */
const HOURLY = "public, max-age=3600, stale-while-revalidate=86400";

function serve(c: Context, { text, etag }: typeof SCRIPT, caching: string): Response {
  const headers = {
    "cache-control": caching,
    etag,
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
  };
  if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
  return c.body(text, 200, { ...headers, "content-type": "text/javascript; charset=utf-8" });
}

script.get("/afterglow.js", (c) => serve(c, SCRIPT, HOURLY));
script.get(`/afterglow.${SCRIPT.hash}.js`, (c) => serve(c, SCRIPT, IMMUTABLE));
script.get(`/afterglow-extras.${EXTRAS.hash}.js`, (c) => serve(c, EXTRAS, IMMUTABLE));
// A browser may keep the stable script of the build before, which asks for the extras of that build: these do, too.
script.get("/:file{afterglow-extras\\.[0-9a-f]+\\.js}", (c) => serve(c, EXTRAS, HOURLY));
