import type { Day } from "../day.ts";
import { createPaidSum, type PaidSum } from "./paid-sum.ts";
import { cutOf, type Entry, type Limits, worthOf } from "./payer.ts";

/** The payments of a week, a month or another period under its limits. */
export interface Period {
  readonly number: number;
  /** In the order of days; after a late one all are looked at again. */
  add(entry: Entry): void;
  readonly lastDay: Day;
  /** What it brings as of two days, before its own limit, with payments that count this time only. */
  evaluate(gains: Day, losses: Day, extras: readonly Entry[]): Found;
  /** Adds up the days that fade no more as of a day, so that they are looked at no more; whether these are all. */
  fix(settled: Day, now: Day): boolean;
  /** What was added up, and whether a limit has cut it. */
  readonly fixed: { readonly points: number; readonly isCut: boolean };
  /** Hands the other payments to sums without a limit, or takes them back from there. */
  free(into: readonly PaidSum[], how: "add" | "drop"): void;
}

/** It holds until the period is asked again. */
interface Found {
  points: number;
  /** Whether a limit for a day has cut it. */
  isCut: boolean;
  /** Whether any limit may cut it, now or later. */
  mayBeCut: boolean;
}

/** Above so many payments, a period without limits for a day carries on sums instead of looking at each. */
const MANY = 64;

export function createPeriod(number: number, { payers, perDay, most, sign }: Limits): Period {
  const entries: Entry[] = [];
  /** The first entry that is still looked at, what those before it bring for ever, and whether that was cut. */
  let from = 0;
  let fixed = 0;
  let isCut = false;
  const hasDayLimits = perDay < Infinity || payers.some((payer) => payer.perDay < Infinity);
  let carried: { readonly own: PaidSum[]; readonly other: PaidSum[]; to: number } | undefined;
  const found: Found = { points: 0, isCut: false, mayBeCut: false };

  function carryOn(): { own: PaidSum[]; other: PaidSum[] } {
    const newSums = () => payers.map(({ points, decay }) => createPaidSum(points, decay));
    carried ??= { own: newSums(), other: newSums(), to: from };
    for (; carried.to < entries.length; carried.to += 1) {
      const { day, source, times } = entries[carried.to] ?? NOTHING;
      const isOwn = sign * times * (payers[source]?.points ?? 0) > 0;
      (isOwn ? carried.own : carried.other)[source]?.add(day, times);
    }
    return carried;
  }

  /** Entries and extras, day by day. */
  function eachDay(gains: Day, losses: Day, begin: number, end: number, extras: readonly Entry[]): number {
    let own = 0;
    let i = begin;
    let j = 0;
    while (i < end || j < extras.length) {
      const day = Math.min(i < end ? (entries[i] ?? NOTHING).day : Infinity, extras[j]?.day ?? Infinity);
      let brought = 0;
      let ownOfDay = 0;
      for (;;) {
        let entry: Entry;
        if (i < end && entries[i]?.day === day) entry = entries[i++] ?? NOTHING;
        else if (extras[j]?.day === day) entry = extras[j++] ?? NOTHING;
        else break;
        const payer = payers[entry.source];
        if (payer === undefined) continue;
        const worth = worthOf(payer, entry.times, day, gains, losses);
        const cut = cutOf(payer, worth);
        if (cut !== worth) found.mayBeCut = true;
        brought += cut;
        if (sign * cut > 0) ownOfDay += cut;
      }
      if (sign * ownOfDay > perDay) found.mayBeCut = true;
      if (sign * brought > perDay) found.isCut = true;
      found.points += sign * Math.min(sign * brought, perDay);
      own += ownOfDay;
    }
    return own;
  }

  function begin(points: number, wasCut: boolean): void {
    found.points = points;
    found.isCut = wasCut;
    found.mayBeCut = false;
  }

  function evaluate(gains: Day, losses: Day, extras: readonly Entry[]): Found {
    // A day that was added up is another one with a payment more.
    const isAnother =
      hasDayLimits && from > 0 && (extras[0]?.day ?? Infinity) <= (entries[from - 1]?.day ?? 0);
    let own = isAnother ? 0 : fixed;
    begin(own, isCut && !isAnother);
    if (hasDayLimits || entries.length - from <= MANY) {
      own += eachDay(gains, losses, isAnother ? 0 : from, entries.length, extras);
    } else {
      const sums = carryOn();
      for (const sum of sums.own) own += sum.at(gains, losses);
      found.points = own;
      for (const sum of sums.other) found.points += sum.at(gains, losses);
      for (const { day, source, times } of extras) {
        const payer = payers[source];
        const worth = payer ? worthOf(payer, times, day, gains, losses) : 0;
        found.points += worth;
        if (sign * worth > 0) own += worth;
      }
    }
    if (sign * own > most) found.mayBeCut = true;
    return found;
  }

  return {
    number,
    add(entry) {
      let place = entries.length;
      while (place > 0 && (entries[place - 1]?.day ?? 0) > entry.day) place -= 1;
      if (place < entries.length) {
        from = 0;
        fixed = 0;
        isCut = false;
        carried = undefined;
      }
      entries.splice(place, 0, entry);
    },
    get lastDay() {
      return entries.at(-1)?.day ?? -Infinity;
    },
    evaluate,
    fix(settled, now) {
      // What is carried on is not looked at one by one.
      if (carried) return false;
      let end = from;
      while (end < entries.length && (entries[end]?.day ?? 0) <= settled) end += 1;
      if (end > from) {
        begin(fixed, isCut);
        eachDay(now, now, from, end, []);
        from = end;
        fixed = found.points;
        isCut = found.isCut;
      }
      return from === entries.length;
    },
    get fixed() {
      return { points: fixed, isCut };
    },
    free(into, how) {
      for (let i = from; i < entries.length; i += 1) {
        const { day, source, times } = entries[i] ?? NOTHING;
        into[source]?.[how](day, times);
      }
    },
  };
}

const NOTHING: Entry = { day: 0, source: 0, times: 0 };
