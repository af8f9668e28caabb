import { readdir, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test, type TestContext } from "vitest";

import {
  newVisitor,
  pageVisit,
  SECRET_KEY,
  startTestCollector,
  type TestCollector,
  WRITE_KEY,
} from "../support/collector.ts";
import { sendUntilTaken } from "../support/sender.ts";
import { until } from "../support/until.ts";

type Context = Pick<TestContext, "onTestFinished">;

async function ownCollector({ onTestFinished }: Context, limits: Limits = {}): Promise<TestCollector> {
  const collector = await startTestCollector(limits);
  onTestFinished(() => collector.close());
  return collector;
}

type Limits = Parameters<typeof startTestCollector>[0];

/** Does all of the work, so many at a time. */
async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function filesOfContacts({ stateDir }: TestCollector): Promise<number> {
  const files = await readdir(join(stateDir, "objects", "afterglow-contact"));
  return files.filter((file) => file.endsWith(".sqlite") && !file.startsWith("metadata")).length;
}

/** Open files of workerd; none where the system does not tell. */
async function openFiles({ pid }: TestCollector): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
}

/** In memory, where there is enough of it for 2,000 contacts: a disk takes a minute, as each is made in five syncs. */
async function fastFolder(): Promise<string> {
  const { bavail, bsize } = await statfs("/dev/shm").catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize > 400 * 1024 * 1024 ? "/dev/shm" : tmpdir();
}

const CONTACTS = 2_000;
const CONTACTS_PER_BATCH = 100;

test.concurrent("2,000 contacts, each in a file of its own, are all there after a kill, each with its own facts", async (context) => {
  const collector = await ownCollector(context, {
    maxLiveContacts: CONTACTS,
    folder: await fastFolder(),
  });
  const visits = (n: number) => 1 + (n % 3);
  const numbers = Array.from({ length: CONTACTS }, (_, n) => n);
  const batches = Array.from({ length: CONTACTS / CONTACTS_PER_BATCH }, (_, i) =>
    numbers.slice(i * CONTACTS_PER_BATCH, (i + 1) * CONTACTS_PER_BATCH),
  );
  await inParallel(batches, 4, async (some) => {
    const batch = some.flatMap((n) =>
      Array.from({ length: visits(n) }, (_, i) => ({
        type: "page",
        userId: `${n}`,
        messageId: `${n}-${i}`,
        properties: { path: "/pricing", title: `Contact ${n}` },
      })),
    );
    const body = JSON.stringify({ batch });
    await sendUntilTaken(collector.url, { body, headers: { authorization: `Bearer ${SECRET_KEY}` } });
  });
  expect(await filesOfContacts(collector)).toBe(CONTACTS);
  await collector.killAndRestart();
  const scores: number[] = [];
  await inParallel(numbers, 32, async (n) => {
    scores[n] = (await collector.score(`user:${n}`)).score;
  });
  expect(scores).toEqual(numbers.map((n) => 10 * visits(n)));
  expect(await openFiles(collector)).toBeLessThan(3 * CONTACTS + 200);
}, 180_000);

test.concurrent("more contacts than there is room for are told when to come again, and then taken", async (context) => {
  const room = 20;
  const collector = await ownCollector(context, { maxLiveContacts: room });
  const visitors = Array.from({ length: room + 5 }, newVisitor);
  const bodies = visitors.map((visitor) =>
    JSON.stringify({ writeKey: WRITE_KEY, batch: [pageVisit(visitor, "/pricing")] }),
  );
  const late: string[] = [];
  for (const body of bodies) {
    const response = await collector.send(body);
    if (response.status === 200) continue;
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { error: { code: "too_many_live_contacts" } },
    ]);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    late.push(body);
  }
  expect(late).toHaveLength(5);
  // Those who are here go on being served.
  expect((await collector.send(bodies[0])).status).toBe(200);
  for (const body of late) {
    await until(
      () => collector.send(body),
      ({ status }) => status === 200,
    );
  }
  for (const visitor of visitors.slice(-5)) expect((await collector.score(`anon:${visitor}`)).score).toBe(10);
});

test("200 writers to one contact at a time: each of their events counts once", async (context) => {
  const collector = await ownCollector(context);
  const hot = newVisitor();
  const writers = Array.from({ length: 200 }, (_, n) => n);
  await inParallel(writers, writers.length, async (n) => {
    for (let i = 0; i < 5; i += 1) {
      const batch = [
        { ...pageVisit(hot, "/pricing"), messageId: `${n}-${i}` },
        // The same of all writers.
        { ...pageVisit(hot, "/about"), messageId: `all-${i}` },
      ];
      await sendUntilTaken(collector.url, {
        body: JSON.stringify({ writeKey: WRITE_KEY, batch }),
        headers: {},
      });
    }
  });
  const [{ facts } = { facts: [] }] = await collector.timeline(`anon:${hot}`);
  const counts = facts
    .filter(({ event }) => event === "page")
    .map(({ properties, count }) => [properties["path"], count]);
  expect(Object.fromEntries(counts)).toEqual({ "/pricing": 1_000, "/about": 5 });
});
