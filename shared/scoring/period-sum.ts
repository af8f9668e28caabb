import { type Day, LAST_DAY } from "../day.ts";
import { createPaidSum } from "./paid-sum.ts";
import type { Entry, LimitedSum, Limits } from "./payer.ts";
import { Period } from "./period.ts";

/**
 * A limit for each period. As points fade, fewer and fewer old periods are over their limit: those that never will be
 * again are summed by carrying on, and only the others are looked at for each day.
 */
export function createPeriodSum(limits: Limits & { readonly periodAt: (day: Day) => number }): LimitedSum {
  const { payers, most, sign, periodAt } = limits;
  const periods = new Map<number, Period>();
  /** Those that are looked at for each day, in the order of time; the last may still grow. */
  const open: Period[] = [];
  /** Those that are sure to be over their limit, and up to which day; the least of these. */
  const bound = new Map<Period, Day>();
  let allBoundUntil: Day = Infinity;
  /** Of those that are looked at no more: points that fade no more, and how many a limit has cut. */
  let fixed = 0;
  let cuts = 0;
  /** What will not reach a limit again. */
  const freed = payers.map(({ points, decay }) => createPaidSum(points, decay));
  const settledAfter = Math.max(0, ...payers.map(({ decay }) => decay.settledAfter));
  let timesAsked = 0;
  let settledOn: Day = -Infinity;

  /** The last day as of which a period is sure to be over its limit: with what is taken from it as of `now`. */
  function boundUntil(period: Period, now: Day): Day {
    const isBound = (day: Day) => {
      const [gains, losses] = sign > 0 ? [day, now] : [now, day];
      return sign * period.evaluate(gains, losses, NONE).points > most;
    };
    if (!isBound(now)) return -Infinity;
    const settled = period.lastDay + settledAfter;
    if (settled < LAST_DAY && isBound(Math.max(now, settled))) return Infinity;
    let last = now;
    let step = 1;
    for (; last + step <= LAST_DAY && isBound(last + step); step *= 2) last += step;
    for (; step >= 1; step /= 2) if (last + step <= LAST_DAY && isBound(last + step)) last += step;
    return last;
  }

  /** Puts aside what needs no looking at any more. */
  function settle(now: Day): void {
    if (now > allBoundUntil) {
      for (const [period, until] of bound) {
        if (until >= now) continue;
        bound.delete(period);
        open.unshift(period);
      }
      allBoundUntil = Math.min(Infinity, ...bound.values());
    }
    let kept = 0;
    for (const period of open) {
      if (!isStillOpen(period, now)) continue;
      open[kept] = period;
      kept += 1;
    }
    open.length = kept;
  }

  function isStillOpen(period: Period, now: Day): boolean {
    const isOver = periodAt(now + 1) > period.number;
    if (isOver && !period.evaluate(now, now, NONE).mayBeCut) {
      period.free(freed, "add");
      putAside(period, period.fixed, period.isCut, true);
      return false;
    }
    const until = isOver ? boundUntil(period, now) : -Infinity;
    if (until === Infinity) putAside(period, sign * most, true);
    else if (until > now) {
      bound.set(period, until);
      allBoundUntil = Math.min(allBoundUntil, until);
    }
    if (until > now) return false;
    if (!period.fix(now - settledAfter, now) || !isOver) return true;
    const { points, isCut } = period.evaluate(now, now, NONE);
    putAside(period, sign * Math.min(sign * points, most), isCut || sign * points > most);
    return false;
  }

  function putAside(period: Period, points: number, isCut: boolean, isFreed = false): void {
    period.aside = isFreed ? "freed" : "fixed";
    period.asidePoints = points;
    period.asideIsCut = isCut;
    fixed += points;
    if (isCut) cuts += 1;
  }

  /** So that a late payment can be added. */
  function takeBack(period: Period): void {
    if (period.aside !== undefined) {
      fixed -= period.asidePoints;
      if (period.asideIsCut) cuts -= 1;
      if (period.aside === "freed") period.free(freed, "drop");
      period.aside = undefined;
    }
    bound.delete(period);
    if (!open.includes(period)) open.unshift(period);
  }

  return {
    add(entry) {
      const number = periodAt(entry.day);
      let period = periods.get(number);
      if (period === undefined) {
        period = new Period(number, limits);
        periods.set(number, period);
        open.push(period);
      } else if (period !== open.at(-1)) takeBack(period);
      period.add(entry);
    },
    read(gains, losses, now, extras) {
      timesAsked += 1;
      // Asked once only, it would not be worth it.
      if (timesAsked > 1 && now > settledOn) {
        settle(now);
        settledOn = now;
      }
      let sum = fixed;
      let cut = cuts > 0;
      const look = (period: Period, more: readonly Entry[] = NONE, share: 1 | -1 = 1) => {
        const { points, isCut } = period.evaluate(gains, losses, more);
        const isOver = sign * points > most;
        sum += share * (isOver ? sign * most : points);
        cut ||= isCut || isOver;
      };
      if ((sign > 0 ? gains : losses) <= allBoundUntil) {
        sum += sign * most * bound.size;
        cut ||= bound.size > 0;
      } else for (const period of bound.keys()) look(period);
      for (const period of open) look(period);
      for (const paid of freed) sum += paid.at(gains, losses);
      if (extras.length === 0) return { points: sum, isCut: cut };
      for (const [number, more] of byPeriod(extras, periodAt)) {
        const period = periods.get(number);
        // Instead of what it brings without them.
        if (period) look(period, NONE, -1);
        look(period ?? new Period(number, limits), more);
      }
      return { points: sum, isCut: cut };
    },
  };
}

const NONE: readonly Entry[] = [];

function byPeriod(entries: readonly Entry[], periodAt: (day: Day) => number): ReadonlyMap<number, Entry[]> {
  const periods = new Map<number, Entry[]>();
  for (const entry of entries) {
    const number = periodAt(entry.day);
    const own = periods.get(number);
    if (own) own.push(entry);
    else periods.set(number, [entry]);
  }
  return periods;
}
