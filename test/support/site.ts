import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { WRITE_KEY } from "./collector.ts";

/** A site of its own origin, with the tag in the head of every page and its script on the site's own host. */
export interface TestSite {
  readonly url: string;
  close(): Promise<void>;
}

/** `collector` is where the events go. Any path is a page. */
export async function startSite(collector: string, attributes = ""): Promise<TestSite> {
  const script = await readFile(new URL("../../dist/afterglow.js", import.meta.url));
  const server = createServer((request, response) => {
    if (request.url === "/afterglow.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(script);
      return;
    }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(
      `<!doctype html><html lang="en"><head><title>Page ${request.url?.split("?")[0]}</title>
<script async src="/afterglow.js" data-host="${collector}" data-write-key="${WRITE_KEY}" ${attributes}></script></head>
<body><h1>${request.url}</h1><form id="sign-up" method="post" action="/thanks">
<input name="email" value=""><button>Send</button></form><a href="/next">Next</a></body></html>`,
    );
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
