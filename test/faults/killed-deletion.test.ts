import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { textsOnDisk } from "../support/bytes-on-disk.ts";
import { newVisitor, pageVisit, type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { randomOf, toldSeed } from "../support/random.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

const ROUNDS = 20;
const PEOPLE = 10;
/** Deletions are begun within the first of these, and the kill comes within the second. */
const BEGUN_MS = 100;
const KILLED_MS = 400;
const PAGES = 3;

interface Person {
  readonly id: string;
  readonly path: string;
  /** The receipt, where the deletion was answered. */
  receipt?: string;
}

test("killed at 20 random moments while contacts are deleted: each is whole, or can be deleted to the end", async () => {
  const random = randomOf(toldSeed());
  const seen = { answered: 0, whole: 0, between: 0 };
  const all: Person[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const people = await Promise.all(Array.from({ length: PEOPLE }, newPerson));
    all.push(...people);
    const deletions = people.map((person) => pause(random() * BEGUN_MS).then(() => tryToDelete(person)));
    await pause(random() * KILLED_MS);
    await collector.killAndRestart();
    await Promise.all(deletions);
    // The last ones are left to themselves.
    if (round === ROUNDS) await untilFinished(people);
    const onDisk = await textsOnDisk(collector.stateDir, idsOf(people));
    async function check(person: Person): Promise<void> {
      const { receipt, id } = person;
      const { status } = await collector.read(`${person.path}/timeline`);
      if (receipt !== undefined) {
        const left = onDisk.filter((found) => found.startsWith(id));
        expect([status, left], `answered before kill ${round}`).toEqual([404, []]);
        seen.answered += 1;
      } else if (status === 200) {
        expect(await countOf(person)).toBe(PAGES);
        seen.whole += 1;
      } else {
        expect(status).toBe(404);
        seen.between += 1;
      }
      await tryToDelete(person);
      expect(person.receipt).toEqual(receipt ?? expect.any(String));
      expect((await collector.read(person.path)).status).toBe(404);
      expect(await collector.batch([pageVisit(id, "/late")])).toMatchObject({
        accepted: 0,
        rejected: [{ reason: "deleted_contact" }],
      });
    }
    await Promise.all(people.map(check));
    expect(await textsOnDisk(collector.stateDir, idsOf(people))).toEqual([]);
  }
  console.log(`${all.length} deletions: ${JSON.stringify(seen)}`);
  // Else nothing would have been tried.
  expect(Object.values(seen).every((times) => times > 0)).toBe(true);
  for (const person of all) {
    const { receipt } = person;
    await tryToDelete(person);
    expect(person.receipt).toBe(receipt);
  }
}, 240_000);

/** What was broken off is gone on with although nobody asks for it. */
async function untilFinished(people: readonly Person[]): Promise<void> {
  const isShown = async ({ path }: Person) => (await collector.read(path)).status === 200;
  const shown = await Promise.all(people.map(isShown));
  const gone = idsOf(people.filter((_, i) => !shown[i]));
  await until(
    () => textsOnDisk(collector.stateDir, gone),
    (found) => found.length === 0,
  );
}

function idsOf(people: readonly Person[]): string[] {
  return people.map(({ id }) => id);
}

async function newPerson(): Promise<Person> {
  const id = newVisitor();
  const pages = Array.from({ length: PAGES }, (_, i) => pageVisit(id, `/page-${i}`));
  await collector.batch(pages);
  return { id, path: `/v1/contacts/${encodeURIComponent(`anon:${id}`)}` };
}

async function tryToDelete(person: Person): Promise<void> {
  const response = await collector.request("DELETE", person.path).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  if (response?.status !== 200 || text === undefined) return;
  person.receipt = (JSON.parse(text) as { receipt: string }).receipt;
}

async function countOf({ id }: Person): Promise<number> {
  const days = await collector.timeline(`anon:${id}`);
  return days.flatMap(({ facts }) => facts).reduce((sum, { count }) => sum + count, 0);
}
