import { Hono } from "hono";

import type { Env } from "../env.ts";
import { SCRIPT } from "../site-files.ts";

/** The tag's script: at a stable address, and at one that names its content and never changes. */
export const script = new Hono<{ Bindings: Env }>();

const headers = {
  "content-type": "text/javascript; charset=utf-8",
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
  "x-content-type-options": "nosniff",
};

script.get("/afterglow.js", (c) => {
  if (c.req.header("if-none-match") === SCRIPT.etag) return c.body(null, 304);
  return c.body(SCRIPT.text, 200, {
    ...headers,
    etag: SCRIPT.etag,
    "cache-control": "public, max-age=3600, stale-while-revalidate=86400",
  });
});

script.get(`/afterglow.${SCRIPT.hash}.js`, (c) =>
  c.body(SCRIPT.text, 200, { ...headers, "cache-control": "public, max-age=31536000, immutable" }),
);
