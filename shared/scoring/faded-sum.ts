import type { Day } from "../day.ts";

/**
 * The sum of payments that fade, carried on instead of being added up again for each day that is asked for: what
 * it costs does not grow with what was paid before.
 */
export interface FadedSum {
  /** Best in the order of days; a late one costs more. */
  add(day: Day, times: number): void;
  /** As of a day that is not before any of those added. */
  at(day: Day): number;
}

/** Nothing fades. */
export function steadySum(): FadedSum {
  let sum = 0;
  return {
    add(_, times) {
      sum += times;
    },
    at: () => sum,
  };
}

/** Each period of so many days takes the same part of what is left: `left` is what remains after some periods. */
export function evenSum(every: number, left: (periods: number) => number): FadedSum {
  return byRemainder(every, () => {
    let sum = 0;
    let last = 0;
    return {
      add(period, times) {
        if (sum === 0) last = period;
        const late = Math.max(0, last - period);
        sum = sum * left(Math.max(0, period - last)) + times * left(late);
        last = Math.max(last, period);
      },
      at: (period) => (sum === 0 ? 0 : sum * left(period - last)),
    };
  });
}

/** Each period of so many days takes the same percent of what was paid, until nothing is left. */
export function linearSum(every: number, percent: number): FadedSum {
  const life = Math.ceil(100 / percent);
  return byRemainder(every, () => {
    const times = createPrefixSums();
    const weighted = createPrefixSums();
    return {
      add(period, count) {
        times.push(period, count);
        weighted.push(period, count * period);
      },
      at(period) {
        const gone = period - life;
        const left = times.total() - times.upTo(gone);
        return (left * (100 - percent * period) + percent * (weighted.total() - weighted.upTo(gone))) / 100;
      },
    };
  });
}

/** The factor changes at some ages, which are ascending and begin with 0. */
export function levelSum(levels: readonly (readonly [age: number, factor: number])[]): FadedSum {
  const times = createPrefixSums();
  const hints = levels.map((): Hint => ({ place: 0 }));
  return {
    add: times.push,
    at(day) {
      let sum = 0;
      let before = times.total();
      levels.forEach(([, factor], i) => {
        const next = levels[i + 1]?.[0];
        const older = next === undefined || before === 0 ? 0 : times.upTo(day - next, hints[i]);
        sum += (before - older) * factor;
        before = older;
      });
      return sum;
    },
  };
}

/** Days that leave the same remainder change together, a period after the other: they have a sum of their own. */
function byRemainder(every: number, create: () => FadedSum): FadedSum {
  if (every === 1) return create();
  const sums = new Map<number, FadedSum>();
  return {
    add(day, times) {
      const remainder = day % every;
      let sum = sums.get(remainder);
      if (sum === undefined) sums.set(remainder, (sum = create()));
      sum.add((day - remainder) / every, times);
    },
    at(day) {
      let total = 0;
      for (const [remainder, sum] of sums) total += sum.at(Math.floor((day - remainder) / every));
      return total;
    },
  };
}

/** Where the days of a list end that come up to some day. */
interface Hint {
  place: number;
}

/** Sums of what was paid up to a day. */
function createPrefixSums() {
  const days: Day[] = [];
  const sums: number[] = [0];
  return {
    push(day: Day, amount: number): void {
      let place = days.length;
      while (place > 0 && (days[place - 1] ?? 0) > day) place -= 1;
      days.splice(place, 0, day);
      sums.splice(place + 1, 0, sums[place] ?? 0);
      for (let i = place + 1; i < sums.length; i += 1) sums[i] = (sums[i] ?? 0) + amount;
    },
    total: () => sums.at(-1) ?? 0,
    /** `hint` is a place that was found before, mostly for the day before this one. */
    upTo(day: Day, hint?: Hint): number {
      let low = 0;
      let high = days.length;
      if (hint && hint.place <= high && (hint.place === 0 || (days[hint.place - 1] ?? 0) <= day)) {
        low = hint.place;
        if ((days[low] ?? Infinity) > day) high = low;
        else if ((days[low + 1] ?? Infinity) > day) low = high = low + 1;
      }
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((days[middle] ?? 0) <= day) low = middle + 1;
        else high = middle;
      }
      if (hint) hint.place = low;
      return sums[low] ?? 0;
    },
  };
}
