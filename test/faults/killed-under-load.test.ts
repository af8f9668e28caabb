import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { randomOf, toldSeed } from "../support/random.ts";
import {
  add,
  browserSender,
  type Counts,
  type Sender,
  sendUntilTaken,
  serverSender,
} from "../support/sender.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

const ROUNDS = 20;
/** A round's load before the kill: new contacts are made, hot rows grow and are packed. */
const LONGEST_LOAD_MS = 600;

test("killed at 20 random moments under load: every acknowledged event is there, none twice", async () => {
  const random = randomOf(toldSeed());
  const sent: Counts = new Map();
  const acknowledged: Counts = new Map();
  const senders: Sender[] = [];
  let brokenOff = 0;
  const load = { isOver: false };
  async function run(sender: Sender): Promise<void> {
    senders.push(sender);
    while (!load.isOver) {
      const request = sender.next();
      add(sent, request.keys);
      const attempts = await sendUntilTaken(collector.url, request);
      if (attempts > 1) brokenOff += 1;
      add(acknowledged, request.keys);
    }
  }
  const makers = Array.from({ length: 8 }, (_, i) => (i < 6 ? browserSender : serverSender));
  const running = makers.map((make) => run(make(random)));

  for (let round = 1; round <= ROUNDS; round += 1) {
    // Contacts that are just being made when the end comes.
    running.push(run(browserSender(random)));
    await pause(random() * LONGEST_LOAD_MS);
    const before = new Map(acknowledged);
    await collector.killAndRestart();
    const there = await stored(senders);
    for (const [key, times] of before) {
      expect(there.get(key) ?? 0, `${key}, acknowledged before kill ${round}`).toBeGreaterThanOrEqual(times);
    }
    for (const [key, times] of there) {
      expect(times, `${key}, counted after kill ${round}`).toBeLessThanOrEqual(sent.get(key) ?? 0);
    }
  }
  load.isOver = true;
  await Promise.all(running);
  expect(acknowledged).toEqual(sent);
  expect(await stored(senders)).toEqual(sent);
  const events = [...sent.values()].reduce((sum, times) => sum + times, 0);
  console.log(`${events} events, ${senders.length} clients, ${brokenOff} requests sent again after a kill`);
  // Else nothing would have been tried.
  expect([events > 1_000, brokenOff >= ROUNDS]).toEqual([true, true]);
});

/** What the collector says it has. */
async function stored(senders: readonly Sender[]): Promise<Counts> {
  const counts: Counts = new Map();
  async function read(ref: string): Promise<void> {
    const response = await collector.read(`/v1/contacts/${encodeURIComponent(ref)}/timeline`);
    const text = await response.text();
    if (response.status === 404) return;
    expect(response.status, text).toBe(200);
    const { days } = JSON.parse(text) as Timeline;
    for (const { event, properties, count } of days.flatMap((day) => day.facts)) {
      const key = `${ref} ${properties.n}`;
      if (event === "Step") counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  await Promise.all(senders.flatMap(({ refs }) => refs).map(read));
  return counts;
}

interface Timeline {
  readonly days: readonly {
    readonly facts: readonly { event: string; properties: { n?: string }; count: number }[];
  }[];
}
