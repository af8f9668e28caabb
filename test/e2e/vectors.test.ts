import { expect, test } from "vitest";

import { dayToIso } from "../../shared/day.ts";
import { SECRET_KEY, type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { modelOf, SYSTEMS, type WorkedFact } from "../vectors/worked-examples.ts";

/** The acceptance vectors over the wire: models put, events sent as a backend sends them, scores read. */

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

/** Far enough back that all days of the cases lie behind today. */
const FIRST_DAY = Math.floor(Date.now() / 86_400_000) - 200;

const dayOf = (day: number) => dayToIso(FIRST_DAY + day);

let sent = 0;

function eventsOf(userId: string, { day, event, times = 1, seconds, ...properties }: WorkedFact): object[] {
  const message = () => ({
    userId,
    messageId: `vector-${(sent += 1)}`,
    timestamp: `${dayOf(day)}T12:00:00Z`,
  });
  const isPage = event === "page";
  const own = isPage ? { type: "page" } : { type: "track", event };
  const done = Array.from({ length: times }, () => ({ ...own, ...message(), properties }));
  if (seconds === undefined) return done;
  const engaged = {
    type: "track",
    event: "Page Engaged",
    properties: { ...properties, active_ms: seconds * 1000 },
  };
  return [...done, { ...engaged, ...message() }];
}

async function put(id: string, model: object): Promise<void> {
  const response = await fetch(`${collector.url}/v1/models/${id}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${SECRET_KEY}`, "if-none-match": "*" },
    body: JSON.stringify(model),
  });
  expect([201, 412]).toContain(response.status);
}

const CASES = SYSTEMS.flatMap(({ id: system, cases }) => cases.map((each) => ({ system, ...each })));

test.each(CASES)("$system: $name", async ({ system, ...each }) => {
  const { name, facts, traits = {}, expect: reads, inactivityMode = "" } = each;
  const model = `${system}${inactivityMode}`;
  await put(model, modelOf(system, each));
  const userId = `${system} ${name}`;
  const stated = { userId, messageId: `vector-${(sent += 1)}`, timestamp: `${dayOf(0)}T00:00:01Z`, traits };
  const batch = [{ type: "identify", ...stated }, ...facts.flatMap((fact) => eventsOf(userId, fact))];
  const answer = await collector.send({ batch }, { authorization: `Bearer ${SECRET_KEY}` });
  expect(await answer.json()).toMatchObject({ accepted: batch.length, rejected: [] });
  for (const [day, { total, nextChange, ...expected }] of Object.entries(reads)) {
    const query = `model=${model}&at=${dayOf(Number(day))}&explain=1`;
    const score = await collector.score(`user:${userId}`, query);
    expect(score, `day ${day}`).toMatchObject({
      ...expected,
      ...(total === undefined ? {} : { score: total }),
    });
    if (nextChange !== undefined) {
      const next = nextChange === null ? null : dayOf(nextChange);
      expect(score.nextChange?.at ?? null, `the next change seen on day ${day}`).toBe(next);
    }
    const sum = score.explain?.reduce((points, line) => points + line.points, 0) ?? NaN;
    expect(Math.abs(sum - score.score)).toBeLessThan(1e-9);
  }
});
