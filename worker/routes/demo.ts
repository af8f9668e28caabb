import { type Context, Hono } from "hono";

import { leadOf, personalize } from "../../sdk/edge/index.ts";
import type { AfterglowBinding } from "../../shared/lead.ts";
import type { AppEnv, Env } from "../env.ts";
import { DEMO_FILES } from "../site-files.ts";

/**
 * The demo site: plain pages, with the snippet that a site owner would paste, and chosen for their visitor as a Worker in front of a site would
 * choose them. It stands on the public interface only.
 */
export const demo = new Hono<AppEnv>();

/** Of a laptop on which all of it runs at once more is waited for than of an edge. */
const BUDGET_MS = 2_000;

demo.use("/demo/*", async (c, next) => {
  await next();
  const lead = leadOf(c.req.raw, ownBinding(c), { budgetMs: BUDGET_MS, prefer: "contact" });
  const chosen = await personalize(c.res, lead, c.req.raw);
  if (chosen === c.res) return;
  // Hono would add the headers of the one before to another one that is set.
  c.res = undefined;
  c.res = chosen;
});

/** What another Worker of the account would have by a service binding, this one has by its own exports. */
function ownBinding(c: Context<AppEnv>): AfterglowBinding {
  const { exports } = c.executionCtx as unknown as { exports: { Afterglow: AfterglowBinding } };
  return exports.Afterglow;
}

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
