import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import { addEvent, type Facts, newRoom } from "../../shared/facts.ts";
import { compileModel } from "../../shared/scoring/compile.ts";
import { nextChange } from "../../shared/scoring/next-change.ts";
import { compilePattern } from "../../shared/scoring/pattern.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { scoreFacts } from "../../shared/scoring/score.ts";

const read = readModel({ preset: "starter" });
if (!read.ok) throw new Error(JSON.stringify(read.issues));
const model = compileModel(read.full, { id: "starter", version: 1 });
const DAY = 20_000;

interface Act {
  readonly path?: string;
  readonly form?: string;
  readonly seconds?: number;
  readonly day?: number;
}

function factsOf(...acts: readonly Act[]): Facts {
  const facts: Facts = {};
  const room = newRoom();
  for (const { path, form, seconds, day = 0 } of acts) {
    const signal = form === undefined ? `page\npath=${path}\n` : `Form Submitted\nform=${form}\n`;
    const at = (DAY + day) * DAY_MS + 43_200_000;
    const count = seconds === undefined ? 1 : 0;
    addEvent(
      facts,
      "anon:v",
      { id: "", at, signal, count, activeMs: (seconds ?? 0) * 1000, value: null },
      room,
    );
  }
  return facts;
}

const score = (facts: Facts, day = 0) => scoreFacts(model, facts, DAY + day);
const points = (...acts: readonly Act[]) => score(factsOf(...acts)).score;

describe("the starter model", () => {
  test("two minutes on Pricing are worth more than three on About", () => {
    const mark = points({ path: "/about" }, { path: "/about", seconds: 180 });
    const john = points({ path: "/pricing" }, { path: "/pricing", seconds: 120 });
    expect([mark, john]).toEqual([1 + 3, 10 + 10]);
  });

  test("five visits to Pricing score more than one, and the cap is named", () => {
    const visits = (n: number) => factsOf(...Array.from({ length: n }, () => ({ path: "/pricing" })));
    expect([1, 5, 6, 7, 100].map((n) => score(visits(n)).score)).toEqual([10, 50, 60, 60, 60]);
    expect(score(visits(7)).lines.map(({ kind, points: each }) => [kind, each])).toEqual([
      ["rule", 70],
      ["cap", -10],
    ]);
  });

  test("minutes are summed over a day and rounded down once", () => {
    const minutes = (...seconds: number[]) =>
      points(...seconds.map((each) => ({ path: "/pricing", seconds: each })));
    expect(minutes(59)).toBe(0);
    expect(minutes(59, 59)).toBe(5);
    expect(points({ path: "/pricing", seconds: 59 }, { path: "/pricing", seconds: 59, day: -1 })).toBe(0);
    expect(minutes(3_600)).toBe(25);
  });

  test("careers counts against, and reading it for long does not count for", () => {
    expect(points({ path: "/careers/engineer" }, { path: "/careers/engineer", seconds: 600 })).toBe(-10);
  });

  test("a form counts once, by its kind", () => {
    const demo = { form: "demo-request" };
    expect(points(demo, demo)).toBe(40);
    expect(points({ form: "job-application" })).toBe(-40);
    expect(points({ form: "newsletter-footer" })).toBe(10);
    expect(points({ form: "" })).toBe(5);
  });

  test("inactivity takes 15, 30 and 50 points at 30, 60 and 90 days", () => {
    const facts = factsOf({ form: "demo-request" }, { path: "/pricing" });
    const at = [0, 29, 30, 31, 59, 60, 61, 89, 90, 91, 400];
    expect(at.map((day) => score(facts, day).score)).toEqual([50, 50, 35, 35, 35, 5, 5, 5, -45, -45, -45]);
  });

  test("what inactivity took stays taken on return, and the clock starts again", () => {
    const facts = factsOf({ path: "/pricing" }, { path: "/pricing", day: 40 });
    expect(score(facts, 40).score).toBe(20 - 15);
    expect(score(facts, 69).score).toBe(20 - 15);
    expect(score(facts, 70).score).toBe(20 - 30);
  });

  test("names the next day on which the band changes by itself", () => {
    const facts = factsOf({ form: "demo-request" }, { path: "/pricing" });
    expect(nextChange(model, facts, DAY)).toEqual({ at: DAY + 30, band: "warm" });
    expect(nextChange(model, facts, DAY + 30)).toEqual({ at: DAY + 60, band: "cold" });
    expect(nextChange(model, facts, DAY + 60)).toBeNull();
    expect(nextChange(model, {}, DAY)).toBeNull();
  });

  test("a read as of a past day does not foresee", () => {
    const facts = factsOf({ path: "/pricing" }, { form: "demo-request", day: 10 });
    expect(score(facts, 9)).toMatchObject({ score: 10, band: "cold" });
    expect(nextChange(model, facts, DAY + 9)).toBeNull();
    expect(score(facts, -1)).toMatchObject({ score: 0, lines: [] });
  });

  test("its lines add up to the score, in whole numbers", () => {
    const act = fc.record({
      path: fc.constantFrom("/pricing", "/about", "/careers", "/", "/blog/pricing"),
      day: fc.integer({ min: 0, max: 300 }),
      seconds: fc.option(fc.nat(10_000), { nil: undefined }),
      form: fc.option(fc.constantFrom("demo", "contact", "x"), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(act as fc.Arbitrary<Act>, { maxLength: 60 }),
        fc.integer({ min: -10, max: 500 }),
        (acts, day) => {
          const scored = score(factsOf(...acts), day);
          expect(scored.lines.reduce((sum, line) => sum + line.points, 0)).toBe(scored.score);
          expect(Number.isSafeInteger(scored.score)).toBe(true);
        },
      ),
    );
  });
});

describe("a pattern", () => {
  test("agrees with a plain reading of it", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const slow = (pattern: string, text: string): boolean => {
      if (pattern === "") return text === "";
      if (pattern[0] !== "*") return pattern[0] === text[0] && slow(pattern.slice(1), text.slice(1));
      return slow(pattern.slice(1), text) || (text !== "" && slow(pattern, text.slice(1)));
    };
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 }), (pattern, text) => {
        expect(compilePattern(pattern)(text)).toBe(slow(pattern, text));
      }),
      { numRuns: 5_000 },
    );
  });
});
