import { expect, test } from "vitest";

import { compileModel } from "../../../shared/scoring/compile.ts";
import { readModel } from "../../../shared/scoring/read-model.ts";
import { scoreFacts } from "../../../shared/scoring/score.ts";
import { factsOfActs } from "../../support/facts-of-acts.ts";
import type { Act } from "../../support/oracle/act.ts";

function scoreOf(rule: object, acts: readonly Act[]): number {
  const read = readModel({ groups: [{ rules: [{ points: 1, ...rule }] }] });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return scoreFacts(compileModel(read.full, { id: "m", version: 1 }), factsOfActs(acts), 0).score;
}

const visitor = { source: "phone", at: 0, visit: true };
const orders: Act[] = ["spring", "autumn"].map((plan) => ({
  ...visitor,
  name: "Order Completed",
  props: { plan },
  value: 60,
}));
const pages: Act[] = ["/a1", "/a2"].map((path) => ({
  ...visitor,
  name: "page",
  props: { path },
  activeMs: 40_000,
}));

test("what a day holds is added up before it is rounded, also beside the events of a visit", () => {
  const value = { per: { value: 100 } };
  expect(scoreOf({ when: "Order Completed", ...value }, orders)).toBe(1);
  expect(scoreOf({ when: ["Order Completed", "Visit Started"], ...value }, orders)).toBe(1);
  const active = { per: { active: "1m" } };
  expect(scoreOf({ when: { page: "/a*" }, ...active }, pages)).toBe(1);
  const summary = { event: "Visit Summary", pages: { gte: 1 } };
  expect(scoreOf({ when: [{ page: "/a*" }, summary], ...active }, pages)).toBe(1);
});
