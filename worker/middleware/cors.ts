import type { MiddlewareHandler } from "hono";

/** Any page may send with the public key, which it carries itself; no answer depends on credentials. */
export const cors: MiddlewareHandler = async function cors(c, next) {
  if (c.req.method === "OPTIONS") {
    return c.body(null, 204, {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": "authorization, content-type, content-encoding",
      "access-control-max-age": "86400",
    });
  }
  await next();
  c.res.headers.set("access-control-allow-origin", "*");
  c.res.headers.set("access-control-expose-headers", "retry-after");
  return undefined;
};
