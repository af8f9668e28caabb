import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildAll } from "../../scripts/build.ts";
import { type Collector, startCollector } from "../../scripts/collector.ts";
import { load, type LoadRequest, warm } from "./load.ts";

/** How long after an event was acknowledged the list shows it, and who watches is told of it, while the real server is kept as busy as it can be. */
const SECONDS = process.argv.includes("--small") ? 8 : 40;
const VISITORS = 1_000;
/** Contacts that are looked after all the time, and how many new ones are at a time. */
const KNOWN = 4;
const NEW = 4;
const MOST_NEW = 450;
const LOOK_EVERY_MS = 20;
/** What is promised. */
const MOST_LAG_MS = 20_000;
const WRITE_KEY = "wk_bench";
const SECRET_KEY = "sk_bench";
const ADDRESS_HEADER = "x-forwarded-for";
const authorization = `Bearer ${SECRET_KEY}`;
const BROWSER =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";

/** Whoever is looked after is in a band of its own; nobody else comes into it. */
const MODEL = {
  name: "Lag",
  groups: [
    { id: "all", max: 100, rules: [{ id: "pricing", when: { page: "/pricing" }, points: 10 }] },
    {
      id: "seen",
      rules: [
        { id: "enter", when: { page: "/enter" }, points: 1_000 },
        { id: "step", when: { page: "/step" }, points: 1 },
      ],
    },
  ],
  bands: { seen: 1_000, warm: 50, cold: null },
};

let sent = 0;

function beacon(): LoadRequest {
  sent += 1;
  const visitor = sent % VISITORS;
  const event = { type: "page", messageId: `load-${sent}`, anonymousId: `visitor-${visitor}-of-the-bench` };
  const batch = [{ ...event, properties: { path: "/pricing", title: "Pricing" } }];
  const headers = {
    "content-type": "text/plain;charset=UTF-8",
    "user-agent": BROWSER,
    [ADDRESS_HEADER]: `10.0.${visitor >> 8}.${visitor & 255}`,
  };
  return { method: "POST", path: "/v1/batch", headers, body: JSON.stringify({ batch, writeKey: WRITE_KEY }) };
}

/** Acknowledged when it resolves. */
async function visit({ url }: Collector, userId: string, path: string): Promise<void> {
  const body = JSON.stringify({ userId, properties: { path } });
  for (;;) {
    const response = await fetch(`${url}/v1/page`, { method: "POST", headers: { authorization }, body });
    const text = await response.text();
    if (response.ok) return;
    if (response.status !== 503) throw new Error(`${response.status} ${text}`);
    await pause();
  }
}

interface Row {
  readonly contact: string;
  readonly score: number;
}

/** Those who are looked after, as the list has them; several who look at the same time get one answer. */
function createList({ url }: Collector) {
  let asking: Promise<ReadonlyMap<string, number>> | undefined;
  async function ask(): Promise<ReadonlyMap<string, number>> {
    const response = await fetch(`${url}/v1/contacts?band=seen&limit=500`, { headers: { authorization } });
    asking = undefined;
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    const { contacts } = JSON.parse(text) as { readonly contacts: readonly Row[] };
    return new Map(contacts.map(({ contact, score }) => [contact, score]));
  }
  return {
    /** Milliseconds until it shows a contact with so many points. */
    async shows(contact: string, score: number): Promise<number> {
      const began = performance.now();
      for (;;) {
        const found = await (asking ??= ask());
        if (found.get(contact) === score) return performance.now() - began;
        await pause();
      }
    },
  };
}

/** Somebody who watches: when they were told that a contact has so many points, or has got more meanwhile. */
async function startWatching({ url }: Collector) {
  const told: { readonly contact: string; readonly score: number; readonly at: number }[] = [];
  const address = `${url.replace("http", "ws")}/v1/contacts/live?band=seen`;
  const socket = new WebSocket(address, ["afterglow", `key.${SECRET_KEY}`]);
  socket.addEventListener("message", ({ data }) => {
    const { contact, score = 0 } = JSON.parse(String(data)) as Partial<Row>;
    if (contact !== undefined) told.push({ contact, score, at: performance.now() });
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const toldAt = (contact: string, score: number) =>
    told.find((each) => each.contact === contact && each.score >= score)?.at ?? Infinity;
  return { toldAt, close: () => socket.close() };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

const stateDir = await mkdtemp(join(tmpdir(), "afterglow-lag-"));
await buildAll();
const collector = await startCollector({
  port: 0,
  stateDir,
  writeKey: WRITE_KEY,
  secretKey: SECRET_KEY,
  addressHeader: ADDRESS_HEADER,
});
try {
  const saved = await fetch(`${collector.url}/v1/models/lag`, {
    method: "PUT",
    headers: { authorization, "if-none-match": "*" },
    body: JSON.stringify(MODEL),
  });
  if (saved.status !== 201) throw new Error(await saved.text());
  await fetch(`${collector.url}/v1/models/starter`, {
    method: "DELETE",
    headers: { authorization, "if-match": "*" },
  });
  await warm(collector, VISITORS, beacon);
  const list = createList(collector);
  const watcher = await startWatching(collector);
  const acknowledged: { readonly contact: string; readonly score: number; readonly at: number }[] = [];
  const [steps, entries]: [number[], number[]] = [[], []];
  const state = { isOver: false, entered: 0 };

  async function step(userId: string): Promise<void> {
    await visit(collector, userId, "/enter");
    await list.shows(`user:${userId}`, 1_000);
    for (let score = 1_001; !state.isOver; score += 1) {
      await visit(collector, userId, "/step");
      acknowledged.push({ contact: `user:${userId}`, score, at: performance.now() });
      steps.push(await list.shows(`user:${userId}`, score));
    }
  }

  async function enter(): Promise<void> {
    while (!state.isOver && state.entered < MOST_NEW) {
      state.entered += 1;
      const userId = `new-${state.entered}`;
      await visit(collector, userId, "/enter");
      entries.push(await list.shows(`user:${userId}`, 1_000));
    }
  }

  const probing = [
    ...Array.from({ length: KNOWN }, (_, n) => step(`known-${n}`)),
    ...Array.from({ length: NEW }, enter),
  ];
  const busy = load(collector, SECONDS, beacon).finally(() => {
    state.isOver = true;
  });
  const [{ requestsPerSecond, p50, p99, failed }] = await Promise.all([busy, ...probing]);
  console.log(
    `\nHow late the list is, beside ${requestsPerSecond.toFixed(0)} beacons/s of ${VISITORS.toLocaleString("en")} visitors over 32 connections ` +
      `(each ${p50} ms, 99 % below ${p99}; ${failed} failed); from the answer to an event until a list has it, looked at every ${LOOK_EVERY_MS} ms:\n`,
  );
  print("an event that changes no band", steps);
  print("an event that changes the band", entries);
  const live = acknowledged.map(({ contact, score, at }) => Math.max(0, watcher.toldAt(contact, score) - at));
  print("until who watches is told", live);
  watcher.close();
} finally {
  await collector.stop();
  await rm(stateDir, { recursive: true, force: true });
}

function print(name: string, lags: readonly number[]): void {
  const sorted = lags.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? NaN;
  const told = [at(0.5), at(0.99), sorted.at(-1) ?? NaN].map((ms) => ms.toFixed(0).padStart(8));
  console.log(
    `| ${name.padEnd(32)} | p50 ${told[0]} ms | p99 ${told[1]} ms | most ${told[2]} ms | of ${lags.length} |`,
  );
  if (!(at(0.99) <= MOST_LAG_MS)) process.exitCode = 1;
}
