import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Peer } from "./peers.ts";
import { COLLECTOR_HOST, ENTRY, type Files } from "./scripts.ts";

export interface Site {
  /** The address of a page with a peer's script in its head, or with none. */
  pageUrl(peer: Peer | undefined, collectorUrl: string): string;
  /** The files of a peer that pages have asked for so far. */
  loaded(peer: Peer): ReadonlySet<string>;
  close(): Promise<void>;
}

/** Serves plain pages, each below `/<peer>/<port of its collector>/`, isolated so that clocks tick in 5 µs. */
export async function startSite(filesByPeer: ReadonlyMap<string, Files>): Promise<Site> {
  const loaded = new Map<string, Set<string>>();
  const attributes = new Map<string, string>();

  const server = createServer((request, response) => {
    const [, name = "", port = "", kind, file = ""] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
    const host = `localhost:${port}`;
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    if (kind !== "js") {
      const script = attributes.has(name)
        ? `<script src="/${name}/${port}/js/${ENTRY}" ${attributes.get(name)?.replaceAll(COLLECTOR_HOST, host)}></script>`
        : "";
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html(script));
      return;
    }
    const text = filesByPeer.get(name)?.get(file);
    loaded.set(name, (loaded.get(name) ?? new Set()).add(file));
    response.writeHead(text === undefined ? 404 : 200, { "content-type": "text/javascript; charset=utf-8" });
    response.end(text?.replaceAll(COLLECTOR_HOST, host));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;

  return {
    pageUrl(peer, collectorUrl) {
      if (peer) attributes.set(peer.name, peer.attributes);
      return `${origin}/${peer?.name ?? "none"}/${new URL(collectorUrl).port}/p/first`;
    },
    loaded: (peer) => loaded.get(peer.name) ?? new Set(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PARAGRAPH = `<p>${"A page that is long enough to be scrolled while somebody reads it. ".repeat(8)}</p>`;

function html(script: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page to read</title>
<link rel="icon" href="data:,">${script}</head><body><h1>A page to read</h1>
<form id="sign-up" onsubmit="return false"><input name="company"><button>Send</button></form>
${PARAGRAPH.repeat(40)}</body></html>`;
}
