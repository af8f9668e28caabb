import { type Day, LAST_DAY } from "../day.ts";
import type { Decay } from "./decay.ts";
import type { RuleLimit } from "./document.ts";
import { daysOf } from "./duration.ts";
import { createPaidSum } from "./paid-sum.ts";
import { periodOf } from "./payments.ts";

/**
 * What is paid from day to day, cut to the most that a period may bring: days first, then the longer period. As
 * points fade, fewer and fewer old periods are over their limit: those that never will be again are summed by
 * carrying on, and only the others are looked at for each day.
 */
export interface LimitedSum {
  /** In the order of days; `source` is the place of a payer. */
  add(day: Day, source: number, times: number): void;
  /** Points as of two days, see `RuleRun.worth`. Nothing more will be added that is dated up to `now`. */
  read(gains: Day, losses: Day, now: Day): LimitedPoints;
}

/** The part of a limit that is in points. */
export type PointsLimit = Extract<RuleLimit, { points: number }>;

export interface LimitedPoints {
  readonly points: number;
  /** Whether a limit has been reached. */
  readonly isCut: boolean;
}

/** Who pays into a limited sum. */
export interface Payer {
  readonly points: number;
  readonly decay: Decay;
  /** The most that it may bring a day by itself, in points; `Infinity` where there is no such limit. */
  readonly perDay: number;
}

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
  const all = { payers, perDay, sign, most: longest.points };
  if ("within" in longest) return rollingSum({ ...all, length: daysOf(longest.within) });
  const { each } = longest;
  return periodSum({ ...all, periodAt: (day) => periodOf(each, day, firstDay) });
}

interface Limits {
  readonly payers: readonly Payer[];
  readonly perDay: number;
  /** Of the longer period. */
  readonly most: number;
  readonly sign: 1 | -1;
}

/** What a payment brings, cut to what its payer may bring a day. */
function worthOf({ points, decay, perDay }: Payer, times: number, age: number): number {
  const worth = points * times * decay.factor(age);
  const own = points < 0 ? -1 : 1;
  return own * worth > perDay ? own * perDay : worth;
}

/** Any days in a row: a day brings at most what the days just before it have left. Nothing fades here. */
function rollingSum({
  payers,
  perDay,
  most,
  sign,
  length,
}: Limits & { readonly length: number }): LimitedSum {
  const days: Day[] = [];
  const kept: number[] = [];
  let sum = 0;
  let today = 0;
  let wasCut = false;

  function close(day: Day): void {
    let left = most;
    for (let i = days.length - 1; i >= 0 && (days[i] ?? 0) > day - length; i -= 1)
      left -= sign * (kept[i] ?? 0);
    const own = sign * Math.min(sign * today, perDay, Math.max(0, left));
    if (own !== today) wasCut = true;
    days.push(day);
    kept.push(own);
    sum += own;
    today = 0;
  }

  let day: Day | undefined;
  return {
    add(on, source, times) {
      if (day !== undefined && on > day) close(day);
      day = on;
      const payer = payers[source];
      if (payer) today += worthOf(payer, times, 0);
    },
    read() {
      if (day !== undefined) close(day);
      day = undefined;
      return { points: sum, isCut: wasCut };
    },
  };
}

/** Entries in the order of days, from the place `from` to before `to`. */
interface Period {
  readonly number: number;
  from: number;
  to: number;
  /** Points of entries that fade no more, and are looked at no more; and whether a limit has cut them. */
  fixed: number;
  isCut: boolean;
  /** As of days up to this one it is sure to be over its limit. */
  boundUntil: Day;
}

/** What a period is found to bring, before its own limit. */
interface Found {
  points: number;
  /** Whether a limit for a day has cut it. */
  isCut: boolean;
  /** Whether any limit may cut it, now or later. */
  mayBeCut: boolean;
}

function periodSum(limits: Limits & { readonly periodAt: (day: Day) => number }): LimitedSum {
  const { payers, perDay, most, sign, periodAt } = limits;
  const days: Day[] = [];
  const sources: number[] = [];
  const times: number[] = [];
  /** Those that are looked at for each day, in the order of time; the last may still grow. */
  const open: Period[] = [];
  /** Those that are sure to be over their limit, at least up to the day `boundUntil`. */
  const bound: Period[] = [];
  let allBoundUntil: Day = Infinity;
  /** Of all that fades no more, and whether a limit has cut it. */
  let fixed = 0;
  let isCut = false;
  /** What will not reach a limit again. */
  const freed = payers.map(({ points, decay }) => createPaidSum(points, decay));
  const settledAfter = Math.max(0, ...payers.map(({ decay }) => decay.settledAfter));
  const found: Found = { points: 0, isCut: false, mayBeCut: false };
  let timesAsked = 0;
  let settledOn: Day = -Infinity;

  /** Of the entries up to before the place `end`, and of what was added up before; it holds until it is asked again. */
  function evaluate(period: Period, end: number, gains: Day, losses: Day): Found {
    found.points = period.fixed;
    found.isCut = period.isCut;
    found.mayBeCut = false;
    let own = period.fixed;
    for (let i = period.from; i < end;) {
      const day = days[i] ?? 0;
      let brought = 0;
      let ownOfDay = 0;
      for (; i < end && days[i] === day; i += 1) {
        const payer = payers[sources[i] ?? 0];
        if (payer === undefined) continue;
        const count = times[i] ?? 0;
        const worth = worthOf(payer, count, (payer.points * count < 0 ? losses : gains) - day);
        brought += worth;
        if (sign * worth > 0) ownOfDay += worth;
        if (Math.abs(worth) >= payer.perDay) found.mayBeCut = true;
      }
      if (sign * ownOfDay > perDay) found.mayBeCut = true;
      if (sign * brought > perDay) found.isCut = true;
      found.points += sign * Math.min(sign * brought, perDay);
      own += ownOfDay;
    }
    if (sign * own > most) found.mayBeCut = true;
    return found;
  }

  /** The last day as of which a period is sure to be over its limit: with what is taken from it as of `now`. */
  function boundUntil(period: Period, now: Day): Day {
    const isBound = (day: Day) => {
      const [gains, losses] = sign > 0 ? [day, now] : [now, day];
      return sign * evaluate(period, period.to, gains, losses).points > most;
    };
    if (!isBound(now)) return -Infinity;
    const settled = (days[period.to - 1] ?? now) + settledAfter;
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
      open.unshift(...bound.filter((period) => period.boundUntil < now));
      keepWhere(bound, (period) => period.boundUntil >= now);
      allBoundUntil = Math.min(Infinity, ...bound.map((period) => period.boundUntil));
    }
    keepWhere(open, (period) => isStillOpen(period, now));
  }

  function isStillOpen(period: Period, now: Day): boolean {
    const isOver = periodAt(now + 1) > period.number;
    if (isOver && !evaluate(period, period.to, now, now).mayBeCut) {
      for (let i = period.from; i < period.to; i += 1)
        freed[sources[i] ?? 0]?.add(days[i] ?? 0, times[i] ?? 0);
      putAside(period.fixed, period.isCut);
      return false;
    }
    if (isOver) {
      period.boundUntil = boundUntil(period, now);
      if (period.boundUntil === Infinity) putAside(sign * most, true);
      else if (period.boundUntil > now) {
        bound.push(period);
        allBoundUntil = Math.min(allBoundUntil, period.boundUntil);
      }
      if (period.boundUntil > now) return false;
    }
    fix(period, now);
    if (!isOver || period.from < period.to) return true;
    putAside(sign * Math.min(sign * period.fixed, most), period.isCut || sign * period.fixed > most);
    return false;
  }

  function putAside(points: number, wasCut: boolean): void {
    fixed += points;
    isCut ||= wasCut;
  }

  /** Adds up the days of a period that fade no more. */
  function fix(period: Period, now: Day): void {
    let end = period.from;
    while (end < period.to && now - (days[end] ?? 0) >= settledAfter) end += 1;
    if (end === period.from) return;
    const { points, isCut: wasCut } = evaluate(period, end, now, now);
    Object.assign(period, { from: end, fixed: points, isCut: wasCut });
  }

  return {
    add(day, source, count) {
      const number = periodAt(day);
      let period = open.at(-1);
      if (period?.number !== number) {
        period = {
          number,
          from: days.length,
          to: days.length,
          fixed: 0,
          isCut: false,
          boundUntil: -Infinity,
        };
        open.push(period);
      }
      days.push(day);
      sources.push(source);
      times.push(count);
      period.to = days.length;
    },
    read(gains, losses, now) {
      timesAsked += 1;
      // Asked once only, it would not be worth it.
      if (timesAsked > 1 && now > settledOn) {
        settle(now);
        settledOn = now;
      }
      let sum = fixed;
      let cut = isCut;
      const look = (period: Period) => {
        const { points, isCut: wasCut } = evaluate(period, period.to, gains, losses);
        const isOver = sign * points > most;
        sum += isOver ? sign * most : points;
        cut ||= wasCut || isOver;
      };
      if ((sign > 0 ? gains : losses) <= allBoundUntil) {
        sum += sign * most * bound.length;
        cut ||= bound.length > 0;
      } else bound.forEach(look);
      open.forEach(look);
      for (const paid of freed) sum += paid.at(gains, losses);
      return { points: sum, isCut: cut };
    },
  };
}

function keepWhere<T>(list: T[], holds: (item: T) => boolean): void {
  let kept = 0;
  for (const item of list) {
    if (!holds(item)) continue;
    list[kept] = item;
    kept += 1;
  }
  list.length = kept;
}
