import type { Day } from "../day.ts";
import type { Facts } from "../facts.ts";
import type { CompiledModel } from "./compile.ts";
import { explain, type Line } from "./explain.ts";
import { type Asked, createModelRun, type ModelRun } from "./model-run.ts";
import type { Standing } from "./standings.ts";
import { toPoints } from "./units.ts";
import { createWalk, type Place, type Walk } from "./walk.ts";

export interface Score extends Standing {
  readonly at: Day;
  readonly score: number;
  readonly axes: Readonly<Record<string, number>>;
  /** Why the contact is left unscored; the score is 0 then. */
  readonly excluded?: string;
  /** The reasons: their points add up to the score. */
  readonly lines: readonly Line[];
}

/** Scores the facts up to and including the day `at`. Pure, and the same wherever it runs. */
export function scoreFacts(compiled: CompiledModel, facts: Facts, at: Day): Score {
  const { run, place } = standOn(compiled, facts, at);
  return { ...summaryOf(compiled, place), lines: explain(run, place) };
}

/** The score without its reasons, in less time. */
export function summarize(compiled: CompiledModel, facts: Facts, at: Day): Omit<Score, "lines"> {
  return summaryOf(compiled, standOn(compiled, facts, at).place);
}

export function summaryOf(compiled: CompiledModel, place: Place): Omit<Score, "lines"> {
  const { at, axes, total, standing, excluded } = place;
  const scored = excluded === undefined;
  return {
    at,
    score: scored ? toPoints(total) : 0,
    axes: Object.fromEntries(compiled.axes.map(({ name }, i) => [name, scored ? toPoints(axes[i] ?? 0) : 0])),
    ...standing,
    ...(scored ? {} : { excluded }),
  };
}

export interface Stand {
  readonly run: ModelRun;
  readonly walk: Walk;
  readonly place: Place;
}

/** Goes to the end of a day: straight there, or through all days before it where the model wants that. */
export function standOn(compiled: CompiledModel, facts: Facts, at: Day, asked?: Asked): Stand {
  const run = createModelRun(compiled, facts, at, asked);
  const walk = createWalk(run);
  if (compiled.replays) {
    let next: Day | undefined;
    for (const day of run.history.days) {
      if (next !== undefined) walk.silent(next, day - 1, goOn);
      walk.step(day);
      next = day + 1;
    }
    if (next !== undefined) walk.silent(next, at - 1, goOn);
  }
  return { run, walk, place: walk.step(at) };
}

function goOn(): "go on" {
  return "go on";
}
