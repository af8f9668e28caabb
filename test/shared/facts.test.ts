import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import type { FactEvent } from "../../shared/event.ts";
import { addEvent, type Facts, foldOldest, mergeFacts, newRoom } from "../../shared/facts.ts";
import { MAX_ABS_VALUE, MAX_SIGNALS_PER_CONTACT } from "../../shared/limits.ts";
import { OTHER_SIGNAL, parseSignalKey, signalKey } from "../../shared/signal.ts";
import { chainVisits } from "../../shared/visits.ts";

const MINUTE = 60_000;
const SOURCES = ["anon:phone", "anon:laptop", "user:server"] as const;

/** Events over a few days, close enough that visits join and part. */
const anyEvent: fc.Arbitrary<FactEvent & { source: (typeof SOURCES)[number] }> = fc.record({
  source: fc.constantFrom(...SOURCES),
  id: fc.string(),
  at: fc.integer({ min: 0, max: 4 * 24 * 6 }).map((tenMinutes) => 20_000 * DAY_MS + tenMinutes * 10 * MINUTE),
  signal: fc.constantFrom("page\npath=/a\n", "page\npath=/b\n", "Form Submitted\nform=x\n"),
  count: fc.constantFrom(0, 1),
  activeMs: fc.integer({ min: 0, max: 20 * MINUTE }),
  value: fc.option(fc.integer({ min: -5_000_000, max: 5_000_000 }).map((units) => units / 10_000)),
  visit: fc.record({
    pages: fc.constantFrom(0, 1),
    origin: fc.record({
      referrer: fc.constantFrom("", "a.example", "b.example"),
      campaign: fc.constantFrom("", "spring"),
      source: fc.constant(""),
      medium: fc.constant(""),
    }),
  }),
  traits: fc.dictionary(fc.constantFrom("role", "size"), fc.constantFrom("a", "b", 1, true, null)),
  claim: fc.constantFrom("ann@corp.example", "bob@corp.example"),
});

function factsOf(events: readonly (FactEvent & { source: (typeof SOURCES)[number] })[]): Facts {
  const facts: Facts = {};
  const room = newRoom();
  for (const event of events) addEvent(facts, event.source, event, room);
  return facts;
}

describe("facts", () => {
  test("are the same whatever the order of arrival", () => {
    fc.assert(
      fc.property(
        fc
          .array(anyEvent, { maxLength: 40 })
          .chain((events) =>
            fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
          ),
        ([events, shuffled]) => {
          expect(factsOf(shuffled)).toEqual(factsOf(events));
        },
      ),
    );
  });

  test("merged equal having been seen together, however they were split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 3 })), { maxLength: 40 }),
        (dealt) => {
          const merged: Facts = {};
          const room = newRoom();
          for (const part of [0, 1, 2, 3]) {
            const events = dealt.filter(([, to]) => to === part).map(([event]) => event);
            mergeFacts(merged, factsOf(events), room);
          }
          expect(merged).toEqual(factsOf(dealt.map(([event]) => event)));
        },
      ),
    );
  });

  test("sum values to the ten-thousandth, and never past what stays exact", () => {
    const summed = (...values: number[]) =>
      factsOf(values.map((value) => ({ ...eventAt(0), value, source: "anon:phone" as const })))["anon:phone"]
        ?.days["20000"]?.["page\npath=/a\n"]?.[2];
    const many = Array.from({ length: 90 }, () => MAX_ABS_VALUE);
    expect(summed(...many, 0.0001)).toBe(90 * MAX_ABS_VALUE * 10_000 + 1);
    expect(summed(...many, ...many)).toBe(Number.MAX_SAFE_INTEGER);
    expect(summed(...[...many, ...many].map((value) => -value))).toBe(-Number.MAX_SAFE_INTEGER);
  });

  test("merging leaves what is merged untouched", () => {
    const seen = (at: number) => factsOf([{ ...eventAt(at), source: "anon:phone" }]);
    const [a, b] = [seen(0), seen(5 * MINUTE)];
    const before = structuredClone(b);
    mergeFacts(a, b, newRoom());
    addEvent(a, "anon:phone", eventAt(7 * MINUTE), newRoom());
    expect(b).toEqual(before);
  });

  test("count signals beyond the limit as other", () => {
    const facts: Facts = {};
    const room = newRoom();
    for (let i = 0; i < MAX_SIGNALS_PER_CONTACT + 7; i += 1) {
      addEvent(facts, "anon:phone", { ...eventAt(0), signal: `page\npath=/${i}\n` }, room);
    }
    const day = facts["anon:phone"]?.days["20000"] ?? {};
    expect(Object.keys(day)).toHaveLength(MAX_SIGNALS_PER_CONTACT + 1);
    expect(day[OTHER_SIGNAL]?.[0]).toBe(7);
    addEvent(facts, "anon:phone", { ...eventAt(0), signal: "Score Adjusted\nreason=fair\n" }, room);
    expect(day["Score Adjusted\nreason=fair\n"]?.[0]).toBe(1);
  });
});

describe("facts beyond the limit of days and signals", () => {
  const onDays = (count: number) => Array.from({ length: count }, (_, day) => day * DAY_MS);

  test("are folded by whole days, the oldest first, and counted", () => {
    const facts: Facts = {};
    const room = newRoom();
    for (const offset of onDays(10)) {
      addEvent(facts, "anon:phone", eventAt(offset), room);
      addEvent(facts, "anon:laptop", { ...eventAt(offset), signal: "page\npath=/b\n" }, room);
    }
    expect(room.buckets).toBe(20);
    foldOldest(facts, room, 15);
    expect(room.buckets).toBe(14);
    for (const own of Object.values(facts)) {
      expect(own.folded).toEqual([20_002, 3]);
      expect(Object.keys(own.days)).toHaveLength(7);
      expect(own.visits).toHaveLength(7);
    }
    addEvent(facts, "anon:phone", eventAt(0), room);
    expect(facts["anon:phone"]?.folded).toEqual([20_002, 4]);
    expect(room.buckets).toBe(14);
  });

  test("stay folded when contacts are merged, and nothing is lost from the count", () => {
    const half = (source: "anon:phone" | "anon:laptop") => {
      const facts: Facts = {};
      const room = newRoom();
      for (const offset of onDays(10)) addEvent(facts, source, eventAt(offset), room);
      return { facts, room };
    };
    const { facts, room } = half("anon:phone");
    foldOldest(facts, room, 4);
    mergeFacts(facts, half("anon:phone").facts, room);
    expect(facts["anon:phone"]?.folded).toEqual([20_005, 12]);
    expect(room.buckets).toBe(4);
    mergeFacts(facts, half("anon:laptop").facts, room);
    expect(room.buckets).toBe(14);
    expect(facts["anon:laptop"]?.folded).toBeUndefined();
  });

  test("are marked as folded also where a day held nothing but active time", () => {
    const facts = factsOf([{ ...eventAt(0), count: 0, activeMs: 5_000, source: "anon:phone" }]);
    const room = { signals: new Set<string>(), buckets: 1 };
    foldOldest(facts, room, 0);
    expect(facts["anon:phone"]?.folded).toEqual([20_000, 0]);
    addEvent(facts, "anon:phone", eventAt(0), room);
    expect(facts["anon:phone"]?.folded).toEqual([20_000, 1]);
  });

  test("are not touched below it", () => {
    const facts = factsOf([{ ...eventAt(0), source: "anon:phone" }]);
    const before = structuredClone(facts);
    foldOldest(facts, { signals: new Set(), buckets: 1 });
    expect(facts).toEqual(before);
  });
});

describe("visits", () => {
  test("end after 30 idle minutes", () => {
    const visits = (...minutes: number[]) =>
      factsOf(minutes.map((minute) => ({ ...eventAt(minute * MINUTE), source: "anon:phone" as const })))[
        "anon:phone"
      ]?.visits.length;
    expect(visits(0, 29)).toBe(1);
    expect(visits(0, 30)).toBe(2);
    expect(visits(0, 58)).toBe(2);
    expect(visits(0, 58, 29)).toBe(1);
  });

  test("a long read without any event in between is one visit", () => {
    const read = {
      ...eventAt(50 * MINUTE),
      count: 0 as const,
      activeMs: 50 * MINUTE,
      source: "anon:phone" as const,
    };
    expect(factsOf([{ ...eventAt(0), source: "anon:phone" }, read])["anon:phone"]?.visits).toHaveLength(1);
  });
});

test("a long read over midnight goes on with the visit, as it would at noon", () => {
  const read = (minuteOfDay: number) => {
    const start = minuteOfDay * MINUTE;
    const end = start + 56 * MINUTE;
    const events = [
      { ...eventAt(start), source: "anon:phone" as const },
      {
        ...eventAt(end),
        count: 0 as const,
        activeMs: 55 * MINUTE,
        visit: { pages: 0 as const, origin: NOWHERE },
        source: "anon:phone" as const,
      },
    ];
    return chainVisits(factsOf(events)["anon:phone"]?.visits ?? []).length;
  };
  expect([read(12 * 60), read(23 * 60 + 25)]).toEqual([1, 1]);
});

test("a signal's key holds at most eight properties, the important ones first, and reads back", () => {
  const props = new Map(
    Array.from({ length: 20 }, (_, i) => [`p${String(i).padStart(2, "0")}`, "v".repeat(100)]),
  );
  props.set("path", `/${"long".repeat(50)}`);
  const key = signalKey("page", props, ["path"]);
  expect(key.split("\n").slice(1, -1)).toHaveLength(8);
  expect(key).toContain(`path=/${"long".repeat(50)}\n`);
  expect(key).toContain(`p00=${"v".repeat(64)}\n`);
  expect(parseSignalKey(key).name).toBe("page");
  expect(parseSignalKey(key).props.get("path")).toBe(`/${"long".repeat(50)}`);
  expect(parseSignalKey(OTHER_SIGNAL)).toEqual({ name: "other", props: new Map() });
});

const NOWHERE = { referrer: "", campaign: "", source: "", medium: "" };

function eventAt(offset: number): FactEvent {
  return {
    id: "e",
    at: 20_000 * DAY_MS + offset,
    signal: "page\npath=/a\n",
    count: 1,
    activeMs: 0,
    value: null,
    visit: { pages: 1, origin: NOWHERE },
  };
}
