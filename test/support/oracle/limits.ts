import type { GroupLimit, RuleLimit } from "../../../shared/scoring/document.ts";
import { daysOf, periodOf } from "./calendar.ts";
import type { Payment } from "./payments.ts";
import { sum, toUnits } from "./units.ts";

/** What the payments of one day are worth. */
export interface DayUnits {
  readonly day: number;
  readonly units: number;
}

type TimesLimit = Extract<RuleLimit, { readonly times: number }>;

/** Payments in order; each counts as long as no limit in times is used up. */
export function withinTimes(
  payments: readonly Payment[],
  limits: readonly RuleLimit[],
  firstDay: number,
): Payment[] {
  const timesLimits = limits.filter((limit) => "times" in limit);
  const counted: Payment[] = [];
  for (const payment of payments) {
    const used = (limit: TimesLimit) =>
      counted.filter((one) => inSamePeriod(one.day, payment.day, limit, firstDay)).length;
    if (timesLimits.every((limit) => used(limit) < limit.times)) counted.push(payment);
  }
  return counted;
}

/** Whether an earlier day uses up the same limit as a later one. */
function inSamePeriod(earlier: number, later: number, limit: TimesLimit, firstDay: number): boolean {
  if ("within" in limit) return later - earlier < daysOf(limit.within);
  return periodOf(earlier, limit.each, firstDay) === periodOf(later, limit.each, firstDay);
}

/** Cuts days by limits in points, the day's first. Only what is brought is cut, not what is taken. */
export function withinPoints(
  days: readonly DayUnits[],
  limits: readonly GroupLimit[],
  firstDay: number,
): DayUnits[] {
  const isOfDay = (limit: GroupLimit) => "each" in limit && limit.each === "day";
  const dayFirst = [...limits.filter(isOfDay), ...limits.filter((limit) => !isOfDay(limit))];
  let left = days.toSorted((a, b) => a.day - b.day);
  for (const limit of dayFirst) {
    left =
      "within" in limit
        ? cutWindows(left, daysOf(limit.within), toUnits(limit.points))
        : cutPeriods(left, (day) => periodOf(day, limit.each, firstDay), toUnits(limit.points));
  }
  return left;
}

/** A period's sum is at most the limit; what is too much is taken from its latest days. */
function cutPeriods(days: readonly DayUnits[], periodAt: (day: number) => number, most: number): DayUnits[] {
  const periods = new Set(days.map(({ day }) => periodAt(day)));
  return [...periods].flatMap((period) =>
    cutLatest(
      days.filter(({ day }) => periodAt(day) === period),
      most,
    ),
  );
}

function cutLatest(days: readonly DayUnits[], most: number): DayUnits[] {
  let excess = Math.max(0, sum(days.map(({ units }) => units)) - most);
  return days
    .toReversed()
    .map(({ day, units }) => {
      const cut = Math.min(excess, Math.max(0, units));
      excess -= cut;
      return { day, units: units - cut };
    })
    .toReversed();
}

/** A day brings at most what the days just before it have left of the limit. */
function cutWindows(days: readonly DayUnits[], length: number, most: number): DayUnits[] {
  const counted: DayUnits[] = [];
  for (const { day, units } of days) {
    const before = sum(counted.filter((one) => day - one.day < length).map((one) => one.units));
    counted.push({ day, units: Math.min(units, Math.max(0, most - before)) });
  }
  return counted;
}
