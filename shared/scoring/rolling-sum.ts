import type { Day } from "../day.ts";
import { cutOf, type Entry, type LimitedSum, type Limits, worthOf } from "./payer.ts";

/** Any days in a row: a day brings at most what the days just before it have left. Nothing fades here. */
export function createRollingSum({
  payers,
  perDay,
  most,
  sign,
  length,
}: Limits & { readonly length: number }): LimitedSum {
  /** What the days brought, up to the last one that was closed. */
  const closed = chain();
  /** Of the last day, which may still grow. */
  let today: Entry[] = [];

  function broughtBy(entries: readonly Entry[]): number {
    let sum = 0;
    for (const { day, source, times } of entries) {
      const payer = payers[source];
      if (payer) sum += cutOf(payer, worthOf(payer, times, day, day, day));
    }
    return sum;
  }

  /** Takes a day to the end of a chain that goes on from the first `from` days of `before`. */
  function extend(to: Chain, day: Day, brought: number, before: Chain = to, from = 0): void {
    let left = most;
    const earliest = day - length;
    for (let i = to.days.length - 1; i >= 0 && (to.days[i] ?? 0) > earliest; i -= 1)
      left -= sign * (to.kept[i] ?? 0);
    if (before !== to) {
      for (let i = from - 1; i >= 0 && (before.days[i] ?? 0) > earliest; i -= 1)
        left -= sign * (before.kept[i] ?? 0);
    }
    const own = sign * Math.min(sign * brought, perDay, Math.max(0, left));
    to.days.push(day);
    to.brought.push(brought);
    to.kept.push(own);
    to.sums.push((to.sums.at(-1) ?? 0) + own);
    if (own !== brought) to.cutFrom = Math.min(to.cutFrom, to.days.length - 1);
  }

  function closeToday(): void {
    const [first] = today;
    if (first) extend(closed, first.day, broughtBy(today));
    today = [];
  }

  /** With other payments, all days from the first of them on may keep less or more. */
  function readWith(extras: readonly [Entry, ...Entry[]]): { points: number; isCut: boolean } {
    const first = extras[0].day;
    let from = closed.days.length;
    while (from > 0 && (closed.days[from - 1] ?? 0) >= first) from -= 1;
    const again = chain();
    let i = from;
    let j = 0;
    while (i < closed.days.length || j < extras.length) {
      const day = Math.min(closed.days[i] ?? Infinity, extras[j]?.day ?? Infinity);
      const begin = j;
      while (extras[j]?.day === day) j += 1;
      const isOwn = closed.days[i] === day;
      extend(
        again,
        day,
        (isOwn ? (closed.brought[i] ?? 0) : 0) + broughtBy(extras.slice(begin, j)),
        closed,
        from,
      );
      if (isOwn) i += 1;
    }
    const before = from === 0 ? 0 : (closed.sums[from - 1] ?? 0);
    return {
      points: before + (again.sums.at(-1) ?? 0),
      isCut: closed.cutFrom < from || again.cutFrom < Infinity,
    };
  }

  /** Begins anew from the day of a payment that came late. */
  function addLate(entry: Entry): void {
    closeToday();
    let from = closed.days.length;
    while (from > 0 && (closed.days[from - 1] ?? 0) >= entry.day) from -= 1;
    const days = closed.days.splice(from);
    const brought = closed.brought.splice(from);
    closed.kept.length = from;
    closed.sums.length = from;
    if (closed.cutFrom >= from) closed.cutFrom = Infinity;
    if (days[0] !== entry.day) {
      days.unshift(entry.day);
      brought.unshift(0);
    }
    brought[0] = (brought[0] ?? 0) + broughtBy([entry]);
    days.forEach((day, i) => extend(closed, day, brought[i] ?? 0));
  }

  return {
    add(entry) {
      const last = today[0]?.day ?? closed.days.at(-1) ?? -Infinity;
      if (entry.day < last || (today.length === 0 && entry.day === last)) {
        addLate(entry);
        return;
      }
      if (entry.day > last) closeToday();
      today.push(entry);
    },
    read(_, __, ___, extras) {
      closeToday();
      const [first, ...others] = extras;
      if (first !== undefined) return readWith([first, ...others]);
      return { points: closed.sums.at(-1) ?? 0, isCut: closed.cutFrom < Infinity };
    },
  };
}

/** Days in a row: parallel lists, ascending. */
interface Chain {
  readonly days: Day[];
  readonly brought: number[];
  readonly kept: number[];
  /** What is kept up to each day. */
  readonly sums: number[];
  /** The first place that a limit has cut. */
  cutFrom: number;
}

function chain(): Chain {
  return { days: [], brought: [], kept: [], sums: [], cutFrom: Infinity };
}
