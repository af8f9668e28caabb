import { Hono } from "hono";

import type { AppEnv, Env } from "../env.ts";
import { DEMO_FILES } from "../site-files.ts";

/** The demo site: plain pages, with the snippet that a site owner would paste. */
export const demo = new Hono<AppEnv>();

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

demo.get("/demo", (c) => c.redirect("/demo/"));
demo.get("/demo/", (c) => page("index", c.env) ?? c.notFound());
demo.post("/demo/thanks", (c) => page("thanks", c.env) ?? c.notFound());
demo.get("/demo/:name", (c) => file(c.req.param("name")) ?? page(c.req.param("name"), c.env) ?? c.notFound());
demo.get("/demo/blog/:slug", (c) => page(`blog-${c.req.param("slug")}`, c.env) ?? c.notFound());

function page(name: string, env: Env): Response | undefined {
  const html = Object.hasOwn(DEMO_FILES, `${name}.html`) ? DEMO_FILES[`${name}.html`] : undefined;
  if (html === undefined) return undefined;
  return respond(html.replaceAll("{{WRITE_KEY}}", env.WRITE_KEY), "html");
}

function file(name: string): Response | undefined {
  const extension = name.split(".").at(-1) ?? "";
  if (extension === name || extension === "html" || !Object.hasOwn(DEMO_FILES, name)) return undefined;
  return respond(DEMO_FILES[name] ?? "", extension);
}

function respond(text: string, extension: string): Response {
  return new Response(text, {
    headers: {
      "content-type": TYPES[extension] ?? "text/plain; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "content-security-policy":
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      "referrer-policy": "strict-origin-when-cross-origin",
    },
  });
}
