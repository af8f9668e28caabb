import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildAll } from "../../../scripts/build.ts";
import { startCollector } from "../../../scripts/collector.ts";
import { type Answering, type CollectorServer, startCollectorServer } from "./collector-server.ts";
import { OURS, type Peer, PEERS } from "./peers.ts";
import { brotliBytes, filesOf, type Files, versionOf } from "./scripts.ts";
import { type Site, startSite } from "./site.ts";

/** One SDK with a collector to itself; without a peer, a page that has no tracker. */
export interface Stand {
  readonly name: string;
  readonly peer?: Peer;
  readonly version: string;
  readonly collector: CollectorServer;
  readonly pageUrl: string;
  /** What the pages opened so far have loaded, in bytes of brotli. */
  readonly bytes: () => number;
}

export interface Lab {
  readonly stands: readonly Stand[];
  readonly bare: Stand;
  /** What our own collector was sent and what it counted, in events. */
  readonly tally: Readonly<Tally>;
  close(): Promise<void>;
}

interface Tally {
  copies: number;
  readonly ids: Set<string>;
  counted: number;
}

/** Our own collector is the real one, on workerd; the others' are answered for. */
export async function openLab(only: readonly string[]): Promise<Lab> {
  const wrong = only.find((name) => !PEERS.some((peer) => peer.name === name));
  if (wrong)
    throw new Error(`no SDK is named ${wrong}; there are ${PEERS.map(({ name }) => name).join(", ")}`);
  const peers = PEERS.filter(({ name }) => only.length === 0 || only.includes(name) || name === OURS.name);
  await buildAll();
  const stateDir = await mkdtemp(join(tmpdir(), "afterglow-bench-"));
  const ours = await startCollector({ port: 0, stateDir, writeKey: "wk_bench", secretKey: "sk_bench" });
  const files = new Map<string, Files>();
  for (const peer of peers) files.set(peer.name, await filesOf(peer));
  const site = await startSite(files);
  const tally: Tally = { copies: 0, ids: new Set(), counted: 0 };
  const stands: Stand[] = [];
  for (const peer of peers) {
    const answering = peer === OURS ? passTo(ours.url, tally) : answersOf(peer);
    stands.push(await standOf(peer, site, files.get(peer.name), answering));
  }
  const bare = await standOf(undefined, site, undefined, () => ({
    status: 404,
    type: "text/plain",
    body: "",
  }));
  return {
    stands,
    bare,
    tally,
    async close() {
      await Promise.all([...stands, bare].map(({ collector }) => collector.close()));
      await site.close();
      await ours.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function standOf(
  peer: Peer | undefined,
  site: Site,
  files: Files | undefined,
  answering: Answering,
): Promise<Stand> {
  const collector = await startCollectorServer(answering);
  return {
    name: peer?.name ?? "no tracker",
    ...(peer ? { peer } : {}),
    version: peer ? await versionOf(peer) : "",
    collector,
    pageUrl: site.pageUrl(peer, collector.url),
    bytes: () => (peer && files ? brotliBytes(files, site.loaded(peer)) : 0),
  };
}

function answersOf({ answers }: Peer): Answering {
  return (_method, path) => {
    const start = Object.keys(answers).find((prefix) => path.startsWith(prefix));
    return answers[start ?? ""] ?? { status: 200, type: "application/json", body: "{}" };
  };
}

function passTo(url: string, tally: Tally): Answering {
  return async (method, path, body, type) => {
    const response = await fetch(url + path, {
      method,
      ...(method === "GET" ? {} : { body: new Uint8Array(body) }),
      headers: { "content-type": type },
    });
    const text = await response.text();
    if (response.ok && path === "/v1/batch") {
      const { batch } = JSON.parse(body.toString("utf8")) as { batch: { messageId: string }[] };
      tally.copies += batch.length;
      for (const { messageId } of batch) tally.ids.add(messageId);
      tally.counted += (JSON.parse(text) as { accepted: number }).accepted;
    }
    return { status: response.status, type: "application/json", body: text };
  };
}
