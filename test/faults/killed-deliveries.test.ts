import { setTimeout as pause } from "node:timers/promises";

import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startTestCollector, type TestCollector } from "../support/collector.ts";
import { randomOf, toldSeed } from "../support/random.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver(async () => {
    await pause(20);
    return {};
  });
  collector = await startTestCollector({ allowPrivateDestinations: true });
});
afterAll(async () => {
  await collector.close();
  await receiver.close();
});

const ROUNDS = 12;
const AT_ONCE = 4;
const LONGEST_LOAD_MS = 500;

test("killed at 12 random moments while deliveries are made: each that was taken arrives, and no id is another's", async () => {
  const random = randomOf(toldSeed());
  const made = await collector.request("POST", "/v1/webhooks", { type: "webhook", url: receiver.url });
  const { id, secret } = (await made.json()) as { id: string; secret: string };
  const taken: string[] = [];
  let brokenOff = 0;
  const load = { isOver: false };
  async function run(): Promise<void> {
    while (!load.isOver) {
      const response = await collector.request("POST", `/v1/webhooks/${id}/test`).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      if (response?.status !== 202 || text === undefined) {
        brokenOff += 1;
        await pause(20);
        continue;
      }
      taken.push((JSON.parse(text) as { delivery: string }).delivery);
    }
  }
  const running = Array.from({ length: AT_ONCE }, run);
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(random() * LONGEST_LOAD_MS);
    await collector.killAndRestart();
  }
  load.isOver = true;
  await Promise.all(running);

  const bodies = new Map<string, Set<string>>();
  await until(
    async () => {
      for (const { headers, body } of receiver.received) {
        const key = headers["webhook-id"] ?? "";
        bodies.set(key, (bodies.get(key) ?? new Set()).add(body));
      }
      return taken.filter((delivery) => !bodies.has(delivery));
    },
    ({ length }) => length === 0,
  );
  for (const [key, of] of bodies) expect([key, of.size]).toEqual([key, 1]);
  for (const { headers, body } of receiver.received) new Webhook(secret).verify(body, headers);
  const again = receiver.received.length - bodies.size;
  console.log(
    `${taken.length} taken, ${receiver.received.length} arrived, ${again} of them again, ${brokenOff} broken off`,
  );
  // Else nothing would have been tried.
  expect([taken.length > ROUNDS, brokenOff > 0]).toEqual([true, true]);
}, 120_000);
