import type { DecayDocument } from "./document.ts";
import { daysOf } from "./duration.ts";

/** What is left of points by their age. */
export interface Decay {
  /** From 1 down to 0, for an age in whole days from 0 on; it never rises. */
  readonly factor: (ageDays: number) => number;
  /** The age from which the factor stays the same; `Infinity` where it fades for ever. */
  readonly settledAfter: number;
  /** Whether each day takes the same part of what is left: factors of ages in a row can be multiplied. */
  readonly isEven?: boolean;
}

const NO_DECAY: Decay = { factor: () => 1, settledAfter: 0 };

export function compileDecay(decay: DecayDocument): Decay {
  if (decay === "none") return NO_DECAY;
  if ("expire" in decay) return inSteps([[daysOf(decay.expire), 0]]);
  if ("linear" in decay) {
    const { percent, every } = decay.linear;
    const days = daysOf(every);
    const last = Math.ceil(100 / percent) * days;
    return remembered({
      factor: (age) => Math.max(0, 100 - Math.floor(age / days) * percent) / 100,
      settledAfter: last,
    });
  }
  if ("halfLife" in decay) {
    const days = daysOf(decay.halfLife);
    return exponential((age) => 2 ** (-age / days));
  }
  if ("steps" in decay) {
    return inSteps(Object.entries(decay.steps).map(([age, percent]) => [daysOf(age), percent / 100]));
  }
  const left = 1 - decay.percent / 100;
  const every = daysOf(decay.every ?? "1d");
  if (every === 1) return exponential((age) => left ** age);
  return remembered({ factor: (age) => left ** Math.floor(age / every), settledAfter: Infinity });
}

function exponential(factor: Decay["factor"]): Decay {
  return { ...remembered({ factor, settledAfter: Infinity }), isEven: true };
}

function inSteps(steps: [age: number, factor: number][]): Decay {
  const newestFirst = steps.sort((a, b) => b[0] - a[0]);
  const factor = (age: number) => newestFirst.find(([from]) => age >= from)?.[1] ?? 1;
  return remembered({ factor, settledAfter: newestFirst[0]?.[0] ?? 0 });
}

/** Factors are worked out once for each age. */
function remembered({ factor, settledAfter }: Decay): Decay {
  const known: number[] = [];
  return {
    settledAfter,
    factor(age) {
      if (age >= settledAfter) return (known[settledAfter] ??= factor(settledAfter));
      if (age >= MOST_REMEMBERED) return factor(age);
      return (known[age] ??= factor(age));
    },
  };
}

/** Days, some eleven years: older points are rare, and the table stays small. */
const MOST_REMEMBERED = 4_096;
