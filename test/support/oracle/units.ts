/** Points are summed as whole billionths. */
const UNITS_PER_POINT = 1e9;
const MOST_POINTS = 1_000_000;

export function toUnits(points: number): number {
  return Math.round(points * UNITS_PER_POINT);
}

export function toPoints(units: number): number {
  return units / UNITS_PER_POINT + 0;
}

/** Whole points, rounded down. */
export function wholePoints(units: number): number {
  return Math.floor(units / UNITS_PER_POINT);
}

/** Nothing brings or costs more than a million points. */
export function clampToMillion(units: number): number {
  return clamp(units, { min: -MOST_POINTS, max: MOST_POINTS });
}

/** Clamps units to bounds that are written in points. */
export function clamp(units: number, bounds: { readonly min?: number; readonly max?: number }): number {
  let clamped = units;
  if (bounds.max !== undefined) clamped = Math.min(clamped, toUnits(bounds.max));
  if (bounds.min !== undefined) clamped = Math.max(clamped, toUnits(bounds.min));
  return clamped;
}

export function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
