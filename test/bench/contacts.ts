import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildAll } from "../../scripts/build.ts";
import { type Collector, startCollector } from "../../scripts/collector.ts";
import { roomForContacts, roomOfMachine } from "../../scripts/room.ts";
import { formatSdkEventId } from "../../shared/event-id.ts";

/** What so many contacts take on one machine: `npm run bench -- --contacts 50000`. */
const { positionals } = parseArgs({ allowPositionals: true });
const CONTACTS = Number(positionals[0] ?? 50_000);
const CONNECTIONS = 32;
const READS = Math.min(CONTACTS, 5_000);
const WRITE_KEY = "wk_bench";
const SECRET_KEY = "sk_bench";
const MB = 1024 * 1024;

const visitor = (n: number) => `bench-visitor-${String(n).padStart(10, "0")}`;

/** A first visit: its page and the time spent on it. */
function beacon(n: number): string {
  const timestamp = new Date().toISOString();
  const properties = { path: "/pricing", title: "Pricing – Example Company" };
  const events = [
    { type: "page", properties },
    { type: "track", event: "Page Engaged", properties: { ...properties, active_ms: 12_345 } },
  ];
  const batch = events.map((event, i) => ({
    ...event,
    messageId: formatSdkEventId("bench_______", i),
    anonymousId: visitor(n),
    timestamp,
  }));
  return JSON.stringify({ batch, confirm: [], writeKey: WRITE_KEY, sentAt: timestamp });
}

let refused = 0;

/** Asks again where there is no room for another contact just now. */
async function ask(work: () => Promise<Response>): Promise<void> {
  for (;;) {
    const response = await work();
    const text = await response.text();
    if (response.status === 200) return;
    if (response.status !== 503) throw new Error(`${response.status} ${text}`);
    refused += 1;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Numbers from 0, some at a time; how many of them a second. */
async function rateOf(count: number, work: (n: number) => Promise<void>): Promise<number> {
  const began = performance.now();
  const left = Array.from({ length: count }, (_, n) => n).values();
  const worker = async () => {
    for (const n of left) await work(n);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return (count / (performance.now() - began)) * 1_000;
}

/** The most open files and the most memory since it was called last; nothing where the system does not tell. */
function watch({ process: { pid } }: Collector) {
  let files = 0;
  const look = async () => {
    files = Math.max(files, (await readdir(`/proc/${pid}/fd`).catch(() => [])).length);
  };
  const timer = setInterval(() => void look(), 250);
  return async () => {
    clearInterval(timer);
    await look();
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    return { files, memoryMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024 };
  };
}

async function diskOf(folder: string): Promise<{ files: number; bytes: number }> {
  let bytes = 0;
  const names = await readdir(folder);
  for (const name of names) bytes += (await stat(join(folder, name))).blocks * 512;
  return { files: names.length, bytes };
}

async function start(stateDir: string): Promise<{ collector: Collector; ms: number }> {
  const began = performance.now();
  const collector = await startCollector({ port: 0, stateDir, writeKey: WRITE_KEY, secretKey: SECRET_KEY });
  return { collector, ms: performance.now() - began };
}

const stateDir = await mkdtemp(join(tmpdir(), "afterglow-contacts-"));
await buildAll();
try {
  const empty = await start(stateDir);
  const whileWriting = watch(empty.collector);
  const created = await rateOf(CONTACTS, (n) =>
    ask(() => fetch(`${empty.collector.url}/v1/batch`, { method: "POST", body: beacon(n) })),
  );
  const written = await whileWriting();
  const refusedWrites = refused;
  await empty.collector.stop();
  const disk = await diskOf(join(stateDir, "objects", "afterglow-contact"));

  const full = await start(stateDir);
  refused = 0;
  const whileReading = watch(full.collector);
  const headers = { authorization: `Bearer ${SECRET_KEY}` };
  const step = Math.floor(CONTACTS / READS);
  const read = await rateOf(READS, (n) =>
    ask(() => fetch(`${full.collector.url}/v1/contacts/anon:${visitor(n * step)}/score`, { headers })),
  );
  const readBy = await whileReading();
  await full.collector.stop();

  const room = await roomOfMachine();
  console.log(`\n${CONTACTS} contacts, each made by one beacon of two events; ${CONNECTIONS} connections\n`);
  const rows: readonly (readonly [string, string])[] = [
    ["limit of open files", `${room.openFiles ?? "unknown"}`],
    ["room for contacts active within 12 s", `${roomForContacts(room)}`],
    ["new contacts/s", created.toFixed(0)],
    ["events/s", (2 * created).toFixed(0)],
    ["most open files meanwhile", `${written.files}`],
    ["most memory meanwhile", `${written.memoryMb.toFixed(0)} MB`],
    ["told to come again (503)", `${refusedWrites}`],
    ["disk for each contact", `${(disk.bytes / CONTACTS / 1024).toFixed(1)} KB`],
    ["disk in all", `${(disk.bytes / MB).toFixed(0)} MB in ${disk.files} files`],
    ["start with no contact", `${empty.ms.toFixed(0)} ms`],
    ["start with all of them", `${full.ms.toFixed(0)} ms`],
    [`first reads of ${READS} scores, each/s`, read.toFixed(0)],
    ["most open files meanwhile", `${readBy.files}`],
    ["most memory meanwhile", `${readBy.memoryMb.toFixed(0)} MB`],
    ["told to come again (503)", `${refused}`],
  ];
  for (const [name, value] of rows) console.log(`| ${name.padEnd(38)} | ${value.padStart(24)} |`);
} finally {
  await rm(stateDir, { recursive: true, force: true });
}
