import { type Allowance, type FullAt, spend, tokensLeft, waitMs } from "./token-bucket.ts";

/** Buckets by name, in memory, and never more of them than a limit. */
export interface Buckets {
  /** How long until something may be taken; 0 for now. */
  wait(name: string, allowance: Allowance, now: number): number;
  left(name: string, allowance: Allowance, now: number): number;
  spend(name: string, count: number, allowance: Allowance, now: number): void;
  readonly size: number;
}

/**
 * Where there are too many, those are forgotten that were used longest ago, and begin full again: whoever has so many
 * names is held by other limits.
 */
export function createBuckets(most: number): Buckets {
  /** The longest ago used first. */
  const buckets = new Map<string, FullAt>();

  return {
    wait: (name, allowance, now) => waitMs(buckets.get(name) ?? 0, allowance, now),
    left: (name, allowance, now) => tokensLeft(buckets.get(name) ?? 0, allowance, now),
    spend(name, count, allowance, now) {
      const fullAt = spend(buckets.get(name) ?? 0, count, allowance, now);
      buckets.delete(name);
      buckets.set(name, fullAt);
      if (buckets.size <= most) return;
      for (const oldest of buckets.keys()) {
        buckets.delete(oldest);
        return;
      }
    },
    get size() {
      return buckets.size;
    },
  };
}
