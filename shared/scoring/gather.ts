import type { Day } from "../day.ts";

/** Gathers occurrences, or different values; the oldest are used up first. */
export interface Gathered {
  add(day: Day, amount: number, value: string): void;
  /** How many there are from a day on. */
  since(day: Day): number;
  /** Forgets what lies before a day. */
  drop(before: Day): void;
  use(count: number): void;
}

export function gatherTimes(): Gathered {
  const days: Day[] = [];
  const left: number[] = [];
  let from = 0;
  let total = 0;
  return {
    add(day, amount) {
      days.push(day);
      left.push(amount);
      total += amount;
    },
    since(day) {
      if (from === days.length || (days[from] ?? 0) >= day) return total;
      let sum = 0;
      for (let i = days.length - 1; i >= from && (days[i] ?? 0) >= day; i -= 1) sum += left[i] ?? 0;
      return sum;
    },
    drop(before) {
      while (from < days.length && (days[from] ?? 0) < before) {
        total -= left[from] ?? 0;
        from += 1;
      }
    },
    use(count) {
      total -= count;
      let rest = count;
      while (rest > 0 && from < days.length) {
        const used = Math.min(rest, left[from] ?? 0);
        left[from] = (left[from] ?? 0) - used;
        rest -= used;
        if (left[from] === 0) from += 1;
      }
    },
  };
}

export function gatherValues(): Gathered {
  /** By value, ordered by the day on which it was last seen, and by text within a day. */
  const seen = new Map<string, Day>();
  return {
    add(day, _, value) {
      seen.delete(value);
      seen.set(value, day);
    },
    since(day) {
      let count = seen.size;
      for (const last of seen.values()) {
        if (last >= day) break;
        count -= 1;
      }
      return count;
    },
    drop(before) {
      for (const [value, day] of seen) {
        if (day >= before) return;
        seen.delete(value);
      }
    },
    use(count) {
      let rest = count;
      for (const value of seen.keys()) {
        if (rest === 0) return;
        seen.delete(value);
        rest -= 1;
      }
    },
  };
}
