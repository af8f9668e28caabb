import fc from "fast-check";

import type { Test, TestObject, WhenEvent, Where } from "../../../shared/scoring/document.ts";
import type { FullWhen } from "../../../shared/scoring/full-model.ts";
import {
  CAMPAIGNS,
  EMPLOYEES,
  EVENTS,
  FORMS,
  NOT_OWN_EVENTS,
  PATH_PATTERNS,
  PATHS,
  PLANS,
  ROLES,
} from "./vocabulary.ts";

/** A test of texts: every kind that there is, mostly such that some values meet it and some do not. */
function anyTextTest(values: readonly string[], patterns: readonly string[]): fc.Arbitrary<Test> {
  const value = fc.constantFrom(...values);
  const pattern = fc.constantFrom(...patterns);
  const part = value.map((text) => text.slice(1, 3));
  const objects: fc.Arbitrary<TestObject>[] = [
    value.map((is) => ({ is })),
    fc.constant({ is: [...values] }),
    value.map((not) => ({ not })),
    value.map((one) => ({ in: [one, "none"] })),
    value.map((one) => ({ notIn: [one] })),
    pattern.map((like) => ({ like })),
    fc.tuple(pattern, value).map((like) => ({ like })),
    value.map((text) => ({ startsWith: text.slice(0, 2) })),
    value.map((text) => ({ endsWith: [text.slice(-2), "?"] })),
    part.map((contains) => ({ contains })),
    fc.boolean().map((known) => ({ known })),
    value.map((text) => ({ is: text.toUpperCase(), ignoreCase: true })),
    fc.tuple(part, value).map(([contains, not]) => ({ contains, not })),
  ];
  return fc.oneof(value, pattern, fc.tuple(value, pattern), ...objects);
}

const numberTests: readonly fc.Arbitrary<Test>[] = [
  fc.constant(5),
  fc.constant([50, 200]),
  fc.constantFrom(5, 50, 51).map((gte) => ({ gte })),
  fc.constantFrom(5, 50).map((gt) => ({ gt })),
  fc.constantFrom(50, 199).map((lte) => ({ lte })),
  fc.constantFrom(50, 200).map((lt) => ({ lt })),
  fc.constant({ gte: 5, lt: 200, not: 50 }),
];

const anyPlanTest = anyTextTest(PLANS, ["p*", "*r*"]);

const pagePath = { event: fc.constant("page"), path: anyTextTest(PATHS, PATH_PATTERNS) };
const pageEvent: fc.Arbitrary<WhenEvent> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.record(pagePath) },
  { weight: 1, arbitrary: fc.record({ ...pagePath, plan: anyPlanTest }) },
);

const plainEvent: fc.Arbitrary<WhenEvent> = fc.record(
  { event: fc.constantFrom<Test[]>(...EVENTS, ...NOT_OWN_EVENTS, "*", "*m*", "identify"), plan: anyPlanTest },
  { requiredKeys: ["event"] },
);

const formEvent: fc.Arbitrary<WhenEvent> = fc.record({
  event: fc.constant("Form Submitted"),
  form: anyTextTest(FORMS, ["d*", "*w*"]),
});

const visitStarted: fc.Arbitrary<WhenEvent> = fc.record(
  { event: fc.constant("Visit Started"), campaign: anyTextTest(CAMPAIGNS, ["*n*", "s*"]) },
  { requiredKeys: ["event"] },
);

const visitSummary: fc.Arbitrary<WhenEvent> = fc.record(
  {
    event: fc.constant("Visit Summary"),
    pages: fc.constantFrom(1, 2, 3).map((gte) => ({ gte })),
    minutes: fc.constantFrom(0, 1, 5).map((gte) => ({ gte })),
  },
  { requiredKeys: ["event"] },
);

const lastingEvent: fc.Arbitrary<WhenEvent> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.constantFrom<WhenEvent[]>({ event: "page" }, { event: "signup" }), weight: 4 },
  { arbitrary: pageEvent, weight: 4 },
  { arbitrary: plainEvent, weight: 3 },
  { arbitrary: formEvent, weight: 1 },
  { arbitrary: visitStarted, weight: 1 },
);

const anyEvent: fc.Arbitrary<WhenEvent> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: lastingEvent, weight: 13 },
  { arbitrary: visitSummary, weight: 1 },
);

/** What an axis or an exclusion may look at. */
export const anyLastingWhen: fc.Arbitrary<FullWhen> = fc.tuple(lastingEvent);

/** What has active time or a value, told apart by its properties, beside a visit that has neither. */
export const amountOrVisit: fc.Arbitrary<FullWhen> = fc.tuple(
  fc.constantFrom<WhenEvent[]>({ event: "Order Completed" }, { event: "page", path: "*" }, { event: "*" }),
  fc.oneof(visitStarted, visitSummary),
);

/** One event, or any of two. */
export const anyWhen: fc.Arbitrary<FullWhen> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.tuple(anyEvent), weight: 4 },
  { arbitrary: fc.tuple(anyEvent, anyEvent), weight: 1 },
);

/** What may reset an axis: rare events. */
export const anyResetWhen: fc.Arbitrary<FullWhen> = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom({ event: "Email Bounced" }, { event: "signup", plan: "pro" })),
  },
);

const anyTraitTests: fc.Arbitrary<Where> = fc.record(
  {
    role: anyTextTest(ROLES, ["c*", "*e*"]),
    employees: fc.oneof(...numberTests, fc.constant({ known: true }), fc.constantFrom(...EMPLOYEES)),
    vip: fc.constantFrom<Test[]>(true, "false", { not: true }, { known: false }),
  },
  { requiredKeys: [] },
);

/** Tests of at least one trait. */
export const someWhere: fc.Arbitrary<Where> = fc
  .tuple(anyTextTest(ROLES, ["c*", "*e*"]), anyTraitTests)
  .map(([role, others]) => (Object.keys(others).length === 0 ? { role } : others));

/** A gate: mostly none. */
export const anyGate: fc.Arbitrary<Where> = fc.oneof(
  { withCrossShrink: true },
  { weight: 5, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: someWhere },
);
