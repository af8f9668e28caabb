import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { type Collector, startCollector } from "../../scripts/collector.ts";
import { DAY_MS } from "../../shared/day.ts";
import { formatSdkEventId } from "../../shared/event-id.ts";
import { type Delivery, requestsOf } from "./delivery.ts";
import { DAY_BEGINS, wireEvents } from "./events.ts";
import type { Counts } from "./parts.ts";
import type { Visit } from "./traffic.ts";

const WRITE_KEY = "wk_cost";
const SECRET_KEY = "sk_cost";
/** `max-age` of /afterglow.js: a browser asks again with a page that is loaded after it. */
const SCRIPT_FRESH_MS = 3_600_000;
const CPU_SAMPLES = 1_000;
const BROWSER =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";
const BOT = `${BROWSER.slice(0, -"Safari/537.36".length)}(compatible; Googlebot/2.1; +http://www.google.com/bot.html)`;

export interface MeteredCollector {
  /** Sends what the visits' browsers would, in the order of time; how many events were counted. */
  replay(visits: readonly Visit[], delivery: Delivery): Promise<number>;
  putModel(id: string, document: unknown): Promise<void>;
  /** What was done since the last time. */
  take(): Promise<Counts>;
  /** Lets alarms go off up to a time of the replayed clock. */
  goOff(until: number): Promise<number>;
  /** Of each contact that has an alarm, how large its database is. */
  contactBytes(): Promise<number[]>;
  /** Processor time for a beacon of a contact that is in memory, in milliseconds; NaN where the system does not tell. */
  cpuPerBeacon(visit: Visit): Promise<number>;
  stop(): Promise<void>;
}

/** The collector's own bundle on workerd, on a clock that the replay sets, with all that its objects do counted. */
export async function startMetered(stateDir: string): Promise<MeteredCollector> {
  const collector = await startCollector({
    port: 0,
    stateDir,
    writeKey: WRITE_KEY,
    secretKey: SECRET_KEY,
    addressHeader: "x-forwarded-for",
    worker: await buildMetered(stateDir),
  });
  const { url } = collector;
  const scriptAt = new Map<number, { readonly at: number; readonly etag: string }>();

  async function fetchScript({ visitor, isBot }: Visit, at: number): Promise<void> {
    const known = isBot ? undefined : scriptAt.get(visitor);
    if (known && at < known.at + SCRIPT_FRESH_MS) return;
    const headers = { ...headersOf(visitor, isBot, at), ...(known && { "if-none-match": known.etag }) };
    const response = await fetch(`${url}/afterglow.js`, { headers });
    await response.arrayBuffer();
    scriptAt.set(visitor, { at, etag: response.headers.get("etag") ?? "" });
  }

  async function send(
    { visitor, isBot }: Visit,
    at: number,
    batch: readonly unknown[],
    confirm: readonly string[],
  ) {
    const sentAt = new Date(DAY_BEGINS + at);
    const response = await fetch(`${url}/v1/batch`, {
      method: "POST",
      headers: { ...headersOf(visitor, isBot, at), "content-type": "text/plain;charset=UTF-8" },
      body: JSON.stringify({ batch, confirm, writeKey: WRITE_KEY, sentAt }),
    });
    const text = await response.text();
    const answer = response.ok ? (JSON.parse(text) as { accepted: number; counted?: string[] }) : undefined;
    const isTaken = isBot ? answer?.accepted === 0 : answer?.accepted === batch.length;
    const isConfirmed = isBot || (answer?.counted ?? []).length === confirm.length;
    if (!isTaken || !isConfirmed) throw new Error(`not counted as it should be: ${response.status} ${text}`);
    return answer?.accepted ?? 0;
  }

  async function ask<T>(path: string): Promise<T> {
    return (await fetch(`${url}/cost/${path}`)).json() as Promise<T>;
  }

  return {
    async replay(visits, delivery) {
      const all = visits.flatMap((visit) => requestsOfVisit(visit, delivery)).toSorted((a, b) => a.at - b.at);
      let counted = 0;
      for (const { visit, at, batch, confirm, isLoaded } of all) {
        if (isLoaded) await fetchScript(visit, at);
        counted += await send(visit, at, batch, confirm);
      }
      return counted;
    },
    async putModel(id, document) {
      const response = await fetch(`${url}/v1/models/${id}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${SECRET_KEY}`, "if-none-match": "*" },
        body: JSON.stringify(document),
      });
      if (!response.ok) throw new Error(`${id}: ${response.status} ${await response.text()}`);
    },
    take: () => ask("take"),
    goOff: (until) => ask(`alarms?until=${DAY_BEGINS + until}`),
    contactBytes: () => ask("sizes"),
    async cpuPerBeacon(visit) {
      const at = (visit.pages.at(-1)?.closedAt ?? 0) + DAY_MS;
      const event = wireEvents(visit)({ page: 0, what: "visit", at });
      let before = NaN;
      for (let n = 0; n < 2 * CPU_SAMPLES; n += 1) {
        if (n === CPU_SAMPLES) before = await cpuMsOf(collector);
        await send(visit, at, [{ ...event, messageId: formatSdkEventId("processor-ms", n) }], []);
      }
      return ((await cpuMsOf(collector)) - before) / CPU_SAMPLES;
    },
    stop: () => collector.stop(),
  };
}

function requestsOfVisit(visit: Visit, delivery: Delivery) {
  const eventOf = wireEvents(visit);
  return requestsOf(visit.pages, delivery).map(({ at, events, confirm }) => ({
    visit,
    at,
    batch: events.map(eventOf),
    confirm: confirm.map((told) => eventOf(told).messageId),
    isLoaded: events.some(({ what }) => what === "visit"),
  }));
}

/** Each visitor has an address of its own. */
function headersOf(visitor: number, isBot: boolean, at: number): Record<string, string> {
  return {
    "user-agent": isBot ? BOT : BROWSER,
    origin: "https://www.example.com",
    "x-forwarded-for": `10.${visitor >> 16}.${(visitor >> 8) & 255}.${visitor & 255}`,
    "x-cost-at": String(DAY_BEGINS + at),
  };
}

/** What was built, with its objects on top of the meter instead of the runtime. */
async function buildMetered(dir: string): Promise<string> {
  const file = (name: string) => fileURLToPath(new URL(`metered/${name}`, import.meta.url));
  const outfile = join(dir, "metered.js");
  await build({
    entryPoints: [file("worker.js")],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2024",
    logLevel: "warning",
    plugins: [
      {
        name: "meter",
        setup({ onResolve }) {
          onResolve({ filter: /^cloudflare:workers$/ }, ({ path, importer }) =>
            importer === file("objects.js") ? { path, external: true } : { path: file("objects.js") },
          );
        },
      },
    ],
  });
  return outfile;
}

/** A clock tick of Linux, in which /proc counts processor time, is 10 ms. */
async function cpuMsOf({ process }: Collector): Promise<number> {
  const stat = await readFile(`/proc/${process.pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
