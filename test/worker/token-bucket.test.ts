import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { MAX_EVENTS_PER_BATCH } from "../../shared/limits.ts";
import { createBuckets } from "../../worker/domain/buckets.ts";
import { createFlushPlan, FLUSH_MS, MAX_AFTER_MS } from "../../worker/domain/flush-plan.ts";
import { type Allowance, spend, tokensLeft, waitMs } from "../../worker/domain/token-bucket.ts";

const NOW = Date.UTC(2026, 10, 25);

const allowances = fc.record({
  burst: fc.integer({ min: 1, max: 10_000 }),
  perMinute: fc.integer({ min: 1, max: 100_000 }),
});
const pieces = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 120_000 }), count: fc.integer({ min: 1, max: 300 }) }),
  { minLength: 1, maxLength: 60 },
);

describe("a bucket", () => {
  test("gives no more, in any stretch of time, than it holds, what comes back, and its last piece", () => {
    fc.assert(
      fc.property(allowances, pieces, (allowance, arrivals) => {
        const passed: { at: number; count: number }[] = [];
        let fullAt = 0;
        let at = NOW;
        for (const { afterMs, count } of arrivals) {
          at += afterMs;
          if (waitMs(fullAt, allowance, at) > 0) continue;
          fullAt = spend(fullAt, count, allowance, at);
          passed.push({ at, count });
        }
        for (const [i, from] of passed.entries()) {
          let sum = 0;
          for (const { at: until, count } of passed.slice(i)) {
            sum += count;
            const allowed = allowance.burst + ((until - from.at) / 60_000) * allowance.perMinute;
            expect(sum - count).toBeLessThan(allowed + 0.1);
          }
        }
      }),
    );
  });

  test("holds what it says, to a hundredth, whatever the speed at which it fills", () => {
    fc.assert(
      fc.property(allowances, (allowance) => {
        let fullAt = 0;
        let passed = 0;
        while (waitMs(fullAt, allowance, NOW) === 0) {
          fullAt = spend(fullAt, 1, allowance, NOW);
          passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(Math.ceil(allowance.burst * 1.01));
        expect(passed).toBeGreaterThanOrEqual(Math.floor(allowance.burst * 0.99));
      }),
      { numRuns: 30 },
    );
  });

  test("takes again after the time that it says, and not in half of it", () => {
    fc.assert(
      fc.property(allowances, fc.integer({ min: 1, max: MAX_EVENTS_PER_BATCH }), (allowance, more) => {
        const emptied = spend(0, allowance.burst, allowance, NOW);
        const fullAt = spend(emptied, more, allowance, NOW);
        const wait = waitMs(fullAt, allowance, NOW);
        expect(wait).toBeGreaterThan(0);
        expect(waitMs(fullAt, allowance, NOW + wait)).toBe(0);
        expect(waitMs(fullAt, allowance, NOW + Math.floor(wait / 2) - 1)).toBeGreaterThan(0);
      }),
    );
  });

  test("lets a piece through that is larger than itself, and then waits for all of it", () => {
    const allowance = { burst: 10, perMinute: 60 };
    expect(waitMs(0, allowance, NOW)).toBe(0);
    const fullAt = spend(0, 100, allowance, NOW);
    expect(tokensLeft(fullAt, allowance, NOW)).toBe(-90);
    expect(waitMs(fullAt, allowance, NOW)).toBe(91_000);
  });

  test("forgives a clock that was years fast, and a limit that was slower", () => {
    const allowance = { burst: 10, perMinute: 60 };
    const inYears = spend(0, 1, allowance, NOW + 5 * 365 * 86_400_000);
    expect(waitMs(inYears, allowance, NOW)).toBe((MAX_EVENTS_PER_BATCH + 1) * 1_000);
    const once = spend(inYears, 0, allowance, NOW);
    expect(waitMs(once, allowance, NOW + (MAX_EVENTS_PER_BATCH + 1) * 1_000)).toBe(0);
  });
});

test("buckets are never more than their limit, and those used last are kept", () => {
  const allowance: Allowance = { burst: 1, perMinute: 1 };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }),
      (most, names) => {
        const buckets = createBuckets(most);
        for (const name of names) {
          buckets.spend(`${name}`, 1, allowance, NOW);
          expect(buckets.size).toBeLessThanOrEqual(most);
        }
        const lastUsed = new Set(names.toReversed());
        [...lastUsed].forEach((name, i) => {
          const isKept = buckets.wait(`${name}`, allowance, NOW) > 0;
          expect([name, isKept]).toEqual([name, i < most]);
        });
      },
    ),
  );
});

describe("what is counted", () => {
  test("is kept at once, then once a minute at most, however much comes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 300 }), (gaps) => {
        const plan = createFlushPlan();
        const kept: number[] = [];
        let awaited = Infinity;
        let now = NOW;
        for (const gap of gaps) {
          now += gap;
          // Whoever waits comes first.
          if (awaited <= now) {
            if (plan.next(awaited) === 0) kept.push(awaited);
            awaited = Infinity;
          }
          const wait = plan.next(now);
          if (wait === 0) kept.push(now);
          else if (wait !== undefined) {
            expect(wait).toBeLessThanOrEqual(MAX_AFTER_MS);
            awaited = now + wait;
          }
        }
        if (gaps[0] !== undefined) expect(kept[0]).toBe(NOW + gaps[0]);
        for (const [i, at] of kept.entries()) {
          if (i > 0) expect(at - (kept[i - 1] ?? 0)).toBeGreaterThanOrEqual(FLUSH_MS);
        }
        // With a request every ten seconds nothing lies about longer than the minute and one of those.
        expect(now - (kept.at(-1) ?? now)).toBeLessThan(FLUSH_MS + 10_000);
      }),
    );
  });

  test("is kept though nobody comes when it is time, where the last one came shortly before", () => {
    const plan = createFlushPlan();
    expect(plan.next(NOW)).toBe(0);
    expect(plan.next(NOW + 30_000)).toBeUndefined();
    expect(plan.next(NOW + 50_000)).toBe(10_000);
    expect(plan.next(NOW + 51_000)).toBeUndefined();
    expect(plan.next(NOW + 60_000)).toBe(0);
  });
});
