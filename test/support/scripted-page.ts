import { createServer } from "node:http";

import { build } from "esbuild";

import { type Served, served } from "./served.ts";

/** A script from source with packages of npm, for a browser. `resolveFrom` is the `import.meta.url` of who wrote it. */
export async function bundle(source: string, resolveFrom: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: new URL(".", resolveFrom).pathname, loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

/** A site of its own origin whose pages run a script. */
export function startScriptedPage(script: string): Promise<Served> {
  const inline = script.replaceAll("</script", "<\\/script");
  const server = createServer((_, response) => {
    response
      .writeHead(200, { "content-type": "text/html; charset=utf-8" })
      .end(`<!doctype html><title>Pricing</title><h1>Pricing</h1><script>${inline}</script>`);
  });
  return served(server);
}
