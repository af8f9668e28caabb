import { describe, expect, test } from "vitest";

import { DAY_MS, dayOf } from "../../shared/day.ts";
import { addEvent, type Facts, newRoom } from "../../shared/facts.ts";
import { createCompiledVersions } from "../../worker/domain/compiled-versions.ts";
import { crossingsOf, firstDay } from "../../worker/domain/crossings.ts";
import { compileDocument, fullOf } from "../../worker/domain/frozen-model.ts";
import { modelHistory } from "../../worker/domain/held-versions.ts";
import { MAX_CROSSING_VERSIONS } from "../../worker/domain/model-limits.ts";
import type { VersionHead } from "../../worker/domain/model-versions.ts";

const DAY = 20_000;

/** Visits of a page, by day and its part: 3.5 is noon of the third day. */
function visits(...times: readonly number[]): Facts {
  const facts: Facts = {};
  const room = newRoom();
  for (const time of times) {
    const at = (DAY + time) * DAY_MS;
    const event = { id: "", at, signal: "page\npath=/\n", count: 1, activeMs: 0, value: null } as const;
    addEvent(facts, "user:1", event, room);
  }
  return facts;
}

const document = (hot: number) =>
  JSON.stringify({ pages: { "*": 10 }, decay: { expire: "10d" }, bands: { hot, cold: null } });

type Versions = readonly (readonly [time: number, hot: number | null])[];

/** Versions, oldest first, each the least score of `hot`; `null` deletes. */
function historyOf(versions: Versions, facts: Facts) {
  const heads = versions.map(([time, hot], i): VersionHead => ({
    id: "m",
    version: i + 1,
    revision: i + 1,
    since: 1,
    at: (DAY + time) * DAY_MS,
    name: "",
    deleted: hot === null,
  }));
  return modelHistory(heads.toReversed(), firstDay(facts) ?? 0);
}

/** The crossings up to a day: day, from, to, cause, version, version before. */
function told(versions: Versions, facts: Facts, today: number) {
  const { complete, held } = historyOf(versions, facts);
  const models = held.map(({ version, at }) => {
    const hot = versions[version - 1]?.[1] ?? null;
    return { version, at, model: hot === null ? undefined : compileDocument("m", version, document(hot)) };
  });
  return crossingsOf({ complete, held: models }, facts, DAY + today).map(
    ({ at, from, to, cause, version, previousVersion }) => [
      dayOf(Date.parse(at)) - DAY,
      from,
      to,
      cause,
      version,
      ...(previousVersion === undefined ? [] : [previousVersion]),
    ],
  );
}

describe("crossings", () => {
  test("follow each version while it held, and compare two at the moment of a change", () => {
    const facts = visits(0.5, 1.5, 3.5);
    const versions: Versions = [
      [-100, 20],
      [5.5, 30],
      [6.5, 10],
    ];
    expect(told(versions, facts, 30)).toEqual([
      [13, "hot", "cold", "decay", 3],
      [1, "cold", "hot", "event", 1],
      [0, null, "cold", "event", 1],
    ]);
    expect(told([...versions.slice(0, 1), [5.5, 40], [6.5, 10]], facts, 30)).toEqual([
      [13, "hot", "cold", "decay", 3],
      [6, "cold", "hot", "model", 3, 2],
      [5, "hot", "cold", "model", 2, 1],
      [1, "cold", "hot", "event", 1],
      [0, null, "cold", "event", 1],
    ]);
    expect(told(versions, facts, 0)).toHaveLength(1);
    expect(told(versions, {}, 30)).toEqual([]);
  });

  test("name the version just before, also of several changes on one day", () => {
    const versions: Versions = [
      [-100, 20],
      [4.1, 30],
      [4.2, 100],
      [4.3, 100],
      [4.4, 20],
    ];
    expect(told(versions, visits(0, 1), 4)).toEqual([
      [4, "cold", "hot", "model", 5, 4],
      [4, "hot", "cold", "model", 2, 1],
      [1, "cold", "hot", "event", 1],
      [0, null, "cold", "event", 1],
    ]);
  });

  test("are told apart on a day on which something happened and the model was changed", () => {
    const event = (at: number) => visits(1, at);
    // Before the change, after it, and between two that change nothing.
    expect(
      told(
        [
          [-9, 20],
          [2.5, 15],
        ],
        event(2.4),
        2,
      )[0],
    ).toEqual([2, "cold", "hot", "event", 1]);
    expect(
      told(
        [
          [-9, 20],
          [2.5, 15],
        ],
        event(2.6),
        2,
      )[0],
    ).toEqual([2, "cold", "hot", "event", 2]);
    expect(
      told(
        [
          [-9, 20],
          [2.5, 15],
          [2.7, 16],
        ],
        event(2.6),
        2,
      )[0],
    ).toEqual([2, "cold", "hot", "event", 2]);
    // The change does it, and an event before or after it does nothing.
    expect(
      told(
        [
          [-9, 50],
          [2.5, 20],
        ],
        event(2.4),
        2,
      )[0],
    ).toEqual([2, "cold", "hot", "model", 2, 1]);
    expect(
      told(
        [
          [-9, 50],
          [2.5, 10],
        ],
        event(2.6),
        2,
      )[0],
    ).toEqual([2, "cold", "hot", "model", 2, 1]);
    // Both do something.
    expect(
      told(
        [
          [-9, 20],
          [2.5, 50],
        ],
        event(2.4),
        2,
      ).slice(0, 2),
    ).toEqual([
      [2, "hot", "cold", "model", 2, 1],
      [2, "cold", "hot", "event", 1],
    ]);
    // The same page before and after the change is one fact: it counts as from before.
    expect(
      told(
        [
          [-9, 30],
          [2.5, 25],
        ],
        visits(1, 2.4, 2.6),
        2,
      )[0],
    ).toEqual([2, "cold", "hot", "event", 1]);
    // Points fade over night, before anything happens.
    expect(
      told(
        [
          [-9, 20],
          [11.5, 30],
        ],
        visits(1, 1.5, 11.7),
        11,
      )[0],
    ).toEqual([11, "hot", "cold", "decay", 1]);
  });

  test("begin and end with the model", () => {
    const versions: Versions = [
      [2.5, 20],
      [4.5, null],
      [6.5, 20],
    ];
    expect(told(versions, visits(0, 1), 30)).toEqual([
      [10, "hot", "cold", "decay", 3],
      [6, null, "hot", "model", 3],
      [4, "hot", null, "model", 2, 1],
      [2, null, "hot", "model", 1],
    ]);
    // Who comes on the day of a new model, but after it, is moved by what they do.
    expect(told([[2.5, 20]], visits(2.6, 2.7), 30).at(-1)).toEqual([2, null, "hot", "event", 1]);
    expect(told([[2.5, 20]], visits(1, 2.6), 30).slice(-2)).toEqual([
      [2, "cold", "hot", "event", 1],
      [2, null, "cold", "model", 1],
    ]);
    expect(
      told(
        [
          [2.5, 20],
          [2.6, 10],
        ],
        visits(1),
        2,
      ),
    ).toEqual([
      [2, "cold", "hot", "model", 2, 1],
      [2, null, "cold", "model", 1],
    ]);
  });

  test("go back only as far as versions are looked at", () => {
    const many = Array.from({ length: MAX_CROSSING_VERSIONS + 5 }, (_, i) => [i, 20] as const);
    const kept = historyOf(many, visits(0));
    expect([kept.complete, kept.held.length, kept.held[0]?.version]).toEqual([
      false,
      MAX_CROSSING_VERSIONS,
      6,
    ]);
    expect(told(many, visits(0, 1, 20.5, 21.5), 70)).toEqual([
      [30, "hot", "cold", "decay", 30],
      [21, "cold", "hot", "event", 22],
      [10, "hot", "cold", "decay", 10],
    ]);
  });

  test("look at no version that held only before the first fact", () => {
    const versions: Versions = [
      [-9, 20],
      [-8, 30],
      [-7.5, 40],
      [3, 50],
    ];
    const kept = historyOf(versions, visits(0, 4));
    expect([kept.complete, kept.held.map(({ version }) => version)]).toEqual([true, [3, 4]]);
    expect(historyOf(versions, visits(-8)).held).toHaveLength(4);
  });
});

describe("compiled versions", () => {
  test("are asked for once, as long as no more than so many others have come", async () => {
    const kept = createCompiledVersions(2);
    const asked: number[] = [];
    const find = (version: number) =>
      kept.find("main", "m", version, async () => {
        asked.push(version);
        return version === 9 ? null : fullOf(document(version));
      });
    const first = await find(1);
    expect(first).toMatchObject({ id: "m", version: 1 });
    await find(2);
    expect(await find(1)).toBe(first);
    await find(3);
    expect(await find(1)).toBe(first);
    await find(2);
    expect(await find(9)).toBeUndefined();
    expect(await find(9)).toBeUndefined();
    expect(asked).toEqual([1, 2, 3, 2, 9, 9]);
  });
});
