import type { Day } from "../day.ts";
import type { CompiledRule } from "./compile.ts";
import type { RuleLimit } from "./document.ts";
import type { Feed } from "./feeds.ts";
import type { OccurrenceRule } from "./full-model.ts";
import { createPayer, type Payer, type Payments } from "./payments.ts";
import { createMeter, createTimesLimiter, type Meter } from "./period-limits.ts";
import { clampUnits, toUnits, type Units } from "./units.ts";

/** What a rule comes to on a day, step by step. */
interface Worth {
  /** After decay and a cap in times. */
  readonly paid: Units;
  /** After limits in points. */
  readonly limited: Units;
  /** After a cap in points. */
  readonly capped: Units;
}

/** What payments are worth, day by day: parallel lists, ascending. */
interface DayWorth {
  readonly days: readonly Day[];
  readonly units: readonly Units[];
}

/** The payments of one occurrence rule for one contact, taken in day by day. */
export interface RuleRun {
  /** Takes entries of a feed, whole days at a time. */
  take(feed: Feed, from: number, to: number): void;
  /** Forgets everything. */
  clear(): void;
  /** How often it has forgotten. */
  readonly generation: number;
  /**
   * What it comes to as of a day, at or after the last one added. With two days, what is given is taken as of
   * `gains` and what is taken as of `losses`.
   */
  worth(gains: Day, losses: Day): Worth;
  /** The payments that count as of a day, newest first, and what each is worth. */
  payments(at: Day): { readonly day: Day; readonly times: number; readonly units: Units }[];
  /** What the payments of each day are worth, under the limit in points for a day alone. */
  byDay(gains: Day, losses: Day): DayWorth;
  /** Whether what a day is worth stays as it is. */
  isSteady(): boolean;
  /** Whether some payments are negative, so that the rule both gives and takes. */
  takesBack(): boolean;
  /** The day of the first occurrence, from which blocks of days are counted: it never moves. */
  firstDay(): Day | undefined;
}

/** The part of a limit that says how often. */
type TimesLimit = Extract<RuleLimit, { times: number }>;
type PointsLimit = Extract<RuleLimit, { points: number }>;

/** What is worked out of payments that settle, and carried on. */
interface Carried {
  payer: Payer;
  firstDay: Day | undefined;
  limitTimes: ReturnType<typeof createTimesLimiter> | undefined;
  /** By decay that is the same each day: the sum as of `day`, of the payments before `done`. */
  fading: { sum: number; day: Day; done: number };
  /** Without decay: the worth of each day. */
  steady: { days: Day[]; units: Units[]; sum: Units };
  meter: { by: Meter; done: number } | undefined;
}

export function createRuleRun({ rule: anyRule, decay, byDay }: CompiledRule): RuleRun {
  const rule = anyRule as OccurrenceRule;
  const { points, cap } = rule;
  const timesLimits = rule.limits.filter((limit): limit is TimesLimit => "times" in limit);
  const pointsLimits = rule.limits.filter((limit): limit is PointsLimit => "points" in limit);
  const [perDay = Infinity] = pointsLimits.flatMap((limit) =>
    "each" in limit && limit.each === "day" ? [toUnits(limit.points)] : [],
  );
  const sign = points < 0 ? -1 : 1;
  const most = cap.points === undefined ? Infinity : toUnits(cap.points);
  const neverFades = decay.settledAfter === 0 && cap.times === undefined;
  let carried = begin();
  let generation = 0;

  function begin(): Carried {
    return {
      payer: createPayer(rule),
      firstDay: undefined,
      limitTimes: timesLimits.length === 0 ? undefined : createTimesLimiter(timesLimits),
      fading: { sum: 0, day: 0, done: 0 },
      steady: { days: [], units: [], sum: 0 },
      meter: undefined,
    };
  }

  function counted(at: Day): Payments {
    const paid = carried.payer.paid(at);
    return carried.limitTimes ? carried.limitTimes(paid, carried.firstDay ?? 0) : paid;
  }

  /** Calls back for each day of payments that count, newest first, until it is told that older ones do not matter. */
  function eachDay(
    gains: Day,
    losses: Day,
    visit: (day: Day, times: number, factor: number) => unknown,
  ): void {
    const [own, paidBack] = points < 0 ? [losses, gains] : [gains, losses];
    const { days, units } = counted(own);
    let left = cap.times ?? Infinity;
    for (let i = days.length - 1; i >= 0 && left > 0; i -= 1) {
      const day = days[i] ?? 0;
      const size = Math.min(Math.abs(units[i] ?? 0), left);
      const times = Math.sign(units[i] ?? 0) * size;
      if (times === 0) continue;
      left -= size;
      if (visit(day, times, decay.factor((times > 0 ? own : paidBack) - day)) === false) return;
    }
  }

  function dayWorth(gains: Day, losses: Day): DayWorth & { readonly sum: Units } {
    const paid = counted(points < 0 ? losses : gains);
    if (neverFades && paid.settles) return steadyWorth(paid);
    const days: Day[] = [];
    const units: Units[] = [];
    let sum = 0;
    eachDay(gains, losses, (day, times, factor) => {
      const worth = toUnits(points * times * factor);
      days.push(day);
      units.push(worth);
      sum += worth;
      return factor > 0;
    });
    return { days: days.toReversed(), units: units.toReversed(), sum };
  }

  function steadyWorth({ days, units }: Payments): Carried["steady"] {
    const { steady } = carried;
    for (let i = steady.days.length; i < days.length; i += 1) {
      const worth = toUnits(points * (units[i] ?? 0));
      steady.days.push(days[i] ?? 0);
      steady.units.push(worth);
      steady.sum += worth;
    }
    return steady;
  }

  /** Fading by the same part each day, the sum is carried from day to day. */
  function fadingSum({ days, units }: Payments, at: Day): number {
    const { fading } = carried;
    const end = days.length - 1;
    for (; fading.done < end; fading.done += 1) {
      const day = days[fading.done] ?? 0;
      fading.sum =
        fading.sum * decay.factor(fading.done === 0 ? 0 : day - fading.day) + (units[fading.done] ?? 0);
      fading.day = day;
    }
    const last = days[end];
    if (last === undefined) return 0;
    const before = end === 0 ? 0 : fading.sum * decay.factor(last - fading.day);
    return (before + (units[end] ?? 0)) * decay.factor(at - last);
  }

  function paidUnits(gains: Day, losses: Day): Units {
    if (byDay) return clampUnits(dayWorth(gains, losses).sum);
    const at = points < 0 ? losses : gains;
    const paid = counted(at);
    if (neverFades) return toUnits(points * paid.total);
    const isOne = gains === losses || !paid.takesBack;
    if (decay.isEven && paid.settles && cap.times === undefined && isOne) {
      return toUnits(points * fadingSum(paid, at));
    }
    let sum = 0;
    eachDay(gains, losses, (_, times, factor) => {
      sum += times * factor;
      return factor > 0;
    });
    return toUnits(points * sum);
  }

  function limitedUnits(gains: Day, losses: Day): Units {
    const worth = dayWorth(gains, losses);
    const isSteady = worth === carried.steady;
    const meter = (isSteady ? carried.meter : undefined) ?? {
      by: createMeter(pointsLimits, carried.firstDay ?? 0, sign),
      done: 0,
    };
    for (; meter.done < worth.days.length; meter.done += 1) {
      meter.by.add(worth.days[meter.done] ?? 0, worth.units[meter.done] ?? 0);
    }
    // Before the first occurrence it is not known where blocks of days begin.
    if (isSteady && carried.firstDay !== undefined) carried.meter = meter;
    return clampUnits(meter.by.total());
  }

  return {
    take(feed, from, to) {
      if (to > from) carried.firstDay ??= feed.days[from];
      carried.payer.take(feed, from, to);
    },
    clear() {
      carried = begin();
      generation += 1;
    },
    get generation() {
      return generation;
    },
    worth(gains, losses) {
      const paid = paidUnits(gains, losses);
      const limited = pointsLimits.length === 0 ? paid : limitedUnits(gains, losses);
      return { paid, limited, capped: sign * Math.min(sign * limited, most) + 0 };
    },
    payments(at) {
      const list: { day: Day; times: number; units: Units }[] = [];
      eachDay(at, at, (day, times, factor) => {
        list.push({ day, times, units: toUnits(points * times * factor) });
      });
      return list;
    },
    byDay(gains, losses) {
      const worth = dayWorth(gains, losses);
      if (perDay === Infinity) return worth;
      return { days: worth.days, units: worth.units.map((units) => sign * Math.min(sign * units, perDay)) };
    },
    isSteady: () => neverFades && perDay === Infinity && carried.payer.paid(-Infinity).settles,
    takesBack: () => carried.payer.paid(-Infinity).takesBack,
    firstDay: () => carried.firstDay,
  };
}
