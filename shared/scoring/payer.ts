import type { Day } from "../day.ts";
import type { Decay } from "./decay.ts";
import type { RuleLimit } from "./document.ts";

/** The part of a limit that is in points. */
export type PointsLimit = Extract<RuleLimit, { points: number }>;

/** Who pays into a limited sum. */
export interface Payer {
  readonly points: number;
  readonly decay: Decay;
  /** The most that it may bring a day by itself, in points; `Infinity` where there is no such limit. */
  readonly perDay: number;
}

/** A payment; `source` is the place of its payer. */
export interface Entry {
  readonly day: Day;
  readonly source: number;
  readonly times: number;
}

/** What is paid from day to day, cut to the most that a period may bring: days first, then the longer period. */
export interface LimitedSum {
  /** Best in the order of days; a late one costs more. */
  add(entry: Entry): void;
  /**
   * Points as of two days, see `RuleRun.worth`. Nothing more will be added that is dated up to `now`. `extras` count
   * this time only, and are in the order of days.
   */
  read(gains: Day, losses: Day, now: Day, extras: readonly Entry[]): LimitedPoints;
}

export interface LimitedPoints {
  readonly points: number;
  /** Whether a limit has been reached. */
  readonly isCut: boolean;
}

/** What holds the payers of a sum, in points. */
export interface Limits {
  readonly payers: readonly Payer[];
  readonly perDay: number;
  /** Whether a day has a limit, of all or of one payer. */
  readonly hasDayLimits: boolean;
  /** Of the longer period. */
  readonly most: number;
  /** −1 where the limits are on what is taken. */
  readonly sign: 1 | -1;
}

/** What a payment is worth, not cut. */
export function worthOf({ points, decay }: Payer, times: number, day: Day, gains: Day, losses: Day): number {
  const worth = points * times;
  return worth * decay.factor((worth < 0 ? losses : gains) - day);
}

/** Cut to what its payer may bring a day. */
export function cutOf({ points, perDay }: Payer, worth: number): number {
  const own = points < 0 ? -1 : 1;
  return own * worth > perDay ? own * perDay : worth;
}
