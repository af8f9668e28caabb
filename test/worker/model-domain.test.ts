import { describe, expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import { addEvent, type Facts, newRoom } from "../../shared/facts.ts";
import type { ScoreAnswer } from "../../shared/wire.ts";
import { compileHistory, crossingsOf } from "../../worker/domain/crossings.ts";
import { diffDocuments } from "../../worker/domain/document-diff.ts";
import { modelHistory } from "../../worker/domain/held-versions.ts";
import { MAX_CROSSING_VERSIONS } from "../../worker/domain/model-limits.ts";
import type { VersionHead } from "../../worker/domain/model-versions.ts";
import { expectedOf, isAsExpected, isKnownTag } from "../../worker/domain/precondition.ts";
import { scoreDifference } from "../../worker/domain/score-difference.ts";

describe("what two documents differ in", () => {
  test("is told by path", () => {
    const from = {
      name: "A",
      pages: { "/": 1, "/b*": 2 },
      axes: { fit: { max: 5 } },
      min: 0,
      list: [1, 2, 3],
    };
    const to = { name: "B", pages: { "/": 1, "/b*": 3 }, axes: { fit: { max: 5 } }, max: 9, list: [1, 4] };
    expect(diffDocuments(from, to)).toEqual([
      { path: "name", from: "A", to: "B" },
      { path: 'pages["/b*"]', from: 2, to: 3 },
      { path: "min", from: 0 },
      { path: "list[1]", from: 2, to: 4 },
      { path: "list[2]", from: 3 },
      { path: "max", to: 9 },
    ]);
    expect(diffDocuments(from, structuredClone(from))).toEqual([]);
    expect(diffDocuments({ bands: { hot: null } }, { bands: [] })).toEqual([
      { path: "bands", from: { hot: null }, to: [] },
    ]);
  });

  test("matches things by their id, or by their name, and tells a changed order", () => {
    const rule = (id: string, points: number) => ({ id, points });
    const group = (...rules: unknown[]) => ({ groups: [{ id: "g", rules }] });
    expect(
      diffDocuments(
        group(rule("a", 1), rule("b", 2), rule("c", 3)),
        group(rule("c", 3), rule("x", 9), rule("a", 5)),
      ),
    ).toEqual([
      { path: "groups[g].rules[a].points", from: 1, to: 5 },
      { path: "groups[g].rules[b]", from: rule("b", 2) },
      { path: "groups[g].rules[x]", to: rule("x", 9) },
      { path: "groups[g].rules", from: ["a", "c"], to: ["c", "a"] },
    ]);
    const bands = (...names: string[]) => ({ bands: names.map((name) => ({ name })) });
    expect(diffDocuments(bands("hot", "cold"), bands("hot", "warm", "cold"))).toEqual([
      { path: "bands[warm]", to: { name: "warm" } },
    ]);
    // Without ids, or with the same twice, only the place is left.
    expect(diffDocuments(group(rule("a", 1), rule("a", 2)), group(rule("a", 1), rule("a", 3)))).toEqual([
      { path: "groups[g].rules[1].points", from: 2, to: 3 },
    ]);
  });
});

describe("what a draft changes", () => {
  test("is counted by rule, and told only where there is something", () => {
    const line = (rule: string, points: number, axis = "fit") =>
      ({ rule, kind: "rule", axis, label: rule, points }) as const;
    const answer = (
      score: number,
      band: string | null,
      ...explain: ReturnType<typeof line>[]
    ): ScoreAnswer => ({
      contact: "user:1",
      model: "m",
      version: 1,
      at: "2026-11-23",
      score,
      band,
      axes: { fit: score },
      nextChange: null,
      explain,
    });
    const live = answer(0.3, null, line("a", 0.1), line("b", 0.2), line("idle", -5, "other"));
    const draft = {
      ...answer(
        3,
        "hot",
        line("b", 0.2),
        line("c", 2),
        line("c", 0.8),
        line("idle", -5, "other"),
        line("idle", 1),
      ),
      grade: "B",
    };
    expect(scoreDifference(live, draft)).toEqual({
      score: 2.7,
      axes: { fit: 2.7 },
      band: { from: null, to: "hot" },
      grade: { from: null, to: "B" },
      lines: [
        { rule: "c", axis: "fit", label: "c", live: 0, draft: 2.8, points: 2.8 },
        { rule: "idle", axis: "fit", label: "idle", live: 0, draft: 1, points: 1 },
        { rule: "a", axis: "fit", label: "a", live: 0.1, draft: 0, points: -0.1 },
      ],
    });
    expect(scoreDifference(live, live)).toEqual({ score: 0, axes: { fit: 0 }, lines: [] });
  });
});

describe("crossings", () => {
  const DAY = 20_000;
  const factsOf = (...days: readonly number[]) => {
    const facts: Facts = {};
    const room = newRoom();
    for (const day of days) {
      const at = (DAY + day) * DAY_MS;
      const event = { id: "", at, signal: "page\npath=/\n", count: 1, activeMs: 0, value: null } as const;
      addEvent(facts, "user:1", event, room);
    }
    return facts;
  };
  const document = (hot: number) =>
    JSON.stringify({ pages: { "*": 10 }, decay: { expire: "10d" }, bands: { hot, cold: null } });
  /** Versions by day, oldest first, each the least score of `hot`; `null` deletes. */
  const history = (...versions: readonly (readonly [day: number, hot: number | null])[]) => {
    const heads = versions.map(([day, hot], i) => {
      const head: VersionHead = {
        id: "m",
        version: i + 1,
        revision: i + 1,
        since: 1,
        at: (DAY + day) * DAY_MS,
        name: "",
        deleted: hot === null,
      };
      return { head, document: hot === null ? null : document(hot) };
    });
    const documents = new Map(heads.map((each) => [each.head, each.document]));
    const newestFirst = heads.map((each) => each.head).toReversed();
    return modelHistory(newestFirst, (head) => documents.get(head) ?? null);
  };
  const told = (kept: ReturnType<typeof history>, facts: Facts, today: number) =>
    crossingsOf(compileHistory("m", kept), facts, DAY + today).map(({ at, from, to, cause, version }) => [
      Date.parse(at) / DAY_MS - DAY,
      from,
      to,
      cause,
      version,
    ]);

  test("follow each version while it held, and compare two on the day of the change", () => {
    const facts = factsOf(0, 1, 3);
    const kept = history([-100, 20], [2, 30], [2, 100], [2, 30], [5, 10]);
    expect(told(kept, facts, 30)).toEqual([
      [13, "hot", "cold", "decay", 5],
      [3, "cold", "hot", "event", 4],
      [2, "hot", "cold", "model", 4],
      [1, "cold", "hot", "event", 1],
      [0, null, "cold", "event", 1],
    ]);
    expect(told(kept, facts, 2)).toHaveLength(3);
    expect(told(kept, {}, 30)).toEqual([]);
  });

  test("begin and end with the model", () => {
    const kept = history([2, 20], [4, null], [6, 20]);
    expect(told(kept, factsOf(0, 1), 30)).toEqual([
      [10, "hot", "cold", "decay", 3],
      [6, null, "hot", "model", 3],
      [4, "hot", null, "model", 2],
      [2, null, "hot", "model", 1],
    ]);
  });

  test("go back only as far as versions are looked at", () => {
    const many = Array.from({ length: MAX_CROSSING_VERSIONS + 5 }, (_, i) => [i, 20] as const);
    const kept = history(...many);
    expect([kept.complete, kept.held.length, kept.held[0]?.version]).toEqual([
      false,
      MAX_CROSSING_VERSIONS,
      6,
    ]);
    expect(told(kept, factsOf(0, 1, 20, 21), 70)).toEqual([
      [30, "hot", "cold", "decay", 30],
      [21, "cold", "hot", "event", 21],
      [10, "hot", "cold", "decay", 10],
    ]);
  });
});

test("a precondition is what its headers say", () => {
  expect(expectedOf(undefined, undefined)).toBeUndefined();
  expect(expectedOf(undefined, '"3"')).toBeUndefined();
  expect(expectedOf(undefined, "*")).toBe("absent");
  expect(expectedOf(" * ", undefined)).toBe("present");
  expect(expectedOf('"3", W/"4"', undefined)).toEqual([3, 4]);
  for (const odd of ["3", "", '"03"', '"3', '"x"', '"-1"', '"1e3"']) {
    const expected = expectedOf(odd, undefined) ?? [];
    for (const version of [1, 3, 1_000, null]) expect(isAsExpected(expected, version)).toBe(false);
  }
  expect(isAsExpected(expectedOf("*", "*") ?? [], 3)).toBe(false);
  expect(isAsExpected(expectedOf("*", "*") ?? [], null)).toBe(false);
  expect(isKnownTag('W/"a", "b"', '"b"')).toBe(true);
  expect(isKnownTag("*", '"b"')).toBe(true);
  expect(isKnownTag('"c"', '"b"')).toBe(false);
});
