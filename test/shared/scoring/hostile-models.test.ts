import { describe, expect, test } from "vitest";

import { DAY_MS, LAST_DAY } from "../../../shared/day.ts";
import { addEvent, type Facts, newRoom } from "../../../shared/facts.ts";
import { compileModel } from "../../../shared/scoring/compile.ts";
import { changeAfter, nextChange } from "../../../shared/scoring/next-change.ts";
import { readModel } from "../../../shared/scoring/read-model.ts";
import { scoreFacts, standOn } from "../../../shared/scoring/score.ts";

/** None of these may hang, and none may make a number that is none. */

function factsOn(days: readonly number[], value: number | null = null): Facts {
  const facts: Facts = {};
  const room = newRoom();
  days.forEach((day, i) => {
    for (const signal of ["a\n", "b\n"]) {
      addEvent(
        facts,
        "anon:v",
        { id: `${signal}${i}`, at: day * DAY_MS, signal, count: 1, activeMs: 0, value },
        room,
      );
    }
  });
  return facts;
}

function compiled(document: unknown) {
  const read = readModel(document);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return compileModel(read.full, { id: "m", version: 1 });
}

/** Gives and takes the same at the same time, right at the line. */
const balanced = (rules: number, decay: unknown, more: object = {}) => ({
  groups: [
    {
      decay,
      rules: Array.from({ length: rules }, (_, i) => ({
        when: i % 2 ? "a" : "b",
        points: i % 2 ? 100 : -100,
      })),
    },
  ],
  bands: [{ name: "over", when: { score: 0 } }, { name: "under" }],
  ...more,
});

const year = Array.from({ length: 365 }, (_, i) => 20_000 + i);
const decades = Array.from({ length: 300 }, (_, i) => i * 60);

describe("a search that no day ends", () => {
  test.each([
    ["an even fade over ten years", balanced(2, { halfLife: "3650d" }), year],
    ["a fade in steps, by many rules", balanced(500, { percent: 0.01, every: "7d" }), year],
    ["with a running floor", balanced(50, { halfLife: "3650d" }, { floor: 0 }), year],
    ["with a running floor, from 1970 on", balanced(50, { halfLife: "3650d" }, { floor: 0 }), decades],
  ])("comes to an end: %s", (_, document, days) => {
    const facts = factsOn(days);
    const model = compiled(document);
    const last = days.at(-1) ?? 0;
    expect(scoreFacts(model, facts, last).score).toBe(0);
    const { change, knownTo } = changeAfter(standOn(model, facts, last));
    expect(change).toBeNull();
    expect(knownTo).toBeGreaterThan(last);
    expect(scoreFacts(model, facts, LAST_DAY).score).toBe(0);
  });

  test("is known to the end where nothing changes", () => {
    const model = compiled({ events: { a: 100 }, bands: { x: 1, y: null } });
    expect(changeAfter(standOn(model, factsOn([20_000]), 20_000))).toEqual({ change: null });
  });

  test("finds a change that is centuries away", () => {
    const model = compiled({ events: { a: 100 }, decay: { halfLife: "3650d" }, bands: { x: 1e-6, y: null } });
    const facts = factsOn([20_000]);
    const change = nextChange(model, facts, 20_000);
    expect(change?.band).toBe("y");
    const day = change?.at ?? 0;
    expect([day - 1, day].map((at) => scoreFacts(model, facts, at).band)).toEqual(["x", "y"]);
    expect(day).toBeGreaterThan(20_000 + 200 * 365);
  });

  test("finds what idle days will take in the end, without end", () => {
    const model = compiled({
      events: { a: 100_000 },
      inactivity: { mode: "cumulative", onReturn: "keep", every: "1d", points: -1 },
      floor: -5,
      bands: { x: 1, y: null },
    });
    const facts = factsOn([20_000]);
    expect(nextChange(model, facts, 20_000)).toEqual({ at: 120_000, band: "y" });
    expect(scoreFacts(model, facts, LAST_DAY).score).toBe(-5);
  });
});

test("blocks of days stay where they are when a payment lapses, so that no point comes back by itself", () => {
  const facts: Facts = {};
  const room = newRoom();
  const add = (name: string, day: number) =>
    addEvent(
      facts,
      "anon:v",
      { id: `${name}${day}`, at: day * DAY_MS, signal: `${name}\n`, count: 1, activeMs: 0, value: null },
      room,
    );
  for (const [name, day] of [
    ["early", 3],
    ["a", 8],
    ["a", 13],
    ["a", 16],
    ["b", 16],
  ] as const)
    add(name, day);
  const model = compiled({
    groups: [
      {
        limits: [{ each: "7d", points: 10 }],
        rules: [
          { when: "early", count: { gte: 1, within: "15d" }, points: 1 },
          { when: ["a", "b"], points: 5 },
        ],
      },
    ],
  });
  const scores = Array.from({ length: 12 }, (_, i) => scoreFacts(model, facts, 16 + i).score);
  for (const [i, score] of scores.entries()) expect(score).toBeLessThanOrEqual(scores[i - 1] ?? Infinity);
});

describe("a score of too much", () => {
  test.each([1e5, -1e5])("is cut at a million, and says so: %d points each", (points) => {
    const facts = factsOn(year, 10_000_000);
    const model = compiled({
      groups: [
        { rules: [{ when: "a", points, per: { value: 1 } }] },
        { rules: [{ when: "b", points }] },
        { rules: [{ when: "*", points, per: { value: 0.0001 } }] },
      ],
    });
    const { score, lines } = scoreFacts(model, facts, 20_400);
    expect(score).toBe(Math.sign(points) * 1_000_000);
    expect(lines.some(({ kind }) => kind === "limit")).toBe(true);
    const units = lines.reduce((sum, line) => sum + Math.round(line.points * 1e9), 0);
    expect(Math.abs(units / 1e9 - score)).toBeLessThan(1e-6);
    for (const line of lines) expect(Number.isFinite(line.points)).toBe(true);
  });

  test("comes from no trait, whatever it holds", () => {
    const model = compiled({
      groups: [{ rules: [{ trait: "size", value: true, points: 100, unknown: 7 }] }],
    });
    const scoreOf = (size: string | number | boolean) => {
      const facts: Facts = {
        "anon:v": { days: {}, visits: [], traits: { size: [[0, size]] }, claims: {} },
      };
      return scoreFacts(model, facts, 1).score;
    };
    expect(scoreOf(1e308)).toBe(1_000_000);
    expect(scoreOf(-1e308)).toBe(-1_000_000);
    expect(scoreOf("1e999")).toBe(7);
    expect(scoreOf("9".repeat(1_000_000))).toBe(7);
    expect(scoreOf("NaN")).toBe(7);
    expect(scoreOf("Infinity")).toBe(7);
    expect(scoreOf("")).toBe(7);
    expect(scoreOf(" 12 ")).toBe(1_200);
    expect(scoreOf(true)).toBe(7);
    expect(scoreOf("0x10")).toBe(7);
  });
});

test("a pattern of many stars and a path of a megabyte meet in no time worth telling", () => {
  const model = compiled({ groups: [{ rules: [{ when: { page: `${"*a".repeat(100)}*b` }, points: 1 }] }] });
  const signal = `page\npath=/${"a".repeat(1_000_000)}\n`;
  const facts: Facts = {
    "anon:v": { days: { 1: { [signal]: [1, 0, 0, null, 0, 0] } }, visits: [], traits: {}, claims: {} },
  };
  expect(scoreFacts(model, facts, 1).score).toBe(0);
});

describe("ten thousand texts and a thousand long paths meet in no time worth telling", () => {
  const many = <T>(count: number, make: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i));
  const long = (chars: number) => "a".repeat(chars);
  const paths = many(1_000, (i) => `/${long(2_040)}${i}`);
  const bucket = (): [1, 0, 0, null, 0, 0] => [1, 0, 0, null, 0, 0];
  const day = Object.fromEntries(paths.map((path) => [`page\npath=${path}\n`, bucket()]));
  const facts: Facts = { "anon:v": { days: { 1: day }, visits: [], traits: {}, claims: {} } };
  const lists = (make: (i: number) => string) =>
    many(10, (list) => ({ page: many(1_000, (i) => make(list * 1_000 + i)) }));

  test.each<[string, unknown[]]>([
    ["beginnings", lists((i) => `/${long(240)}b${i}*`)],
    ["endings", lists((i) => `*b${i}${long(240)}`)],
    ["beginnings and endings", lists((i) => `/${long(120)}*b${i}${long(120)}`)],
    ["names", many(10_000, (i) => ({ event: `pa*e${i}` }))],
    ["capitals", many(10_000, (i) => ({ event: "page", path: { is: `/B${i}`, ignoreCase: true } }))],
    ["searches", [{ page: many(64, (i) => `*a*a*ab*a${i}*`) }]],
  ])("%s", (_, whens) => {
    const rules = many(Math.min(500, whens.length), (i) => ({
      when: whens.filter((__, which) => which % 500 === i),
      points: 1,
    }));
    expect(scoreFacts(compiled({ groups: [{ rules }] }), facts, 1).score).toBe(0);
  });
});
