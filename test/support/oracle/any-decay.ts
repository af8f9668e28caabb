import fc from "fast-check";

import type { DecayDocument } from "../../../shared/scoring/document.ts";

const days = fc.constantFrom("1d", "7d", "2w", "30d");

const steps = fc
  .tuple(
    fc.subarray(["1d", "7d", "2w", "30d"], { minLength: 1 }),
    fc.array(fc.nat({ max: 100 }), { minLength: 4, maxLength: 4 }),
  )
  .map(([from, percents]) => {
    const falling = percents.toSorted((a, b) => b - a);
    return { steps: Object.fromEntries(from.map((key, index) => [key, falling[index] ?? 0])) };
  });

/**
 * Mostly none. The percents are such that no exact amount ends in half a billionth, where the last bit of a
 * computation would decide how it is rounded; or such that the amount is exact in binary.
 */
export const anyDecay: fc.Arbitrary<DecayDocument> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: fc.constant("none" as const), weight: 3 },
  { arbitrary: days.map((expire) => ({ expire })), weight: 1 },
  {
    arbitrary: fc.record({
      linear: fc.record({ percent: fc.constantFrom(10, 25, 30, 50, 100), every: days }),
    }),
    weight: 1,
  },
  { arbitrary: days.map((halfLife) => ({ halfLife })), weight: 1 },
  { arbitrary: fc.record({ percent: fc.constantFrom(4, 20, 25, 50, 100), every: days }), weight: 1 },
  { arbitrary: steps, weight: 1 },
);
