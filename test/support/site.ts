import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

import { WRITE_KEY } from "./collector.ts";
import { type Served, served } from "./served.ts";

/** A site of its own origin, with the tag in the head of every page and its script on the site's own host. */
export type TestSite = Served;

interface SiteParts {
  /** Headers of every page. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What stands in the head before the tag. */
  readonly head?: string | ((url: string) => string);
  /** Instead of the usual tag. */
  readonly tag?: string;
}

/** `collector` is where the events go. Any path is a page. */
export async function startSite(
  collector: string,
  attributes = "",
  { headers = {}, head = "", tag }: SiteParts = {},
): Promise<TestSite> {
  const built = (name: string) => readFile(new URL(`../../dist/${name}`, import.meta.url));
  const [script, extras, module] = await Promise.all(
    ["afterglow.js", "afterglow-extras.mjs", "afterglow.mjs"].map(built),
  );
  const headOf = typeof head === "string" ? () => head : head;
  const fileOf = (path = "") => {
    if (/^\/afterglow-extras\.[0-9a-f]{12}\.js$/.test(path)) return extras;
    return { "/afterglow.js": script, "/afterglow.mjs": module, "/afterglow-extras.mjs": extras }[path];
  };
  const server = createServer((request, response) => {
    const file = fileOf(request.url);
    if (file) {
      response.writeHead(200, { "content-type": "text/javascript" }).end(file);
      return;
    }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers }).end(
      `<!doctype html><html lang="en"><head><title>Page ${request.url?.split("?")[0]}</title>${headOf(request.url ?? "")}
${tag ?? `<script async src="/afterglow.js" data-host="${collector}" data-write-key="${WRITE_KEY}" ${attributes}></script>`}</head>
<body><h1>${request.url}</h1><form id="sign-up" method="post" action="/thanks">
<input name="email" value=""><button>Send</button></form><a href="/next">Next</a></body></html>`,
    );
  });
  return served(server);
}
