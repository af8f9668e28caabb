import type { Day } from "../day.ts";
import type { CompiledRule } from "./compile.ts";
import type { Feed } from "./feeds.ts";
import type { OccurrenceRule } from "./full-model.ts";
import { createLimitedSum } from "./limited-sum.ts";
import { createPaidSum, type PaidSum } from "./paid-sum.ts";
import type { Entry, LimitedPoints, LimitedSum, Payer, PointsLimit } from "./payer.ts";
import { createPayments, type Payments, type PaymentsMaker } from "./payments.ts";
import { createTimesLimiter, type TimesLimit } from "./times-limits.ts";
import { toUnits, type Units } from "./units.ts";

/** What a rule comes to on a day, step by step. */
interface Worth {
  /** After decay and a cap in times. */
  readonly paid: Units;
  /** After limits in points. */
  readonly limited: Units;
  /** After a cap in points. */
  readonly capped: Units;
}

/** The payments of one occurrence rule for one contact, taken in day by day. */
export interface RuleRun {
  /** As it pays into a limit that several rules share. */
  readonly payer: Payer;
  /** Takes entries of a feed, whole days at a time. */
  take(feed: Feed, from: number, to: number): void;
  /** Forgets everything. */
  clear(): void;
  /** How often it has forgotten. */
  readonly generation: number;
  /**
   * What it comes to as of a day, at or after `now`, up to which entries were taken. With two days, what is given
   * is taken as of `gains` and what is taken as of `losses`.
   */
  worth(gains: Day, losses: Day, now: Day): Worth;
  /** Of a rule that costs points: how much less it costs by its cap and longer limits than under that of a day. */
  spared(gains: Day, losses: Day, now: Day): Units;
  /** The payments that count as of a day. */
  counting(gains: Day, losses: Day): Payments;
  /** The same, newest first, and what each is worth. */
  payments(at: Day): { readonly day: Day; readonly times: number; readonly units: Units }[];
  /** Whether some payments are negative, so that the rule both gives and takes. */
  takesBack(): boolean;
  /** The day of the first occurrence, from which blocks of days are counted: it never moves. */
  firstDay(): Day | undefined;
}

/** What is carried on from day to day. */
interface Carried {
  readonly maker: PaymentsMaker;
  readonly limitTimes: ReturnType<typeof createTimesLimiter> | undefined;
  /** Of the payments before `paidTo`. */
  readonly paid: PaidSum;
  paidTo: number;
  /** The first payment that a cap in times has not dropped whole, how many of it are left, and how many in all. */
  capFrom: number;
  capLeft: number | undefined;
  inCap: number;
  firstDay: Day | undefined;
  limited: { readonly sum: LimitedSum; to: number } | undefined;
}

/** Rules that find nothing are most of a model: each has one run for all contacts, which never takes anything. */
const idleRuns = new WeakMap<CompiledRule, RuleRun>();

export function ruleRunFor(placed: CompiledRule, feed: Feed | undefined): RuleRun {
  if (!isIdle(feed)) return createRuleRun(placed);
  let run = idleRuns.get(placed);
  if (run === undefined) idleRuns.set(placed, (run = createRuleRun(placed)));
  return run;
}

export function isIdle(feed: Feed | undefined): boolean {
  return (feed?.days.length ?? 0) === 0;
}

function createRuleRun({ rule: anyRule, decay }: CompiledRule): RuleRun {
  const rule = anyRule as OccurrenceRule;
  const { points, cap } = rule;
  const timesLimits = rule.limits.filter((limit): limit is TimesLimit => "times" in limit);
  const pointsLimits = rule.limits.filter((limit): limit is PointsLimit => "points" in limit);
  const ofDay = pointsLimits.find((limit) => "each" in limit && limit.each === "day");
  const sign = points < 0 ? -1 : 1;
  const most = cap.points === undefined ? Infinity : toUnits(cap.points);
  const alone: readonly Payer[] = [{ points, decay, perDay: Infinity }];
  let carried = nothing();
  let generation = 0;

  function nothing(): Carried {
    return {
      maker: createPayments(rule),
      limitTimes: timesLimits.length === 0 ? undefined : createTimesLimiter(timesLimits),
      paid: createPaidSum(points, decay),
      paidTo: 0,
      capFrom: 0,
      capLeft: undefined,
      inCap: 0,
      firstDay: undefined,
      limited: undefined,
    };
  }

  /** Before a cap in times. */
  function made(gains: Day, losses: Day): Payments {
    const paid = carried.maker.paid(points < 0 ? losses : gains);
    return carried.limitTimes?.(paid, carried.firstDay ?? 0) ?? paid;
  }

  function counting(gains: Day, losses: Day): Payments {
    const all = made(gains, losses);
    return cap.times === undefined ? all : newest(all, cap.times);
  }

  /** The same, as far as it can be carried on: then `carried.paid` does the dropping. */
  function carrying(gains: Day, losses: Day): Payments {
    const all = made(gains, losses);
    const isCapped = cap.times !== undefined && (pointsLimits.length > 0 || all.settled < all.days.length);
    return isCapped ? newest(all, cap.times ?? 0) : all;
  }

  function pointsOf(day: Day, times: number, gains: Day, losses: Day): number {
    const paid = points * times;
    return paid * decay.factor((paid < 0 ? losses : gains) - day);
  }

  function paidUnits({ days, units, settled }: Payments, gains: Day, losses: Day): Units {
    for (; carried.paidTo < settled; carried.paidTo += 1) {
      const times = units[carried.paidTo] ?? 0;
      if (times === 0) continue;
      carried.paid.add(days[carried.paidTo] ?? 0, times);
      carried.inCap += Math.abs(times);
    }
    if (cap.times !== undefined) dropAbove(cap.times, days, units);
    let sum = carried.paid.at(gains, losses);
    for (let i = settled; i < days.length; i += 1) {
      if (units[i] !== 0) sum += pointsOf(days[i] ?? 0, units[i] ?? 0, gains, losses);
    }
    return toUnits(sum);
  }

  /** The oldest payments are dropped until there are no more than so many. */
  function dropAbove(mostTimes: number, days: readonly Day[], units: readonly number[]): void {
    while (carried.inCap > mostTimes) {
      const times = units[carried.capFrom] ?? 0;
      const left = carried.capLeft ?? Math.abs(times);
      const dropped = Math.min(left, carried.inCap - mostTimes);
      if (dropped > 0) carried.paid.drop(days[carried.capFrom] ?? 0, Math.sign(times) * dropped);
      carried.inCap -= dropped;
      carried.capLeft = left - dropped;
      if (carried.capLeft > 0) return;
      carried.capFrom += 1;
      carried.capLeft = undefined;
    }
  }

  function worth(gains: Day, losses: Day, now: Day): Worth {
    const counted = carrying(gains, losses);
    const paid = paidUnits(counted, gains, losses);
    const limited = atMost(paid, limitedPoints(counted, gains, losses, now));
    return { paid, limited, capped: sign * Math.min(sign * limited, most) + 0 };
  }

  function atMost(paid: Units, limited: LimitedPoints | undefined): Units {
    return limited?.isCut ? sign * Math.min(sign * paid, sign * toUnits(limited.points)) : paid;
  }

  /** `undefined` where there are none. */
  function limitedPoints(
    { days, units, settled }: Payments,
    gains: Day,
    losses: Day,
    now: Day,
  ): LimitedPoints | undefined {
    if (pointsLimits.length === 0 || carried.firstDay === undefined) return undefined;
    const limited = (carried.limited ??= {
      sum: createLimitedSum(pointsLimits, alone, carried.firstDay, sign),
      to: 0,
    });
    for (; limited.to < settled; limited.to += 1) limited.sum.add(entryOf(days, units, limited.to, 0));
    const extras: Entry[] = [];
    for (let i = settled; i < days.length; i += 1) extras.push(entryOf(days, units, i, 0));
    return limited.sum.read(gains, losses, now, extras);
  }

  return {
    payer: { points, decay, perDay: ofDay?.points ?? Infinity },
    take(feed, from, to) {
      if (to > from) carried.firstDay ??= feed.days[from];
      carried.maker.take(feed, from, to);
    },
    clear() {
      carried = nothing();
      generation += 1;
    },
    get generation() {
      return generation;
    },
    worth,
    spared(gains, losses, now) {
      if (points >= 0 || (cap.points === undefined && pointsLimits.length === 0)) return 0;
      const { paid, limited, capped } = worth(gains, losses, now);
      if (ofDay === undefined) return capped - paid;
      if (pointsLimits.length === 1) return capped - limited;
      const { days, units } = counting(gains, losses);
      const byDay = createLimitedSum([ofDay], alone, 0, sign);
      days.forEach((_, i) => byDay.add(entryOf(days, units, i, 0)));
      return capped - atMost(paid, byDay.read(gains, losses, now, []));
    },
    counting,
    payments(at) {
      const { days, units } = counting(at, at);
      const list: { day: Day; times: number; units: Units }[] = [];
      for (let i = days.length - 1; i >= 0; i -= 1) {
        const day = days[i] ?? 0;
        const times = units[i] ?? 0;
        if (times !== 0) list.push({ day, times, units: toUnits(pointsOf(day, times, at, at)) });
      }
      return list;
    },
    takesBack: () => carried.maker.paid(-Infinity).takesBack,
    firstDay: () => carried.firstDay,
  };
}

/** A payment by its place in the lists. */
export function entryOf(
  days: readonly Day[],
  units: readonly number[],
  place: number,
  source: number,
): Entry {
  return { day: days[place] ?? 0, source, times: units[place] ?? 0 };
}

/** The newest payments, up to so many times in all. */
function newest({ days, units, takesBack }: Payments, most: number): Payments {
  let left = most;
  let from = days.length;
  while (from > 0 && left > 0) {
    from -= 1;
    left -= Math.abs(units[from] ?? 0);
  }
  const first = units[from] ?? 0;
  const kept = units.slice(from);
  // The oldest of them may count in part only.
  if (left < 0) kept[0] = Math.sign(first) * (Math.abs(first) + left);
  return { days: days.slice(from), units: kept, takesBack, settled: 0 };
}
