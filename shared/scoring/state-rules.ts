import type { Day } from "../day.ts";
import type { Scalar } from "../event.ts";
import { VALUE_UNITS } from "../facts.ts";
import type { StepsDocument } from "./document.ts";
import { daysOf, activeMsOf } from "./duration.ts";
import type { Feed } from "./feeds.ts";
import type { StepsRule, TraitRule } from "./full-model.ts";
import { numberOf } from "./scalar-test.ts";
import { toUnits, type Units } from "./units.ts";

/** What a trait's value is worth; `undefined` where it is not known. */
export function traitWorth(rule: TraitRule, value: Scalar | undefined): Units {
  if (rule.value) {
    const number = numberOf(value);
    return toUnits(number === undefined ? rule.unknown : number * (rule.points ?? 1));
  }
  if (value === undefined) return toUnits(rule.unknown);
  const { map = {} } = rule;
  const text = String(value);
  return toUnits(Object.hasOwn(map, text) ? (map[text] ?? 0) : rule.otherwise);
}

/** A rule of steps, made ready. */
export interface Steps {
  /** Its points as of a day, from the entries before `end` of its feed that are not before `begin`. */
  readonly worth: (feed: Feed, begin: number, end: number, at: Day) => Units;
  /** The days after `at`, up to `to`, on which its points may change by themselves. */
  readonly turns: (feed: Feed, begin: number, end: number, at: Day, to: Day) => Day[];
}

export function compileSteps({ steps }: StepsRule): Steps {
  const table = Object.entries(steps.points)
    .map(([from, points]) => ({ from: quantityOf(steps.of, from), units: toUnits(points) }))
    .sort((a, b) => b.from - a.from);
  const within = steps.within === undefined ? Infinity : daysOf(steps.within);
  const never = toUnits(steps.never ?? 0);

  function isSeen({ days, untils }: Feed, i: number, at: Day): boolean {
    return (days[i] ?? 0) > at - within && (untils?.[i] ?? Infinity) > at;
  }

  const values = createValueWindow();
  const maxima = createMaxWindow();

  function quantity(feed: Feed, begin: number, end: number, at: Day): number {
    if (feed.untils) return quantityOfHolding(feed, begin, end, at);
    const first = at - within + 1;
    if (feed.values) return values.count(feed.days, feed.values, begin, end, first);
    const from = firstFrom(feed.days, first, begin, end);
    if (steps.of === "max") return maxima.max(feed.amounts, begin, from, end);
    const sum = (sumsOf(feed)[end] ?? 0) - (sumsOf(feed)[from] ?? 0);
    return steps.of === "value" ? sum / VALUE_UNITS : sum;
  }

  /** Of visits over midnight, whose parts may no longer hold. */
  function quantityOfHolding(feed: Feed, begin: number, end: number, at: Day): number {
    const different = new Set<string>();
    let sum = 0;
    let max = -Infinity;
    for (let i = end - 1; i >= begin && (feed.days[i] ?? 0) > at - within; i -= 1) {
      if (!isSeen(feed, i, at)) continue;
      if (feed.values) different.add(feed.values[i] ?? "");
      sum += feed.amounts[i] ?? 0;
      max = Math.max(max, feed.amounts[i] ?? 0);
    }
    if (steps.of === "max") return max;
    if (steps.of === "value") return sum / VALUE_UNITS;
    return feed.values ? different.size : sum;
  }

  /** Sums of a feed's entries before each place, made once: windows are then a difference. */
  let sums: readonly number[] | undefined;
  function sumsOf({ amounts }: Feed): readonly number[] {
    if (sums) return sums;
    let sum = 0;
    sums = [0, ...amounts.map((amount) => (sum += amount))];
    return sums;
  }

  function daysSince(feed: Feed, begin: number, end: number, at: Day): number | undefined {
    for (let i = end - 1; i >= begin; i -= 1) if (isSeen(feed, i, at)) return at - (feed.days[i] ?? 0);
    return undefined;
  }

  if (steps.of === "recency") {
    return {
      worth(feed, begin, end, at) {
        const since = daysSince(feed, begin, end, at);
        return since === undefined ? never : stepAt(table, since);
      },
      turns(feed, begin, end, at) {
        const since = daysSince(feed, begin, end, at);
        return since === undefined
          ? []
          : table.map(({ from }) => at - since + from).filter((day) => day > at);
      },
    };
  }
  return {
    worth: (feed, begin, end, at) => stepAt(table, quantity(feed, begin, end, at)),
    turns({ days }, begin, end, at, to) {
      const turns: Day[] = [];
      for (let i = firstFrom(days, at - within + 1, begin, end); i < end; i += 1) {
        const day = (days[i] ?? 0) + within;
        if (day > to) break;
        if (day !== turns.at(-1)) turns.push(day);
      }
      return turns;
    },
  };
}

/** The first place from `begin` to before `end` whose day is not before `day`; `end` where there is none. */
function firstFrom(days: readonly Day[], day: Day, begin: number, end: number): number {
  let low = begin;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle] ?? 0) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Counts different values from a day on, of entries that grow at their end. */
function createValueWindow() {
  /** By value the last day, in the order of these days. */
  let last = new Map<string, Day>();
  let begun = 0;
  let to = 0;
  return {
    count(days: readonly Day[], values: readonly string[], begin: number, end: number, first: Day): number {
      if (begin !== begun || end < to) {
        last = new Map();
        begun = begin;
        to = begin;
      }
      for (; to < end; to += 1) {
        const value = values[to] ?? "";
        last.delete(value);
        last.set(value, days[to] ?? 0);
      }
      let count = last.size;
      for (const day of last.values()) {
        if (day >= first) break;
        count -= 1;
      }
      return count;
    },
  };
}

/** Finds the largest amount from a place on, of entries that grow at their end. */
function createMaxWindow() {
  /** The places that are larger than all after them, ascending. */
  let peaks: number[] = [];
  let begun = 0;
  let to = 0;
  return {
    max(amounts: readonly number[], begin: number, from: number, end: number): number {
      if (begin !== begun || end < to) {
        peaks = [];
        begun = begin;
        to = begin;
      }
      for (; to < end; to += 1) {
        while (peaks.length > 0 && (amounts[peaks.at(-1) ?? 0] ?? 0) <= (amounts[to] ?? 0)) peaks.pop();
        peaks.push(to);
      }
      const peak = peaks[firstFrom(peaks, from, 0, peaks.length)];
      return peak === undefined ? -Infinity : (amounts[peak] ?? 0);
    },
  };
}

function stepAt(table: readonly { from: number; units: Units }[], quantity: number): Units {
  return table.find(({ from }) => quantity >= from)?.units ?? 0;
}

function quantityOf(of: StepsDocument["of"], key: string): number {
  if (of === "active") return activeMsOf(key);
  return of === "recency" ? daysOf(key) : Number(key);
}
