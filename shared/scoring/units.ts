/**
 * Sums of points are made of whole billionths, so that they are exact whatever the order. In billionths a million
 * points are 10^15, and a few of them still fit below 2^53.
 */
export type Units = number;

const UNITS_PER_POINT = 1_000_000_000;

/** The most that a rule, a group, an axis and the total come to, either way: sums of whole units stay exact. */
const MAX_SCORE_UNITS: Units = 1_000_000 * UNITS_PER_POINT;

export function toUnits(points: number): Units {
  return clampUnits(Math.round(points * UNITS_PER_POINT) + 0);
}

export function toPoints(units: Units): number {
  return units / UNITS_PER_POINT + 0;
}

export function clampUnits(units: Units): Units {
  return Math.max(-MAX_SCORE_UNITS, Math.min(MAX_SCORE_UNITS, units));
}
