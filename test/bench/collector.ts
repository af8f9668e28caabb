import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildAll } from "../../scripts/build.ts";
import { startCollector } from "../../scripts/collector.ts";
import { formatSdkEventId } from "../../shared/event-id.ts";
import { startBare } from "./bare/config.ts";
import { compare, type Contender, linesOf } from "./compare.ts";
import { load, type LoadRequest, type Server, warm } from "./load.ts";
import { startRival } from "./rivals/start.ts";

const { values: args } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    pairs: { type: "string", default: "5" },
    rival: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const CONTACTS = 1_000;
const EVENTS = 4;
const WRITE_KEY = "wk_bench";
const SECRET_KEY = "sk_bench";
const SIGNING_KEY = "signing-key-of-the-bench-0123456789abcdefghij";
/** Each visitor has an address of its own, as a proxy would tell it: what may come from one is looked at, too. */
const ADDRESS_HEADER = "x-forwarded-for";
const BROWSER =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";

/** The visitor's id is as long as the SDK's. */
const visitor = (n: number) => `bench-visitor-${String(n).padStart(10, "0")}`;
const PATHS = ["/", "/pricing", "/about", "/blog/first", "/contact"];

interface Beacon {
  readonly contact: number;
  readonly body: string;
  readonly request: LoadRequest;
}

/** What the SDK sends for a page: its visit, engaged time, a form and an event of the site's own; or one of them. */
function beacons(events: typeof EVENTS | 1): () => Beacon {
  let count = 0;
  return () => {
    count += 1;
    const contact = count % CONTACTS;
    const anonymousId = visitor(contact);
    const round = Math.floor(count / CONTACTS);
    const timestamp = new Date().toISOString();
    const path = PATHS[round % PATHS.length];
    const title = `Page ${path} – Example Company`;
    const all = [
      { type: "page", properties: { path, title } },
      { type: "track", event: "Page Engaged", properties: { path, title, active_ms: 12_345 } },
      { type: "track", event: "Form Submitted", properties: { path, form: "newsletter" } },
      { type: "track", event: "Video Played", properties: { path, video: "tour" } },
    ];
    const producer = `bench_${events}${String(contact).padStart(5, "0")}`;
    const batch = (events === 1 ? [all[round % EVENTS]] : all).map((event, i) => ({
      ...event,
      messageId: formatSdkEventId(producer, round * events + i),
      anonymousId,
      timestamp,
    }));
    const body = JSON.stringify({ batch, confirm: [], writeKey: WRITE_KEY, sentAt: timestamp });
    const headers = {
      "content-type": "text/plain;charset=UTF-8",
      origin: "https://www.example.com",
      "user-agent": BROWSER,
      [ADDRESS_HEADER]: `10.0.${contact >> 8}.${contact & 255}`,
    };
    return { contact, body, request: { method: "POST", path: "/v1/batch", headers, body } };
  };
}

/** The same bodies, each put into one row. */
function bareWrites(): () => LoadRequest {
  const next = beacons(EVENTS);
  return () => {
    const { contact, request } = next();
    return { ...request, path: `/?n=${contact}` };
  };
}

let reads = 0;

function scoreRead(): LoadRequest {
  reads += 1;
  const path = `/v1/contacts/anon:${visitor(reads % CONTACTS)}/score`;
  return { method: "GET", path, headers: { authorization: `Bearer ${SECRET_KEY}` } };
}

function bareRead(): LoadRequest {
  reads += 1;
  return { method: "GET", path: `/?n=${reads % CONTACTS}` };
}

async function send({ url }: Server, { method, path, headers = {}, body }: LoadRequest): Promise<string> {
  const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text;
}

/** Makes every contact, and sees that a collector counts what it is sent, and once. */
async function warmUp(server: Server, next: () => LoadRequest, events?: number): Promise<void> {
  for (let n = 0; n < CONTACTS; n += 32) {
    await Promise.all(Array.from({ length: Math.min(32, CONTACTS - n) }, () => send(server, next())));
  }
  if (events === undefined) return;
  const request = next();
  const answers = [await send(server, request), await send(server, request)].map((text) => {
    const { accepted, duplicate } = JSON.parse(text) as { accepted: number; duplicate: number };
    return { accepted, duplicate };
  });
  const [first, again] = answers;
  if (first?.accepted !== events || again?.duplicate !== events) {
    throw new Error(`of ${events} events it has counted ${JSON.stringify(answers)}`);
  }
}

/** Beacons for a few contacts that are in memory, by the meter that each contact keeps of its own statements. */
async function rowsPerBeacon(server: Server, next: () => Beacon): Promise<number> {
  const before = await rowsWritten(server);
  let sent = 0;
  while (sent < 5 * METERED) {
    const { contact, request } = next();
    if (contact >= METERED) continue;
    await send(server, request);
    sent += 1;
  }
  return ((await rowsWritten(server)) - before) / sent;
}

const METERED = 20;

async function rowsWritten(server: Server): Promise<number> {
  let rows = 0;
  for (let n = 0; n < METERED; n += 1) {
    const path = `/v1/contacts/anon:${visitor(n)}`;
    const text = await send(server, {
      method: "GET",
      path,
      headers: { authorization: `Bearer ${SECRET_KEY}` },
    });
    rows += (JSON.parse(text) as { storage: { rowsWritten: number } }).storage.rowsWritten;
  }
  return rows;
}

const dir = await mkdtemp(join(tmpdir(), "afterglow-bench-"));
await buildAll();
const servers: Server[] = [];
try {
  const seconds = Number(args.seconds);
  const pairs = Number(args.pairs);
  const contender = (name: string, events: number, server: Server, next: () => LoadRequest): Contender => {
    const sample = async () => {
      // While the others were measured its objects were put out of memory.
      await warm(server, CONTACTS, next);
      return load(server, seconds, next);
    };
    return { name, events, sample };
  };

  const collector = await startCollector({
    port: 0,
    stateDir: join(dir, "collector"),
    writeKey: WRITE_KEY,
    secretKey: SECRET_KEY,
    signingKey: SIGNING_KEY,
    addressHeader: ADDRESS_HEADER,
  });
  servers.push(collector);
  const bare = await startBare(join(dir, "bare"));
  servers.push(bare);
  console.log(
    `${CONTACTS} contacts, 32 connections, ${seconds} s a sample; first every contact is made once`,
  );
  const own = beacons(EVENTS);
  const write = bareWrites();
  const ours = contender("ours", EVENTS, collector, () => own().request);
  const others = [contender("bare upsert", EVENTS, bare, write)];
  await warmUp(collector, () => own().request, EVENTS);
  await warmUp(bare, write);
  if (args.rival) {
    const rival = await startRival(join(dir, "rival.sqlite"), WRITE_KEY);
    servers.push(rival);
    for (const events of [EVENTS, 1] as const) {
      const next = beacons(events);
      await warmUp(rival, () => next().request, events);
      others.push(
        contender(`Hono + better-sqlite3, ${events} at a time`, events, rival, () => next().request),
      );
    }
  }
  const ingest = await compare(ours, others, pairs);
  console.log(
    linesOf(`Ingest: beacons of ${EVENTS} events, against the same body upserted`, ingest).join("\n"),
  );
  console.log(`  rows written per beacon: ${(await rowsPerBeacon(collector, own)).toFixed(2)}`);
  const reading = await compare(
    contender("ours", 1, collector, scoreRead),
    [contender("bare read", 1, bare, bareRead)],
    pairs,
  );
  console.log(linesOf("Score reads, against a read of one row", reading).join("\n"));
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true });
}
