import type { Day } from "../day.ts";
import { createPaidSum, type PaidSum } from "./paid-sum.ts";
import { cutOf, type Entry, type Limits, worthOf } from "./payer.ts";

/** What a period is found to bring; it holds until any period is asked. */
interface Found {
  points: number;
  /** Whether a limit for a day has cut it. */
  isCut: boolean;
  /** Whether any limit may cut it, now or later. */
  mayBeCut: boolean;
}

/** Above so many payments, a period without limits for a day carries on sums instead of looking at each. */
const MANY = 64;

const found: Found = { points: 0, isCut: false, mayBeCut: false };

function begin(points: number, isCut: boolean): void {
  found.points = points;
  found.isCut = isCut;
  found.mayBeCut = false;
}

/** The payments of a week, a month or another period under its limits. */
export class Period {
  readonly number: number;
  readonly #limits: Limits;
  readonly #entries: Entry[] = [];
  /** The first entry that is still looked at, what those before it bring for ever, and whether that was cut. */
  #from = 0;
  fixed = 0;
  isCut = false;
  /** Where it is looked at no more: what it brings, beside what it has handed over. */
  aside: "fixed" | "freed" | undefined;
  asidePoints = 0;
  asideIsCut = false;
  #carried: { readonly own: PaidSum[]; readonly other: PaidSum[]; to: number } | undefined;

  constructor(number: number, limits: Limits) {
    this.number = number;
    this.#limits = limits;
  }

  get lastDay(): Day {
    return this.#entries.at(-1)?.day ?? -Infinity;
  }

  /** In the order of days; after a late one all are looked at again. */
  add(entry: Entry): void {
    const entries = this.#entries;
    let place = entries.length;
    while (place > 0 && (entries[place - 1]?.day ?? 0) > entry.day) place -= 1;
    if (place === entries.length) {
      entries.push(entry);
      return;
    }
    entries.splice(place, 0, entry);
    this.#from = 0;
    this.fixed = 0;
    this.isCut = false;
    this.#carried = undefined;
  }

  /** What it brings as of two days, before its own limit, with payments that count this time only. */
  evaluate(gains: Day, losses: Day, extras: readonly Entry[]): Found {
    const { most, sign, hasDayLimits } = this.#limits;
    const entries = this.#entries;
    const from = this.#from;
    // A day that was added up is another one with a payment more.
    const isAnother =
      hasDayLimits && from > 0 && (extras[0]?.day ?? Infinity) <= (entries[from - 1]?.day ?? 0);
    let own = isAnother ? 0 : this.fixed;
    begin(own, this.isCut && !isAnother);
    if (hasDayLimits || entries.length - from <= MANY) {
      own += this.#eachDay(gains, losses, isAnother ? 0 : from, entries.length, extras);
    } else own = this.#carriedOn(gains, losses, extras);
    if (sign * own > most) found.mayBeCut = true;
    return found;
  }

  /** Entries and extras, day by day; returns what was brought in the direction of the limit. */
  #eachDay(gains: Day, losses: Day, from: number, end: number, extras: readonly Entry[]): number {
    const { payers, perDay, sign } = this.#limits;
    const entries = this.#entries;
    let own = 0;
    let i = from;
    let j = 0;
    while (i < end || j < extras.length) {
      const first = i < end ? (entries[i]?.day ?? 0) : Infinity;
      const day = Math.min(first, extras[j]?.day ?? Infinity);
      let brought = 0;
      let ownOfDay = 0;
      for (;;) {
        let entry = i < end ? entries[i] : undefined;
        if (entry?.day === day) i += 1;
        else {
          entry = extras[j];
          if (entry?.day !== day) break;
          j += 1;
        }
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

  /** The same by sums that are carried on, where no day has a limit. */
  #carriedOn(gains: Day, losses: Day, extras: readonly Entry[]): number {
    const { payers, sign } = this.#limits;
    const newSums = () => payers.map(({ points, decay }) => createPaidSum(points, decay));
    const carried = (this.#carried ??= { own: newSums(), other: newSums(), to: this.#from });
    for (; carried.to < this.#entries.length; carried.to += 1) {
      const { day, source, times } = this.#entries[carried.to] ?? NOTHING;
      const isOwn = sign * times * (payers[source]?.points ?? 0) > 0;
      (isOwn ? carried.own : carried.other)[source]?.add(day, times);
    }
    let own = this.fixed;
    for (const sum of carried.own) own += sum.at(gains, losses);
    found.points = own;
    for (const sum of carried.other) found.points += sum.at(gains, losses);
    for (const { day, source, times } of extras) {
      const payer = payers[source];
      const worth = payer ? worthOf(payer, times, day, gains, losses) : 0;
      found.points += worth;
      if (sign * worth > 0) own += worth;
    }
    return own;
  }

  /** Adds up the days that fade no more as of a day, so that they are looked at no more; whether these are all. */
  fix(settled: Day, now: Day): boolean {
    // What is carried on is not looked at one by one.
    if (this.#carried) return false;
    const from = this.#from;
    let end = from;
    while (end < this.#entries.length && (this.#entries[end]?.day ?? 0) <= settled) end += 1;
    if (end > from) {
      begin(this.fixed, this.isCut);
      this.#eachDay(now, now, from, end, []);
      this.#from = end;
      this.fixed = found.points;
      this.isCut = found.isCut;
    }
    return end === this.#entries.length;
  }

  /** Hands the payments that are not fixed to sums without a limit, or takes them back from there. */
  free(into: readonly PaidSum[], how: "add" | "drop"): void {
    for (let i = this.#from; i < this.#entries.length; i += 1) {
      const { day, source, times } = this.#entries[i] ?? NOTHING;
      into[source]?.[how](day, times);
    }
  }
}

const NOTHING: Entry = { day: 0, source: 0, times: 0 };
