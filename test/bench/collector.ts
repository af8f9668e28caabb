import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildAll } from "../../scripts/build.ts";
import { startCollector } from "../../scripts/collector.ts";
import { formatSdkEventId } from "../../shared/event-id.ts";
import { startBare } from "./bare/config.ts";
import { load, type Load, type LoadRequest } from "./load.ts";

const { values: args } = parseArgs({
  options: { seconds: { type: "string", default: "5" }, pairs: { type: "string", default: "5" } },
});
const CONTACTS = 1_000;
const EVENTS = 4;
const WRITE_KEY = "wk_bench";
const SECRET_KEY = "sk_bench";

/** The visitor's id is as long as the SDK's. */
const visitor = (n: number) => `bench-visitor-${String(n).padStart(10, "0")}`;
const PATHS = ["/", "/pricing", "/about", "/blog/first", "/contact"];

let count = 0;

/** What the SDK sends for a page: its visit, engaged time, a form and an event of the site's own. */
function beacon(): LoadRequest {
  count += 1;
  const contact = count % CONTACTS;
  const anonymousId = visitor(contact);
  const round = Math.floor(count / CONTACTS);
  const timestamp = new Date().toISOString();
  const path = PATHS[round % PATHS.length];
  const title = `Page ${path} – Example Company`;
  const events = [
    { type: "page", properties: { path, title } },
    { type: "track", event: "Page Engaged", properties: { path, title, active_ms: 12_345 } },
    { type: "track", event: "Form Submitted", properties: { path, form: "newsletter" } },
    { type: "track", event: "Video Played", properties: { path, video: "tour" } },
  ];
  const batch = events.map((event, i) => ({
    ...event,
    messageId: formatSdkEventId("bench_______", round * EVENTS + i),
    anonymousId,
    timestamp,
  }));
  const body = JSON.stringify({ batch, confirm: [], writeKey: WRITE_KEY, sentAt: timestamp });
  return { method: "POST", path: "/v1/batch", headers: { "content-type": "text/plain;charset=UTF-8" }, body };
}

function bareWrite(): LoadRequest {
  const { body = "", headers = {} } = beacon();
  return { method: "POST", path: `/?n=${count % CONTACTS}`, headers, body };
}

function scoreRead(): LoadRequest {
  count += 1;
  const path = `/v1/contacts/anon:${visitor(count % CONTACTS)}/score`;
  return { method: "GET", path, headers: { authorization: `Bearer ${SECRET_KEY}` } };
}

function bareRead(): LoadRequest {
  count += 1;
  return { method: "GET", path: `/?n=${count % CONTACTS}` };
}

/** Each sample of ours lies between two of the bare Worker's, and is held against their mean. */
async function compare(ours: () => Promise<Load>, bare: () => Promise<Load>) {
  const samples = { ours: [] as Load[], bare: [await bare()], ratios: [] as number[] };
  for (let i = 0; i < Number(args.pairs); i += 1) {
    const mine = await ours();
    const after = await bare();
    const before = samples.bare.at(-1) ?? after;
    samples.ours.push(mine);
    samples.bare.push(after);
    samples.ratios.push((2 * mine.requestsPerSecond) / (before.requestsPerSecond + after.requestsPerSecond));
  }
  return samples;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

function report(title: string, events: number, samples: Awaited<ReturnType<typeof compare>>): void {
  console.log(`\n${title}`);
  for (const name of ["bare", "ours"] as const) {
    const of = (field: keyof Load) => median(samples[name].map((sample) => sample[field]));
    const rate = of("requestsPerSecond");
    const failed = samples[name].reduce((sum, sample) => sum + sample.failed, 0);
    console.log(
      `  ${name.padEnd(5)} ${rate.toFixed(0).padStart(6)} requests/s ${(rate * events).toFixed(0).padStart(7)} events/s` +
        `  p50 ${of("p50")} ms  p99 ${of("p99")} ms  CPU ${of("cpuUs").toFixed(0)} µs a request  failed ${failed}`,
    );
  }
  const low = Math.min(...samples.ratios).toFixed(2);
  const high = Math.max(...samples.ratios).toFixed(2);
  console.log(
    `  ratio ${median(samples.ratios).toFixed(2)} (${low} to ${high} over ${samples.ratios.length} pairs)`,
  );
}

/** Beacons for a few contacts that are in memory, by the meter that each contact keeps of its own statements. */
async function rowsPerBeacon(url: string): Promise<number> {
  const before = await rowsWritten(url);
  const from = count;
  while (count < from + 5 * CONTACTS) {
    const { path, headers = {}, body = "" } = beacon();
    if (count % CONTACTS >= METERED) continue;
    await (await fetch(url + path, { method: "POST", headers, body })).text();
  }
  return ((await rowsWritten(url)) - before) / (5 * METERED);
}

const METERED = 20;

async function rowsWritten(url: string): Promise<number> {
  let rows = 0;
  for (let n = 0; n < METERED; n += 1) {
    const response = await fetch(`${url}/v1/contacts/anon:${visitor(n)}`, {
      headers: { authorization: `Bearer ${SECRET_KEY}` },
    });
    rows += ((await response.json()) as { storage: { rowsWritten: number } }).storage.rowsWritten;
  }
  return rows;
}

const dir = await mkdtemp(join(tmpdir(), "afterglow-bench-"));
await buildAll();
const collector = await startCollector({
  port: 0,
  stateDir: join(dir, "collector"),
  writeKey: WRITE_KEY,
  secretKey: SECRET_KEY,
});
const bare = await startBare(join(dir, "bare"));
try {
  const seconds = Number(args.seconds);
  console.log(
    `${CONTACTS} contacts, 32 connections, ${seconds} s a sample; first every contact is made once`,
  );
  for (let n = 0; n < CONTACTS; n += 32) {
    const made = Array.from({ length: Math.min(32, CONTACTS - n) }, async () => {
      const { headers = {}, body = "", path } = beacon();
      await (await fetch(collector.url + path, { method: "POST", headers, body })).text();
      await (await fetch(`${bare.url}/?n=${count % CONTACTS}`, { method: "POST", body })).text();
    });
    await Promise.all(made);
  }
  const ingest = await compare(
    () => load(collector, seconds, beacon),
    () => load(bare, seconds, bareWrite),
  );
  report(`Ingest: beacons of ${EVENTS} events, against an upsert of one row`, EVENTS, ingest);
  console.log(`  rows written per beacon: ${(await rowsPerBeacon(collector.url)).toFixed(2)}`);
  const reads = await compare(
    () => load(collector, seconds, scoreRead),
    () => load(bare, seconds, bareRead),
  );
  report("Score reads, against a read of one row", 1, reads);
} finally {
  await Promise.all([collector.stop(), bare.stop()]);
  await rm(dir, { recursive: true, force: true });
}
