import fc from "fast-check";

/** What random models may hold; everything by default. */
export interface ModelOptions {
  /** Rules and groups that cost points. */
  readonly negativePoints?: boolean;
  readonly runningFloors?: boolean;
  readonly negativeWeights?: boolean;
  /** Tables that fall where more was done, or rise with time. */
  readonly unevenSteps?: boolean;
}

/** Whole and half points, few or many. */
export function anyPoints({ negativePoints = true }: ModelOptions): fc.Arbitrary<number> {
  return anyHalf(negativePoints ? -40 : 0, 60);
}

/** A multiple of one half. */
export function anyHalf(least: number, most: number): fc.Arbitrary<number> {
  return fc.integer({ min: least * 2, max: most * 2 }).map((halves) => halves / 2);
}

/** A table of points by some of the keys, which are in rising order; with an order its points follow it. */
export function anyTable(
  keys: readonly string[],
  points: fc.Arbitrary<number>,
  order: "any" | "rising" | "falling",
): fc.Arbitrary<Record<string, number>> {
  const some = fc.subarray([...keys], { minLength: 1, maxLength: Math.min(3, keys.length) });
  return fc.tuple(some, fc.tuple(points, points, points)).map(([chosen, values]) => {
    const ordered =
      order === "any" ? values : values.toSorted((a, b) => (order === "rising" ? a - b : b - a));
    return Object.fromEntries(chosen.map((key, index) => [key, ordered[index] ?? 0]));
  });
}

/** A `min` and a `max` in points, mostly neither. */
export function anyBounds(lowest: number, highest: number): fc.Arbitrary<{ min?: number; max?: number }> {
  const bounds = { min: anyHalf(lowest, 0), max: anyHalf(1, highest) };
  return rarely(fc.record(bounds, { requiredKeys: [] }));
}

/** One time in three; else nothing. */
export function rarely<Part extends object>(part: fc.Arbitrary<Part>): fc.Arbitrary<Partial<Part>> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant<Partial<Part>>({}) },
    { weight: 1, arbitrary: part },
  );
}
