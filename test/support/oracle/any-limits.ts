import fc from "fast-check";

import type { DecayDocument, GroupLimit, RuleLimit } from "../../../shared/scoring/document.ts";

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

const longerLimit: fc.Arbitrary<GroupLimit> = fc.oneof(
  fc.record({ each: fc.oneof(fc.constantFrom("week", "month"), blocks), points: limitPoints }),
  fc.record({ within: daysInARow, points: limitPoints }),
);

/** One limit in points, or the day's and a longer one. */
const somePointLimits: fc.Arbitrary<readonly GroupLimit[]> = fc.oneof(
  fc.tuple(dayLimit),
  fc.tuple(longerLimit),
  fc.tuple(dayLimit, longerLimit),
  fc.tuple(longerLimit, dayLimit),
);

/** Limits of a group: mostly none. */
export const anyGroupLimits: fc.Arbitrary<readonly GroupLimit[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: somePointLimits },
);

const someTimes = fc.array(timesLimit, { minLength: 1, maxLength: 2 });

/** Limits of a rule: mostly none. */
export const anyRuleLimits: fc.Arbitrary<readonly RuleLimit[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: someTimes },
  { weight: 1, arbitrary: somePointLimits },
  { weight: 1, arbitrary: fc.tuple(someTimes, somePointLimits).map((both) => both.flat()) },
);

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
