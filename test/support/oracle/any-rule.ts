import fc from "fast-check";

import type { CountDocument, Per, StepsDocument } from "../../../shared/scoring/document.ts";
import type {
  FullRule,
  OccurrenceRule,
  StepsRule,
  TraitRule,
  WhereRule,
} from "../../../shared/scoring/full-model.ts";
import { anyDecay } from "./any-decay.ts";
import { anyRuleLimits, fitLimits } from "./any-limits.ts";
import type { ModelOptions } from "./any-points.ts";
import { anyHalf, anyPoints, anyTable, rarely } from "./any-points.ts";
import { amountOrVisit, anyGate, anyWhen, someWhere } from "./any-when.ts";

const property = fc.constantFrom("plan", "path", "form");
const name = { id: fc.constant("rule"), label: fc.constant("rule") };
const capPoints = fc.integer({ min: 1, max: 40 });

const stateCap = rarely(fc.record({ points: capPoints }));
const paymentsCap = rarely(
  fc.record({ points: capPoints, times: fc.integer({ min: 1, max: 5 }) }, { requiredKeys: [] }),
);

const anyPer: fc.Arbitrary<Per> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.constant<Per>("event"), weight: 4 },
  { arbitrary: fc.constantFrom<Per[]>("once", "day", "week", "month", "2d", "7d"), weight: 6 },
  { arbitrary: property.map((distinct): Per => ({ distinct })), weight: 2 },
  { arbitrary: fc.constantFrom("30s", "1m", "1h").map((active): Per => ({ active })), weight: 1 },
  { arbitrary: fc.constantFrom(50, 100).map((value): Per => ({ value })), weight: 1 },
);

/** Sums of a day, rounded. */
const anyAmount = fc.constantFrom<Per[]>({ active: "30s" }, { active: "1m" }, { value: 50 }, { value: 100 });

const anyCount: fc.Arbitrary<CountDocument> = fc.record(
  {
    gte: fc.integer({ min: 1, max: 4 }),
    within: fc.constantFrom("1d", "7d", "2w"),
    distinct: property,
    repeat: fc.constant(true),
  },
  { requiredKeys: ["gte"] },
);

/** A rule of any kind. */
export function anyRule(options: ModelOptions): fc.Arbitrary<FullRule> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: anyOccurrenceRule(options) },
    { weight: 2, arbitrary: anyStepsRule(options) },
    { weight: 1, arbitrary: anyTraitRule(options) },
    { weight: 1, arbitrary: anyWhereRule(options) },
  );
}

function anyOccurrenceRule(options: ModelOptions): fc.Arbitrary<OccurrenceRule> {
  const often = fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: anyPer.map((per) => ({ per })) },
    { weight: 2, arbitrary: anyCount.map((count) => ({ count })) },
    { weight: 1, arbitrary: fc.record({ when: amountOrVisit, per: anyAmount }) },
  );
  const rest = fc.record({
    ...name,
    when: anyWhen,
    where: anyGate,
    points: anyPoints(options),
    last: fc.boolean(),
    limits: anyRuleLimits,
    decay: anyDecay,
    cap: paymentsCap,
  });
  return fc.tuple(often, rest).map(([how, { last, limits, ...rule }]): OccurrenceRule => ({
    ...rule,
    ...how,
    ages: last && canAgeFromLast(how) ? "last" : "first",
    limits: fitLimits(limits, [rule.decay]),
  }));
}

/** `ages` is for what is paid once. */
function canAgeFromLast({ per, count }: { per?: Per; count?: CountDocument }): boolean {
  if (count !== undefined) return count.within === undefined && count.repeat !== true;
  if (typeof per === "object") return "distinct" in per;
  return per === "once" || per === "week" || per === "month";
}

function anyStepsRule(options: ModelOptions): fc.Arbitrary<StepsRule> {
  return fc.record({ ...name, when: anyWhen, where: anyGate, cap: stateCap, steps: anySteps(options) });
}

function anySteps(options: ModelOptions): fc.Arbitrary<StepsDocument> {
  const { unevenSteps = true } = options;
  const points = anyPoints(options);
  const table = (...keys: string[]) => anyTable(keys, points, unevenSteps ? "any" : "rising");
  const within = fc.constantFrom("1d", "7d", "30d");
  const needed: { requiredKeys: ["of", "points"] } = { requiredKeys: ["of", "points"] };
  const counts = table("0", "1", "2", "5");
  const of = <Of extends StepsDocument["of"]>(kind: Of) => fc.constant(kind);
  return fc.oneof(
    fc.record({ of: of("count"), points: counts, within, distinct: property }, needed),
    fc.record({ of: of("value"), points: table("0", "50", "100", "250"), within }, needed),
    fc.record({ of: of("max"), points: table("10", "50", "100"), within }, needed),
    fc.record({ of: of("active"), points: table("30s", "1m", "10m"), within }, needed),
    fc.record({ of: of("recency"), points: anyRecency(points, unevenSteps), never: points }, needed),
  );
}

/** What never rises with time begins today. */
function anyRecency(points: fc.Arbitrary<number>, uneven: boolean): fc.Arbitrary<Record<string, number>> {
  const later = anyTable(["2d", "7d", "4w"], points, uneven ? "any" : "falling");
  const always = fc.tuple(later, points).map(([table, extra]) => {
    return { "0d": uneven ? extra : Math.max(...Object.values(table)) + extra, ...table };
  });
  return uneven ? fc.oneof(always, later) : always;
}

function anyTraitRule(options: ModelOptions): fc.Arbitrary<TraitRule> {
  const points = anyPoints(options);
  const base = { ...name, where: anyGate, cap: stateCap };
  const map = fc.oneof(
    anyMap("role", ["ceo", "student"], points),
    anyMap("employees", ["5", "200"], points),
    anyMap("vip", ["true", "false"], points),
  );
  const zero = { weight: 2, arbitrary: fc.constant(0) };
  const others = fc.oneof(zero, { weight: 1, arbitrary: points });
  const byMap = fc
    .tuple(map, fc.record({ ...base, otherwise: others, unknown: others }))
    .map(([one, rule]): TraitRule => ({ ...rule, ...one }));
  const byValue = fc.record({
    ...base,
    trait: fc.constantFrom("employees", "role"),
    value: fc.constant(true as const),
    points: anyHalf(options.negativePoints === false ? 0 : -2, 2),
    otherwise: fc.constant(0),
    unknown: others,
  });
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: byMap },
    { weight: 1, arbitrary: byValue },
  );
}

function anyMap(
  trait: string,
  values: readonly string[],
  points: fc.Arbitrary<number>,
): fc.Arbitrary<{ trait: string; map: Record<string, number> }> {
  return anyTable(values, points, "any").map((map) => ({ trait, map }));
}

function anyWhereRule(options: ModelOptions): fc.Arbitrary<WhereRule> {
  return fc.record({ ...name, where: someWhere, points: anyPoints(options), cap: stateCap });
}
