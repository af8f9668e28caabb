import fc from "fast-check";

import type { Act } from "./act.ts";
import { DENSE_ORDER, DENSE_RESET, DENSE_VISIT } from "./dense-words.ts";
import { PLANS } from "./vocabulary.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** An act but for its time and source. */
type Deed = Omit<Act, "at" | "source">;

const visit: fc.Arbitrary<Deed> = fc.record({
  name: fc.constant(DENSE_VISIT),
  props: fc.record({ plan: fc.constantFrom(...PLANS) }, { requiredKeys: [] }),
});

const order: fc.Arbitrary<Deed> = fc.record({
  name: fc.constant(DENSE_ORDER),
  props: fc.constant({}),
  value: fc.constantFrom(50, 99, 100, 150, 200),
});

const refund: fc.Arbitrary<Deed> = fc.record({
  name: fc.constant(DENSE_ORDER),
  props: fc.constant({}),
  value: fc.constantFrom(-50, -70, -100, -150),
});

const reset: fc.Arbitrary<Deed> = fc.constant({ name: DENSE_RESET, props: {} });

const adjusted: fc.Arbitrary<Deed> = fc.record({
  name: fc.constant("Score Adjusted"),
  props: fc.constant({}),
  value: fc.constantFrom(-15, -5, 5, 12),
});

const deed = fc.oneof(
  { withCrossShrink: true },
  { weight: 16, arbitrary: visit },
  { weight: 8, arbitrary: order },
  { weight: 4, arbitrary: refund },
  { weight: 1, arbitrary: adjusted },
  { weight: 1, arbitrary: reset },
);

/** Days from one on which something happened to the next: mostly few, sometimes weeks of silence. */
const gap = fc.oneof(
  { withCrossShrink: true },
  { weight: 7, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: 4, max: 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: 14, max: 30 }) },
);

const dayOfDeeds = fc.record({
  gap,
  deeds: fc.array(fc.tuple(deed, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 2 }),
});

/** Some weeks of the same few signals, in order of time: each deed up to three times on its day. */
export const anyDenseHistory: fc.Arbitrary<Act[]> = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.array(dayOfDeeds, { minLength: 4, maxLength: 10, size: "max" }))
  .map(([firstDay, days]) => {
    let day = firstDay;
    return days.flatMap(({ gap: silence, deeds }) => {
      const today = deeds.flatMap(([one, times]) => Array.from({ length: times }, () => one));
      const acts = today.map((one, index): Act => ({
        ...one,
        source: "phone",
        at: day * DAY_MS + index * HOUR_MS,
      }));
      day += silence;
      return acts;
    });
  });
