import { MAX_EVENTS_PER_BATCH } from "../../shared/limits.ts";

/** Tokens that come back evenly, up to a most. */
export interface Allowance {
  /** What a full bucket holds: so much may come at once. */
  readonly burst: number;
  /** What comes back in a minute. */
  readonly perMinute: number;
}

/**
 * A bucket is one number: the time, in milliseconds since 1970, at which it is full again. Any time that has passed is a
 * full bucket, so a new one is 0, and nothing has to run for tokens to come back.
 */
export type FullAt = number;

/** Times are added up in floating point, to a quarter of a microsecond: a hundredth of a token is nobody's. */
const ROUNDING = 0.01;

/**
 * How many tokens are left; below zero where more was taken at once than there was. No bucket is deeper in debt than by
 * the largest batch, whatever an older limit or a clock that was fast has left in it.
 */
export function tokensLeft(fullAt: FullAt, { burst, perMinute }: Allowance, now: number): number {
  const used = Math.max(0, (fullAt - now) / msPerToken(perMinute));
  return Math.max(-MAX_EVENTS_PER_BATCH, burst - used);
}

/**
 * How long until something may be taken; 0 for now. What comes in one piece is taken whole where at least one token is
 * left: else a piece larger than the bucket would never pass.
 */
export function waitMs(fullAt: FullAt, allowance: Allowance, now: number): number {
  const missing = 1 - tokensLeft(fullAt, allowance, now);
  return missing <= ROUNDING ? 0 : Math.ceil(missing * msPerToken(allowance.perMinute));
}

/** The bucket after `count` tokens were taken. */
export function spend(fullAt: FullAt, count: number, allowance: Allowance, now: number): FullAt {
  const used = allowance.burst - tokensLeft(fullAt, allowance, now) + count;
  return now + used * msPerToken(allowance.perMinute);
}

function msPerToken(perMinute: number): number {
  return 60_000 / perMinute;
}
