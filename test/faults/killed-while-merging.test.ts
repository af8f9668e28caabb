import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { formatSdkEventId } from "../../shared/event-id.ts";
import { type Backend, backendOf } from "../support/backend-tokens.ts";
import { newVisitor, SECRET_KEY, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { randomOf, toldSeed } from "../support/random.ts";
import { sendUntilTaken } from "../support/sender.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
let backend: Backend;
withCollector(async (own) => {
  collector = own;
  backend = await backendOf(collector);
});

const ROUNDS = 12;
const LONGEST_LOAD_MS = 250;
const AT_ONCE = 6;

/** What has become of one person when all is over. */
interface Life {
  readonly home: string;
  readonly aliases: readonly string[];
  /** How often each step of each device was sent, as a fact of which source. */
  readonly steps: Readonly<Record<string, number>>;
}

test("killed at 12 random moments among merges and splits: each is done once, and each event counted once", async () => {
  const random = randomOf(toldSeed());
  const lives: Life[] = [];
  const load = { isOver: false };
  let brokenOff = 0;

  async function send(body: object): Promise<void> {
    const text = JSON.stringify(body);
    const attempts = await sendUntilTaken(collector.url, { body: text, headers: {} });
    if (attempts > 1) brokenOff += 1;
    // An answer that was lost: the same again.
    if (random() < 0.2) await sendUntilTaken(collector.url, { body: text, headers: {} });
  }

  /** A device of a person: it does things, signs in, and does more. */
  function deviceOf(user: string) {
    const anonymousId = newVisitor();
    const producer = newVisitor().slice(0, 12);
    let sent = 0;
    const event = (more: object) => {
      sent += 1;
      return { anonymousId, messageId: formatSdkEventId(producer, sent), ...more };
    };
    return {
      ref: `anon:${anonymousId}`,
      step: (n: string) =>
        send({ writeKey: WRITE_KEY, batch: [event({ type: "track", event: "Step", properties: { n } })] }),
      signIn: () =>
        send({
          writeKey: WRITE_KEY,
          batch: [event({ type: "identify", userId: user, context: { token: backend.token(user) } })],
        }),
    };
  }

  const asBackend = (event: object) =>
    send({ writeKey: SECRET_KEY, batch: [{ messageId: newVisitor(), ...event }] });

  async function live(): Promise<Life> {
    const [user, old] = [`user-${newVisitor()}`, `old-${newVisitor()}`];
    const [phone, laptop] = [deviceOf(user), deviceOf(random() < 0.5 ? user : old)];
    const together = async (...work: readonly (() => Promise<void>)[]) => {
      await Promise.all(work.map((each) => each()));
    };
    await together(
      () => phone.step("a"),
      () => laptop.step("a"),
      () => asBackend({ type: "track", event: "Step", userId: user, properties: { n: "a" } }),
    );
    await together(phone.signIn, () => laptop.step("b"), laptop.signIn);
    await together(
      () => phone.step("c"),
      () => asBackend({ type: "alias", previousId: old, userId: user }),
      () => laptop.step("c"),
    );
    const steps: Record<string, number> = {
      [`user:${user} a`]: 1,
      [`${phone.ref} a`]: 1,
      [`${phone.ref} c`]: 1,
    };
    const ofLaptop = { [`${laptop.ref} a`]: 1, [`${laptop.ref} b`]: 1, [`${laptop.ref} c`]: 1 };
    if (random() < 0.5) {
      return { home: `user:${user}`, aliases: [phone.ref, laptop.ref], steps: { ...steps, ...ofLaptop } };
    }
    await together(
      () => splitUntilTaken(`user:${user}`, laptop.ref),
      () => laptop.step("d"),
      () => phone.step("d"),
    );
    lives.push({ home: laptop.ref, aliases: [], steps: { ...ofLaptop, [`${laptop.ref} d`]: 1 } });
    return { home: `user:${user}`, aliases: [phone.ref], steps: { ...steps, [`${phone.ref} d`]: 1 } };
  }

  async function splitUntilTaken(ref: string, source: string): Promise<void> {
    await until(async () => {
      const path = `/v1/contacts/${encodeURIComponent(ref)}/split`;
      const response = await collector.request("POST", path, { source }).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      if (response && text !== undefined && response.status !== 503) expect(response.status, text).toBe(200);
      return response?.status === 200 && text !== undefined;
    }, Boolean);
  }

  async function run(): Promise<void> {
    while (!load.isOver) lives.push(await live());
  }
  const running = Array.from({ length: AT_ONCE }, run);
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(random() * LONGEST_LOAD_MS);
    await collector.killAndRestart();
  }
  load.isOver = true;
  await Promise.all(running);

  for (const { home, aliases, steps } of lives) {
    for (const ref of [home, ...aliases]) expect([ref, await stepsOf(ref)]).toEqual([ref, steps]);
    expect(await contactOf(aliases[0] ?? home)).toBe(home);
  }
  console.log(`${lives.length} contacts, ${brokenOff} requests sent again after a kill`);
  // Else nothing would have been tried.
  expect([lives.length > ROUNDS, brokenOff > ROUNDS]).toEqual([true, true]);
}, 180_000);

async function contactOf(ref: string): Promise<string> {
  const response = await collector.read(`/v1/contacts/${encodeURIComponent(ref)}`);
  return ((await response.json()) as { contact: string }).contact;
}

async function stepsOf(ref: string): Promise<Record<string, number>> {
  const steps: Record<string, number> = {};
  for (const { source, event, properties, count } of (await collector.timeline(ref)).flatMap(
    (day) => day.facts,
  )) {
    const key = `${source} ${properties["n"]}`;
    if (event === "Step") steps[key] = (steps[key] ?? 0) + count;
  }
  return steps;
}
