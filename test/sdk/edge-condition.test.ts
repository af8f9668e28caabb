import { describe, expect, test } from "vitest";

import { chooseText, readCondition } from "../../sdk/edge/condition.ts";
import { type Lead, variantOf } from "../../sdk/edge/lead.ts";

const standing = { version: 3, score: 55, band: "hot", grade: "A", cell: "A1" };
const LEAD: Lead = {
  contact: "anon:x",
  model: "main",
  ...standing,
  models: { main: standing, "up-sell": { version: 1, score: -2.5, band: null } },
  from: "contact",
};

describe("a condition", () => {
  test.each([
    ["band:hot", true],
    ["band:warm", false],
    ["band:warm|hot", true],
    [" band: warm | hot ", true],
    ["band:warm, grade:A", true],
    ["band:warm,grade:B", false],
    ["cell:A1|A2", true],
    ["main.band:hot", true],
    ["up-sell.band:hot", false],
    ["gone.band:hot", false],
    ["score>=55", true],
    ["score > 55", false],
    ["score<=55", true],
    ["score<55", false],
    ["up-sell.score<-2", true],
    ["up-sell.score>=-2.5", true],
    ["gone.score<1000", false],
    ["band:Hot", false],
    ["band:null", false],
    ["band:warm\n    | hot,\n    grade:B", true],
    ["up-sell.band:null", false],
  ])("%s holds: %s", (text, holds) => {
    expect(readCondition(text)(LEAD)).toBe(holds);
  });

  test.each([
    "",
    "hot",
    "band",
    "band:",
    "band=hot",
    "bnad:hot",
    "score",
    "score>=",
    "score=55",
    "score>=lots",
    "score=>1",
    "band:hot,",
    "band:hot, nonsense",
    "toString:hot",
  ])("that is none holds for nobody: %s", (text) => {
    expect(readCondition(text)(LEAD)).toBe(false);
  });
});

describe("one of several texts", () => {
  test.each([
    ["band:hot=Welcome back; band:warm=Good to see you", "Welcome back"],
    ["band:warm=Good to see you; band:hot=Welcome back", "Welcome back"],
    ["score>=50=Over fifty; band:hot=Hot", "Over fifty"],
    ["score>=90=Over ninety; band:cold,grade:A=An A = top", "An A = top"],
    ["band:hot=One;; two", "One; two"],
    ["band:hot=", ""],
    ["band:warm=Good to see you", undefined],
    ["Welcome", undefined],
    ["score>=50", undefined],
    ["", undefined],
    ["nonsense=a; band:hot=b", "b"],
  ])("%s is %s", (text, chosen) => {
    expect(chooseText(text, LEAD)).toBe(chosen);
  });
});

test("a lead's variant is another one with any score or standing, and not with who it is of", () => {
  const same = variantOf({ ...LEAD, contact: "anon:y", from: "snapshot" });
  expect(same).toBe(variantOf(LEAD));
  const others = [
    null,
    ...[{ score: 56 }, { band: "warm" }, { grade: "B" }, { cell: "B1" }].map((more) => ({
      ...LEAD,
      models: { ...LEAD.models, main: { ...standing, ...more } },
    })),
    { ...LEAD, model: "up-sell" },
    { ...LEAD, models: { main: standing } },
  ];
  expect(new Set([LEAD, ...others].map(variantOf)).size).toBe(others.length + 1);
});
