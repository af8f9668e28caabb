import type { Units } from "../scoring/units.ts";
import type { Fading } from "./outlook.ts";

/**
 * A constant, and of each fading what it begins with: one number for each day of its period, as payments of different
 * days fade on different days.
 */
export type Coefficients = readonly number[];

export function coefficientsOf(fadings: readonly Fading[]): number {
  return fadings.reduce((count, { every }) => count + every, 1);
}

/** The constant and the fadings as of so many days, to the nearest unit; the same bits wherever it runs. */
export function curveAt(fadings: readonly Fading[], coefficients: Coefficients, days: number): Units {
  return Math.round(unroundedAt(fadings, coefficients, days)) + 0;
}

export function unroundedAt(fadings: readonly Fading[], coefficients: Coefficients, days: number): number {
  let sum = coefficients[0] ?? 0;
  let first = 1;
  for (const { left, every } of fadings) {
    const periods = Math.floor(days / every);
    sum += (coefficients[first + days - periods * every] ?? 0) * power(left, periods);
    first += every;
  }
  return sum;
}

/** By multiplying only: `**` may round another way in another engine. */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let left = exponent; left > 0; left >>= 1) {
    if (left & 1) result *= square;
    square *= square;
  }
  return result;
}
