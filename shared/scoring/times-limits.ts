import type { Day } from "../day.ts";
import type { RuleLimit } from "./document.ts";
import { daysOf } from "./duration.ts";
import { Series, type Payments, periodOf } from "./payments.ts";

/** The part of a limit that says how often. */
export type TimesLimit = Extract<RuleLimit, { times: number }>;

/** Takes over payments as they are made; those that are too many do not count: the first ones of a period do. */
export function createTimesLimiter(
  limits: readonly TimesLimit[],
): (payments: Payments, firstDay: Day) => Payments {
  let counted = new Series();
  let used = limits.map(() => new Map<number, number>());
  let done = 0;

  function roomOn(day: Day, firstDay: Day): { most: number; periods: (number | undefined)[] } {
    let most = Infinity;
    const periods = limits.map((limit, l) => {
      if ("within" in limit) {
        most = Math.min(most, limit.times - timesSince(day - daysOf(limit.within) + 1));
        return undefined;
      }
      const period = periodOf(limit.each, day, firstDay);
      most = Math.min(most, limit.times - (used[l]?.get(period) ?? 0));
      return period;
    });
    return { most: Math.max(0, most), periods };
  }

  function timesSince(day: Day): number {
    let times = 0;
    for (let i = counted.days.length - 1; i >= 0 && (counted.days[i] ?? 0) >= day; i -= 1) {
      times += Math.abs(counted.units[i] ?? 0);
    }
    return times;
  }

  function count(day: Day, units: number, firstDay: Day): void {
    if (units === 0) return;
    const { most, periods } = roomOn(day, firstDay);
    const size = Math.min(Math.abs(units), most);
    periods.forEach((period, l) => {
      if (period !== undefined) used[l]?.set(period, (used[l]?.get(period) ?? 0) + size);
    });
    if (size > 0) counted.push(day, Math.sign(units) * size);
  }

  return function limitTimes({ days, units, settled, takesBack }, firstDay) {
    // What is not settled may even be gone.
    if (settled < days.length || days.length < done) {
      counted = new Series();
      counted.openFrom = 0;
      used = limits.map(() => new Map());
      done = 0;
    }
    for (; done < days.length; done += 1) count(days[done] ?? 0, units[done] ?? 0, firstDay);
    counted.takesBack = takesBack;
    return counted;
  };
}
