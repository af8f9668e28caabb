import type { Day } from "../day.ts";
import type { Each, GroupLimit, RuleLimit } from "./document.ts";
import { daysOf } from "./duration.ts";
import { Series, type Payments, periodOf } from "./payments.ts";
import { toUnits, type Units } from "./units.ts";

/** Adds up what days are worth, cut to the most that a period may bring: days first, then the longer period. */
export interface Meter {
  /** In the order of days, each day once. */
  add(day: Day, units: Units): void;
  total(): Units;
}

/**
 * `firstDay` is where blocks of days begin. `sign` is −1 where the limit is on what is taken. There is at most one
 * limit for a day and one for a longer period.
 */
export function createMeter(limits: readonly GroupLimit[], firstDay: Day, sign: 1 | -1): Meter {
  const ofDay = limits.find((limit) => "each" in limit && limit.each === "day");
  const mostADay = ofDay === undefined ? Infinity : toUnits(ofDay.points);
  const longer = limits.find((limit) => limit !== ofDay);
  const cut = (units: Units, most: Units) => sign * Math.min(sign * units, most);
  const meter =
    longer === undefined
      ? plainMeter()
      : "within" in longer
        ? rollingMeter(daysOf(longer.within), toUnits(longer.points), sign)
        : periodMeter(longer.each, firstDay, (units) => cut(units, toUnits(longer.points)));
  return {
    add: (day, units) => meter.add(day, cut(units, mostADay)),
    total: () => meter.total(),
  };
}

function plainMeter(): Meter {
  let sum = 0;
  return {
    add(_, units) {
      sum += units;
    },
    total: () => sum,
  };
}

function periodMeter(each: Each, firstDay: Day, cut: (units: Units) => Units): Meter {
  let closed = 0;
  let period = -Infinity;
  let open = 0;
  return {
    add(day, units) {
      const now = periodOf(each, day, firstDay);
      if (now !== period) {
        closed += cut(open);
        open = 0;
        period = now;
      }
      open += units;
    },
    total: () => closed + cut(open),
  };
}

/** Any days in a row: a day brings at most what the days just before it have left. */
function rollingMeter(length: number, most: Units, sign: 1 | -1): Meter {
  const days: Day[] = [];
  const kept: Units[] = [];
  let sum = 0;
  return {
    add(day, units) {
      let before = 0;
      for (let i = days.length - 1; i >= 0 && (days[i] ?? 0) > day - length; i -= 1) before += kept[i] ?? 0;
      const own = sign * Math.min(sign * units, Math.max(0, most - sign * before));
      days.push(day);
      kept.push(own);
      sum += own;
    },
    total: () => sum,
  };
}

type TimesLimit = Extract<RuleLimit, { times: number }>;

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

  return function limitTimes({ days, units, settles }, firstDay) {
    if (!settles) {
      counted = new Series(false);
      used = limits.map(() => new Map());
      done = 0;
    }
    for (; done < days.length; done += 1) count(days[done] ?? 0, units[done] ?? 0, firstDay);
    counted.takesBack = units.some((times) => times < 0);
    return counted;
  };
}
