import type { Day } from "../day.ts";
import type { Facts } from "../facts.ts";
import type { CompiledModel } from "./compile.ts";
import { createModelRun } from "./model-run.ts";
import { createWalk, type Place } from "./walk.ts";

/** Entering or leaving a band, at the end of a day. */
export interface BandChange {
  readonly day: Day;
  readonly from: string | null;
  readonly to: string | null;
  /** Whether something happened on that day, or points have faded. */
  readonly cause: "event" | "decay";
}

/** The changes of band on the days `from` to `to`, ascending. Before the first fact a contact has no band. */
export function bandChanges(compiled: CompiledModel, facts: Facts, from: Day, to: Day): BandChange[] {
  const run = createModelRun(compiled, facts, to);
  const walk = createWalk(run);
  const changes: BandChange[] = [];
  let band: string | null = null;
  let next: Day | undefined;
  const note = (place: Place, cause: BandChange["cause"]) => {
    const now = place.standing.band;
    if (now !== band && place.at >= from) changes.push({ day: place.at, from: band, to: now, cause });
    band = now;
  };
  const silent = (until: Day) => {
    if (next === undefined) return;
    walk.silent(next, until, (place) => {
      note(place, "decay");
      return "go on";
    });
  };
  for (const day of run.history.days) {
    silent(day - 1);
    note(walk.step(day), "event");
    next = day + 1;
  }
  silent(to);
  return changes;
}
