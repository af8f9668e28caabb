import { describe, expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import type { FactEvent, Ref } from "../../shared/event.ts";
import { addEvent, type Facts, mergeFacts, newRoom } from "../../shared/facts.ts";
import { MAX_TRAITS_PER_CONTACT, TRAIT_VALUES_KEPT } from "../../shared/limits.ts";
import { compileModel } from "../../shared/scoring/compile.ts";
import { historyOf, traitOn } from "../../shared/scoring/history.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { scoreFacts } from "../../shared/scoring/score.ts";

type Traits = NonNullable<FactEvent["traits"]>;

const DAY_0 = 20_000;

/** An identify, so many days after the first day. */
function stated(day: number, traits: Traits): FactEvent {
  return {
    id: "e",
    at: (DAY_0 + day) * DAY_MS,
    signal: "identify\n",
    count: 1,
    activeMs: 0,
    value: null,
    traits,
  };
}

function factsOf(...events: readonly FactEvent[]): Facts {
  const facts: Facts = {};
  for (const event of events) addEvent(facts, "anon:phone", event, newRoom());
  return facts;
}

function compiled(document: unknown) {
  const read = readModel(document);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return compileModel(read.full, { id: "m", version: 1 });
}

/** What the facts say of a trait at the end of a day. */
function known(facts: Facts, name: string, day: number) {
  return traitOn(historyOf(facts, DAY_0 + day, false), name, DAY_0 + day);
}

describe("traits", () => {
  test("hold their value of that day, and repeats do not push out the past", () => {
    const days = Array.from({ length: 40 }, (_, day) => stated(day + 2, { role: "engineer" }));
    const facts = factsOf(stated(0, { role: "student" }), ...days);
    expect([-1, 0, 1, 2, 30, 50].map((day) => known(facts, "role", day))).toEqual([
      undefined,
      "student",
      "student",
      "engineer",
      "engineer",
      "engineer",
    ]);
    expect(facts["anon:phone"]?.traits["role"]?.length).toBeLessThanOrEqual(TRAIT_VALUES_KEPT);
  });

  test("say at last what was stated last, however late the statement before it comes", () => {
    const at = (day: number) => stated(day, { plan: day % 2 === 0 ? "pro" : "free" });
    const inOrder = Array.from({ length: 18 }, (_, i) => i + 1);
    const late = [...inOrder.slice(0, 16), 18, 17];
    for (const days of [inOrder, late]) {
      const facts = factsOf(...days.map(at));
      expect(known(facts, "plan", 18)).toBe("pro");
      expect(facts["anon:phone"]?.traits["plan"]?.length).toBeLessThanOrEqual(TRAIT_VALUES_KEPT);
    }
  });

  test("are unknown from the day of a null on, until they are stated again, whatever came first", () => {
    const statements = [stated(0, { plan: "pro" }), stated(2, { plan: null }), stated(4, { plan: "free" })];
    const model = compiled({
      groups: [{ rules: [{ trait: "plan", map: { pro: 5, free: 1 }, unknown: -3 }] }],
    });
    for (const events of [statements, statements.toReversed()]) {
      const merged: Facts = {};
      for (const event of events) mergeFacts(merged, factsOf(event), newRoom());
      for (const facts of [factsOf(...events), merged]) {
        const days = [0, 1, 2, 3, 4];
        expect(days.map((day) => known(facts, "plan", day))).toEqual([
          "pro",
          "pro",
          undefined,
          undefined,
          "free",
        ]);
        expect(days.map((day) => scoreFacts(model, facts, DAY_0 + day).score)).toEqual([5, 5, -3, -3, 1]);
      }
    }
  });

  test("of an object are all unknown when the object is cleared, by whomever", () => {
    const facts: Facts = {};
    const state = (source: Ref, event: FactEvent) => addEvent(facts, source, event, newRoom());
    state("user:server", stated(2, { address: null }));
    state("anon:phone", stated(0, { "address.city": "Bern", "address.country": "CH", "addressed.to": "x" }));
    state("anon:phone", stated(3, { "address.country": "DE" }));
    const of = (name: string) => [1, 2, 3].map((day) => known(facts, name, day));
    expect(of("address.city")).toEqual(["Bern", undefined, undefined]);
    expect(of("address.country")).toEqual(["CH", undefined, "DE"]);
    expect(of("addressed.to")).toEqual(["x", "x", "x"]);
  });

  test("for which there is no room are named", () => {
    const many = Array.from({ length: MAX_TRAITS_PER_CONTACT }, (_, i) => [`t${i}`, i]);
    const facts: Facts = {};
    const state = (traits: Traits) => addEvent(facts, "anon:phone", stated(0, traits), newRoom());
    expect(state(Object.fromEntries(many))).toEqual([]);
    expect(state({ t0: 5, late: 1, later: 2 })).toEqual(["late", "later"]);
    expect(facts["anon:phone"]?.traits).not.toHaveProperty("late");
  });

  test("may be called what objects have already", () => {
    const facts = factsOf(stated(0, { constructor: "x", toString: "y" }));
    expect(Object.keys(facts["anon:phone"]?.traits ?? {})).toEqual(["constructor", "toString"]);
  });
});
