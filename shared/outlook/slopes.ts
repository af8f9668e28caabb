import type { Units } from "../scoring/units.ts";
import type { Jump } from "./pieces.ts";

/** Totals that go on as they went on a lag before, but for jumps. */
export interface Sloped {
  readonly lag: number;
  readonly base: Units;
  readonly jumps: readonly Jump[];
}

export function inSlopes(totals: readonly Units[], lag: number): Sloped {
  const jumps: Jump[] = [];
  totals.forEach((total, at) => {
    const by = at === 0 ? 0 : total - expected(totals, at, lag);
    if (by !== 0) jumps.push({ at, by });
  });
  return { lag, base: totals[0] ?? 0, jumps };
}

/** What follows from the days before. */
export function expected(totals: ArrayLike<Units>, at: number, lag: number): Units {
  if (at < 2 * lag) return totals[at - 1] ?? 0;
  return 2 * (totals[at - lag] ?? 0) - (totals[at - 2 * lag] ?? 0);
}
