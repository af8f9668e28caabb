import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { build } from "esbuild";

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
export async function startScriptedPage(
  script: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  const inline = script.replaceAll("</script", "<\\/script");
  const server = createServer((_, response) => {
    response
      .writeHead(200, { "content-type": "text/html; charset=utf-8" })
      .end(`<!doctype html><title>Pricing</title><h1>Pricing</h1><script>${inline}</script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
