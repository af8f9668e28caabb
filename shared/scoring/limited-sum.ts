import type { Day } from "../day.ts";
import { daysOf } from "./duration.ts";
import type { LimitedSum, Payer, PointsLimit } from "./payer.ts";
import { periodOf } from "./payments.ts";
import { createPeriodSum } from "./period-sum.ts";
import { createRollingSum } from "./rolling-sum.ts";

/**
 * `firstDay` is where blocks of days begin. `sign` is −1 where the limits are on what is taken. There is at most one
 * limit for a day and one for a longer period.
 */
export function createLimitedSum(
  limits: readonly PointsLimit[],
  payers: readonly Payer[],
  firstDay: Day,
  sign: 1 | -1,
): LimitedSum {
  const ofDay = limits.find((limit) => "each" in limit && limit.each === "day");
  const longest = limits.find((limit) => limit !== ofDay) ?? ofDay;
  if (longest === undefined) throw new Error("a limited sum wants a limit");
  const perDay = longest === ofDay ? Infinity : (ofDay?.points ?? Infinity);
  const hasDayLimits = perDay < Infinity || payers.some((payer) => payer.perDay < Infinity);
  const all = { payers, perDay, hasDayLimits, sign, most: longest.points };
  if ("within" in longest) return createRollingSum({ ...all, length: daysOf(longest.within) });
  const { each } = longest;
  return createPeriodSum({ ...all, periodAt: (day) => periodOf(each, day, firstDay) });
}
