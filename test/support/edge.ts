import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { startTestCollector, type TestCollector, WRITE_KEY } from "./collector.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A site whose pages go through a Worker of its own, beside the collector. */
export interface EdgeSite {
  readonly collector: TestCollector;
  /** Where its Worker is reached. */
  readonly url: string;
  readonly originUrl: string;
  /** What the origin answers from now on. */
  answer(handler: Handler): void;
  /** The cookies that a browser has after these visits of pages on the collector's own host. */
  visit(anonymousId: string, ...paths: readonly string[]): Promise<string>;
  /** Reads a path of the site's Worker as whoever has these cookies. */
  get(path: string, cookie?: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** How many objects of contacts there are on disk, also of such as nothing was written to. */
  contactObjects(): Promise<number>;
  close(): Promise<void>;
}

export async function startEdgeSite(): Promise<EdgeSite> {
  const folder = await mkdtemp(join(tmpdir(), "afterglow-edge-"));
  let handler: Handler = (_, response) => response.writeHead(404).end();
  const origin = createServer((request, response) => handler(request, response));
  const originUrl = await listen(origin);
  const worker = join(folder, "app.js");
  await buildApp(worker);
  const collector = await startTestCollector({
    allowPrivateDestinations: true,
    beside: { worker, env: { ORIGIN: originUrl }, own: { LATE: "Late" }, hasContacts: true },
  });
  const url = collector.besideUrl;

  async function visit(anonymousId: string, ...paths: readonly string[]): Promise<string> {
    const jar = new Map<string, string>();
    for (const path of paths) {
      const messageId = `edge-${Math.random().toString(36).slice(2)}`;
      const event = { type: "page", messageId, anonymousId, properties: { path } };
      const response = await collector.send(
        { writeKey: WRITE_KEY, batch: [event] },
        { origin: collector.url, cookie: textOf(jar) },
      );
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      await response.text();
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        jar.set(name, value);
      }
    }
    return textOf(jar);
  }

  return {
    collector,
    url,
    originUrl,
    answer: (next) => void (handler = next),
    visit,
    get: (path, cookie, headers = {}) =>
      fetch(url + path, {
        headers: { ...(cookie === undefined ? {} : { cookie }), ...headers },
        redirect: "manual",
      }),
    async contactObjects() {
      const files = await readdir(join(collector.stateDir, "objects", "afterglow-contact"));
      return files.filter((name) => name.endsWith(".sqlite")).length;
    },
    async close() {
      await collector.close();
      origin.closeAllConnections();
      await new Promise((resolve) => origin.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The site's Worker with `afterglow/edge` as it is published. */
export async function buildApp(
  outfile: string,
  entry: string = fileURLToPath(new URL("../edge-app/worker.ts", import.meta.url)),
): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*"],
    logLevel: "warning",
  });
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

function textOf(jar: ReadonlyMap<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
}
