import fc from "fast-check";

import type {
  CountDocument,
  DecayDocument,
  GroupLimit,
  Per,
  RuleLimit,
  StepsDocument,
} from "../../../shared/scoring/document.ts";
import type { FullRule, OccurrenceRule, StepsRule } from "../../../shared/scoring/full-model.ts";
import { fitLimits } from "./any-limits.ts";
import { rarely } from "./any-points.ts";
import { DENSE_ORDER, DENSE_VISIT } from "./dense-words.ts";

const fewDays = fc.constantFrom("3d", "7d", "10d", "3w", "30d");

/** Decays under which every amount is a whole number of billionths. */
const exactDecay: fc.Arbitrary<DecayDocument> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant("none" as const) },
  { weight: 4, arbitrary: fewDays.map((expire) => ({ expire })) },
  {
    weight: 2,
    arbitrary: fc.record({
      linear: fc.record({
        percent: fc.constantFrom(10, 25, 30, 50),
        every: fc.constantFrom("3d", "7d", "10d"),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<DecayDocument[]>(
      { steps: { "3d": 50, "14d": 10 } },
      { steps: { "7d": 80, "10d": 80, "30d": 0 } },
      { steps: { "5d": 60 } },
      { steps: { "4d": 75, "20d": 25, "40d": 0 } },
    ),
  },
);

/** Those that leave less each day, or each few days, for ever. */
const endlessDecay: fc.Arbitrary<DecayDocument> = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constantFrom("3d", "7d", "14d", "30d").map((halfLife) => ({ halfLife })) },
  {
    weight: 2,
    arbitrary: fc.record({
      percent: fc.constantFrom(4, 20, 25, 50),
      every: fc.constantFrom("1d", "3d", "7d"),
    }),
  },
);

/** Whether amounts may be no whole number of billionths. */
export type Exactness = "exact" | "endless";

function anyDecay(exactness: Exactness): fc.Arbitrary<DecayDocument> {
  return exactness === "exact"
    ? exactDecay
    : fc.oneof(
        { withCrossShrink: true },
        { weight: 1, arbitrary: exactDecay },
        { weight: 2, arbitrary: endlessDecay },
      );
}

const longPeriod = fc.constantFrom("week", "month", "5d", "7d", "2w");
const shortPeriod = fc.constantFrom("3d", "7d");

/** Limits in points, as multiples of what one payment brings. */
const limitPoints = fc.constantFrom(1, 1.5, 2, 2.5);
const dayLimit = fc.record({ each: fc.constant("day"), points: limitPoints });
const longerLimit: fc.Arbitrary<GroupLimit> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.record({ each: longPeriod, points: limitPoints }) },
  { weight: 1, arbitrary: fc.record({ within: shortPeriod, points: limitPoints }) },
);
const pointLimits: fc.Arbitrary<GroupLimit[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.tuple(dayLimit) },
  { weight: 2, arbitrary: fc.tuple(longerLimit) },
  { weight: 1, arbitrary: fc.tuple(dayLimit, longerLimit) },
);

const times = fc.integer({ min: 1, max: 4 });
const timesLimits: fc.Arbitrary<RuleLimit[]> = fc.oneof(
  fc.record({ each: fc.oneof(fc.constant("day"), longPeriod), times }).map((one) => [one]),
  fc.record({ within: shortPeriod, times }).map((one) => [one]),
  fc
    .record({ times, more: times, each: longPeriod, within: shortPeriod })
    .map(({ times: first, more, each, within }) => [
      { each, times: first + more },
      { within, times: first },
    ]),
);

const ruleLimits: fc.Arbitrary<readonly RuleLimit[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: pointLimits },
  { weight: 1, arbitrary: timesLimits },
  { weight: 1, arbitrary: fc.tuple(timesLimits, pointLimits).map((both) => both.flat()) },
);

const ruleCap = rarely(
  fc.record(
    { points: fc.constantFrom(1.5, 2, 3), times: fc.integer({ min: 1, max: 4 }) },
    { requiredKeys: [] },
  ),
);

/** How often a rule pays, and for which signal. */
type Way = Pick<OccurrenceRule, "when" | "per" | "count" | "ages">;

const visitOrOrder = fc.constantFrom(
  [{ event: DENSE_VISIT }],
  [{ event: DENSE_VISIT }],
  [{ event: DENSE_ORDER }],
  [{ event: DENSE_VISIT }, { event: DENSE_ORDER }],
);

const count: fc.Arbitrary<CountDocument> = fc.oneof(
  fc.record({ gte: fc.integer({ min: 2, max: 4 }), within: fc.constantFrom("3d", "7d") }),
  fc.record({ gte: fc.integer({ min: 2, max: 3 }), repeat: fc.constant(true) }),
  fc.record({
    gte: fc.integer({ min: 2, max: 3 }),
    repeat: fc.constant(true),
    within: fc.constantFrom("3d", "7d"),
  }),
  fc.record({ gte: fc.integer({ min: 2, max: 5 }) }),
);

const onceEach = fc.constantFrom<Per[]>("once", "week", "month", { distinct: "plan" });

const way: fc.Arbitrary<Way> = fc.oneof(
  { withCrossShrink: true },
  {
    weight: 8,
    arbitrary: visitOrOrder.map((when): Way => ({ when, per: "event", ages: "first" })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      when: visitOrOrder,
      per: fc.constantFrom<Per[]>("day", "3d"),
      ages: fc.constant("first" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      when: visitOrOrder,
      per: onceEach,
      ages: fc.constantFrom("first" as const, "last" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(50, 100).map((value): Way => ({
      when: [{ event: DENSE_ORDER }],
      per: { value },
      ages: "first",
    })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(visitOrOrder, count, fc.boolean()).map(([when, one, last]): Way => ({
      when,
      count: one,
      ages: last && one.within === undefined && one.repeat !== true ? "last" : "first",
    })),
  },
);

const name = { id: fc.constant("rule"), label: fc.constant("rule"), where: fc.constant({}) };

/** Rules of one point each, with limits and caps in payments; to be scaled. */
function occurrenceRule(decay: fc.Arbitrary<DecayDocument>): fc.Arbitrary<OccurrenceRule> {
  const rest = fc.record({ ...name, points: fc.constant(1), limits: ruleLimits, cap: ruleCap, decay });
  return fc.tuple(way, rest).map(([how, { limits, ...rule }]): OccurrenceRule => ({
    ...rule,
    ...how,
    limits: fitLimits(limits, [rule.decay]),
  }));
}

const days = fc.constantFrom("5d", "14d");
const steps: fc.Arbitrary<StepsDocument> = fc.oneof(
  fc.constant<StepsDocument>({ of: "recency", points: { "0d": 1, "4d": 0.5, "12d": 0 }, never: 0.5 }),
  fc.constant<StepsDocument>({ of: "recency", points: { "2d": 1 } }),
  days.map((within): StepsDocument => ({ of: "count", within, points: { "1": 0.5, "3": 1 } })),
  days.map((within): StepsDocument => ({ of: "value", within, points: { "50": 0.5, "200": 1 } })),
  days.map((within): StepsDocument => ({ of: "max", within, points: { "50": 0.5, "100": 1 } })),
);

/** A state that days of silence change. */
const stepsRule: fc.Arbitrary<StepsRule> = fc
  .record({ ...name, steps, cap: rarely(fc.record({ points: fc.constant(0.5) })) })
  .map((rule): StepsRule => ({
    ...rule,
    when: [{ event: rule.steps.of === "value" || rule.steps.of === "max" ? DENSE_ORDER : DENSE_VISIT }],
  }));

/** The rule with so many points, and what is said in points to match. */
function scaled(rule: OccurrenceRule | StepsRule, points: number): FullRule {
  const size = Math.abs(points);
  const { times: most, points: capPoints } = rule.cap;
  const cap = {
    ...(capPoints === undefined ? {} : { points: Math.ceil(capPoints * size) }),
    ...(most === undefined ? {} : { times: most }),
  };
  if ("steps" in rule) {
    const { never } = rule.steps;
    const table = Object.entries(rule.steps.points).map(([key, part]) => [key, part * points] as const);
    return {
      ...rule,
      cap,
      steps: {
        ...rule.steps,
        points: Object.fromEntries(table),
        ...(never === undefined ? {} : { never: never * points }),
      },
    };
  }
  return { ...rule, points, cap, limits: rule.limits.map((limit) => scaledLimit(limit, size)) };
}

function scaledLimit<Limit extends RuleLimit>(limit: Limit, size: number): Limit {
  return "points" in limit ? { ...limit, points: Math.ceil(limit.points * size) } : limit;
}

const giving = fc.constantFrom(5, 6, 10, 15, 20);
const taking = fc.constantFrom(-4, -6, -8, -10, -15);

/** Two to four rules, of which the first gives and the second takes. */
export function denseRules(exactness: Exactness): fc.Arbitrary<FullRule[]> {
  const rule = fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: occurrenceRule(anyDecay(exactness)) },
    { weight: 1, arbitrary: stepsRule },
  );
  const give = fc.tuple(rule, giving).map(([one, points]) => scaled(one, points));
  const take = fc.tuple(rule, taking).map(([one, points]) => scaled(one, points));
  return fc
    .tuple(give, take, fc.array(fc.oneof(give, give, take), { maxLength: 2, size: "max" }))
    .map(([one, other, more]) => [one, other, ...more]);
}

/** Limits of a group, mostly some. */
export const denseGroupLimits: fc.Arbitrary<readonly GroupLimit[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: pointLimits.map((limits) => limits.map((limit) => scaledLimit(limit, 10))) },
);
