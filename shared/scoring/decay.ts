import type { DecayDocument } from "./document.ts";
import { daysOf } from "./duration.ts";
import { evenSum, type FadedSum, levelSum, linearSum, steadySum } from "./faded-sum.ts";

/** What is left of points by their age. */
export interface Decay {
  /** From 1 down to 0, for an age in whole days from 0 on; it never rises. */
  readonly factor: (ageDays: number) => number;
  /** The age from which the factor stays the same; `Infinity` where it fades for ever. */
  readonly settledAfter: number;
  readonly createSum: () => FadedSum;
}

const NO_DECAY: Decay = { factor: () => 1, settledAfter: 0, createSum: steadySum };

export function compileDecay(decay: DecayDocument): Decay {
  if (decay === "none") return NO_DECAY;
  if ("expire" in decay) return inLevels([[daysOf(decay.expire), 0]]);
  if ("linear" in decay) {
    const { percent, every } = decay.linear;
    const days = daysOf(every);
    const periods = Math.ceil(100 / percent);
    const levels = (): Level[] =>
      Array.from({ length: periods }, (_, i) => [days * (i + 1), Math.max(0, 100 - percent * (i + 1)) / 100]);
    // Long periods are few levels, short ones few remainders.
    if (periods <= days) return inLevels(levels());
    return remembered({
      factor: (age) => Math.max(0, 100 - Math.floor(age / days) * percent) / 100,
      settledAfter: periods * days,
      createSum: () => linearSum(days, percent),
    });
  }
  if ("halfLife" in decay) {
    const days = daysOf(decay.halfLife);
    return even(1, (age) => 2 ** (-age / days));
  }
  if ("steps" in decay) {
    return inLevels(Object.entries(decay.steps).map(([age, percent]) => [daysOf(age), percent / 100]));
  }
  const left = 1 - decay.percent / 100;
  return even(daysOf(decay.every ?? "1d"), (periods) => left ** periods);
}

function even(every: number, left: (periods: number) => number): Decay {
  const { factor } = remembered({ factor: left, settledAfter: Infinity, createSum: steadySum });
  return {
    factor: every === 1 ? factor : (age) => factor(Math.floor(age / every)),
    settledAfter: Infinity,
    createSum: () => evenSum(every, factor),
  };
}

type Level = [age: number, factor: number];

function inLevels(levels: Level[]): Decay {
  const ascending: Level[] = [[0, 1], ...levels.sort((a, b) => a[0] - b[0])];
  const oldestFirst = ascending.toReversed();
  return remembered({
    factor: (age) => oldestFirst.find(([from]) => age >= from)?.[1] ?? 1,
    settledAfter: oldestFirst[0]?.[0] ?? 0,
    createSum: () => levelSum(ascending),
  });
}

/** Factors are worked out once for each age. */
function remembered({ factor, settledAfter, createSum }: Decay): Decay {
  const known: number[] = [];
  return {
    settledAfter,
    createSum,
    factor(age) {
      const at = Math.min(age, settledAfter);
      return at < MOST_REMEMBERED ? (known[at] ??= factor(at)) : factor(at);
    },
  };
}

/** Days, some eleven years: older points are rare, and the table stays small. */
const MOST_REMEMBERED = 4_096;
