import fc from "fast-check";

import type { DecayDocument, GroupLimit, RuleLimit } from "../../../shared/scoring/document.ts";
import type { ModelOptions } from "./any-points.ts";

const limitPoints = fc.integer({ min: 1, max: 50 });
const blocks = fc.constantFrom("3d", "7d", "2w");
const within = fc.constantFrom("1d", "3d", "7d");
const daysInARow = fc.constantFrom("3d", "7d");
const times = fc.integer({ min: 1, max: 5 });

const timesLimit: fc.Arbitrary<RuleLimit> = fc.oneof(
  fc.record({ each: fc.oneof(fc.constantFrom("day", "week", "month"), blocks), times }),
  fc.record({ within, times }),
);

const dayLimit = fc.record({ each: fc.constant("day"), points: limitPoints });

function longerLimit(eachBlock: boolean): fc.Arbitrary<GroupLimit> {
  const calendar = fc.constantFrom("week", "month");
  const each = eachBlock ? fc.oneof(calendar, blocks) : calendar;
  return fc.oneof(
    fc.record({ each, points: limitPoints }),
    fc.record({ within: daysInARow, points: limitPoints }),
  );
}

/** One limit in points, or the day's and a longer one. */
function somePointLimits({ unevenSteps = true }: ModelOptions): fc.Arbitrary<readonly GroupLimit[]> {
  const longer = longerLimit(unevenSteps);
  return fc.oneof(
    fc.tuple(dayLimit),
    fc.tuple(longer),
    fc.tuple(dayLimit, longer),
    fc.tuple(longer, dayLimit),
  );
}

/** Limits of a group: mostly none. */
export function anyGroupLimits(options: ModelOptions): fc.Arbitrary<readonly GroupLimit[]> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: somePointLimits(options) },
  );
}

/** Limits of a rule: mostly none. */
export function anyRuleLimits(options: ModelOptions): fc.Arbitrary<readonly RuleLimit[]> {
  const someTimes = fc.array(timesLimit, { minLength: 1, maxLength: 2 });
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: someTimes },
    { weight: 1, arbitrary: somePointLimits(options) },
    { weight: 1, arbitrary: fc.tuple(someTimes, somePointLimits(options)).map((both) => both.flat()) },
  );
}

/** Any days in a row can hold points only where they do not fade: else it is a limit of a week. */
export function fitLimits<Limit extends RuleLimit>(
  limits: readonly Limit[],
  decays: readonly DecayDocument[],
): readonly (Limit | GroupLimit)[] {
  if (decays.every((decay) => decay === "none")) return limits;
  return limits.map((limit) =>
    "within" in limit && "points" in limit ? { each: "week", points: limit.points } : limit,
  );
}
