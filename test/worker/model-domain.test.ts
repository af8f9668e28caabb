import { describe, expect, test } from "vitest";

import type { ScoreAnswer } from "../../shared/wire.ts";
import { diffDocuments } from "../../worker/domain/document-diff.ts";
import { compileDocument } from "../../worker/domain/frozen-model.ts";
import { createKeptScores } from "../../worker/domain/kept-scores.ts";
import { newContact } from "../../worker/domain/ledger.ts";
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

test("a score has another tag where its model has come to mean something else under the same version", () => {
  const state = newContact("main", "user:1", 20_000);
  const tag = (points: number) => {
    const model = compileDocument("m", 1, JSON.stringify({ pages: { "/": points } }));
    if (!model) throw new Error("not a model");
    return createKeptScores().read(state, model, 20_000, false).etag;
  };
  expect(tag(1)).toBe(tag(1));
  expect(tag(2)).not.toBe(tag(1));
});

test("a precondition is what its headers say", () => {
  expect(expectedOf(undefined, undefined)).toBeUndefined();
  expect(expectedOf(undefined, '"3"')).toBeUndefined();
  expect(expectedOf(undefined, "*")).toBe("absent");
  expect(expectedOf(" * ", undefined)).toBe("present");
  expect(expectedOf('"3", W/"4-ab"', undefined)).toEqual(["3", "4-ab"]);
  const live = (version: number, tag = String(version)) => ({ version, tag });
  for (const odd of ["3", "", '"03"', '"3', '"x"', '"-1"', '"1e3"', '"3-ab"']) {
    const expected = expectedOf(odd, undefined) ?? [];
    for (const at of [live(1), live(3), live(1_000), null]) expect(isAsExpected(expected, at)).toBe(false);
  }
  for (const tag of ['"1-ab"', '"1"', 'W/"1-ab"', "*"]) {
    expect(isAsExpected(expectedOf(tag, undefined) ?? [], live(1, "1-ab"))).toBe(true);
  }
  expect(isAsExpected(expectedOf('"1-cd"', undefined) ?? [], live(1, "1-ab"))).toBe(false);
  expect(isAsExpected(expectedOf("*", "*") ?? [], live(3))).toBe(false);
  expect(isAsExpected(expectedOf("*", "*") ?? [], null)).toBe(false);
  expect(isKnownTag('W/"a", "b"', '"b"')).toBe(true);
  expect(isKnownTag("*", '"b"')).toBe(true);
  expect(isKnownTag('"c"', '"b"')).toBe(false);
});
