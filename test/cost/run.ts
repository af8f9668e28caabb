import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildAll } from "../../scripts/build.ts";
import { DAY_MS } from "../../shared/day.ts";
import starter from "../../shared/models/starter.json" with { type: "json" };
import { type Delivery, requestsOf, TODAY } from "./delivery.ts";
import { partsOf } from "./parts.ts";
import { type Counts } from "./parts.ts";
import { sumOf } from "./parts.ts";
import { NOTHING } from "./prices.ts";
import { startMetered } from "./replay.ts";
import { perMillion, tableOf } from "./report.ts";
import { ordinaryContact, trafficOf, USUAL } from "./traffic.ts";

/** What a million page views cost on Cloudflare: docs/cost.md says how it is counted. */
const { values: args } = parseArgs({
  options: {
    gather: { type: "string" },
    hold: { type: "boolean" },
    counts: { type: "boolean" },
    visits: { type: "string", default: String(USUAL.visits) },
    monthly: { type: "string", default: String(USUAL.monthly) },
  },
  allowNegative: true,
});
const delivery: Delivery = {
  ...TODAY,
  ...(args.gather === undefined ? {} : { gatherMs: Number(args.gather) * 1_000 }),
  hold: args.hold ?? TODAY.hold,
};
const traffic = { ...USUAL, visits: Number(args.visits), monthly: Number(args.monthly) };

const MOST_DOLLARS = 2.6;
const MOST_FILE_KB = 16;
/** By then every alarm that a contact of the day has set has gone off once, and visitors of one visit are purged. */
const ALARMS_UNTIL_DAYS = 91;
/**
 * How long an object that has written waits for the network's confirmation before it answers, which counts as active. Not
 * published; a machine of one's own has only its disk to wait for, which was measured.
 */
const CONFIRMED_MS = 10;

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "afterglow-cost-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The day, and then what the alarms do that it has set. */
async function replayDay(folder: string) {
  const { before, day } = trafficOf(traffic);
  const collector = await startMetered(folder);
  try {
    await collector.replay(before, delivery);
    await collector.take();
    const events = await collector.replay(day, delivery);
    const counts = await collector.take();
    const bytes = await collector.contactBytes();
    const alarms = await collector.goOff(ALARMS_UNTIL_DAYS * DAY_MS);
    const later = await collector.take();
    const [one] = ordinaryContact(traffic);
    const cpuMs = one ? await collector.cpuPerBeacon(one) : NaN;
    return { day, events, counts, cpuMs, bytes, alarms, later };
  } finally {
    await collector.stop();
  }
}

/** What the file of an ordinary contact takes: by SQLite, and on disk when the collector has ended. */
async function measureFile(folder: string) {
  const collector = await startMetered(folder);
  let sizes: readonly number[] = [];
  try {
    await collector.putModel("second", { ...starter, id: "second" });
    await collector.replay(ordinaryContact(traffic), delivery);
    sizes = await collector.contactBytes();
  } finally {
    await collector.stop();
  }
  const objects = join(folder, "objects", "afterglow-contact");
  let onDisk = 0;
  for (const name of await readdir(objects)) {
    if (name.endsWith(".sqlite") && name !== "metadata.sqlite")
      onDisk += (await stat(join(objects, name))).blocks * 512;
  }
  return { database: sizes[0] ?? NaN, onDisk };
}

const called = (counts: Counts, what: string) => counts[`called ${what}`] ?? 0;
const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;

await buildAll();
const { day, events, counts, cpuMs, bytes, alarms, later } = await inFolder(replayDay);
const visits = day.filter(({ isBot }) => !isBot);
const pages = visits.flatMap((visit) => visit.pages).length;
const beacons = visits.reduce((sum, visit) => sum + requestsOf(visit.pages, delivery).length, 0);
const newContacts = called(counts, "Directory.register");
const waits =
  (called(counts, "Contact.ingest") + called(counts, "Directory.register") + called(later, "Contact.alarm")) *
  CONFIRMED_MS;
const requests = sumOf(partsOf(counts, {})).workerRequests;
const parts = [
  ...partsOf(counts, later),
  { name: "processor time", usage: { ...NOTHING, cpuMs: Number.isNaN(cpuMs) ? 0 : cpuMs * requests } },
  { name: "objects' waiting for confirmation", usage: { ...NOTHING, activeMs: waits } },
  { name: "new contacts, stored for a month", usage: { ...NOTHING, byteMonths: newContacts * mean(bytes) } },
];
const total = perMillion(sumOf(parts), pages);

console.log(`
${visits.length} visits, ${pages} pages, ${events} events; ${newContacts} visitors were new, ${day.length - visits.length} visits were a crawler's
delivery: waits ${delivery.gatherMs / 1_000} s for more, ${delivery.hold ? "held" : "not held"} for the next page: ${(beacons / pages).toFixed(2)} beacons a page
${alarms} alarms went off within ${ALARMS_UNTIL_DAYS} days; ${cpuMs.toFixed(2)} ms of processor time a beacon
`);
console.log(tableOf(parts, pages).join("\n"));
const { database, onDisk } = await inFolder(measureFile);
console.log(`
$${total.toFixed(2)} for a million page views; the aim is $${MOST_DOLLARS.toFixed(2)}: ${total <= MOST_DOLLARS ? "kept" : `over by $${(total - MOST_DOLLARS).toFixed(2)}`}
${kb(onDisk)} on disk for a contact of 20 visits, 100 pages (${kb(database)} by SQLite); the aim is ${MOST_FILE_KB} KB: ${onDisk <= MOST_FILE_KB * 1024 ? "kept" : "over"}
${kb(mean(bytes))} by SQLite for a contact of the day on average`);

if (args.counts) {
  for (const [name, all] of Object.entries({ "on the day": counts, "by alarms": later })) {
    console.log(`\n${name}, for 1,000 page views:`);
    const sorted = Object.entries(all).toSorted(([, a], [, b]) => b - a);
    for (const [what, count] of sorted)
      console.log(`${((count / pages) * 1_000).toFixed(0).padStart(8)}  ${what}`);
  }
}
