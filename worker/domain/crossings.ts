import { dayToIso, type Day } from "../../shared/day.ts";
import type { Facts } from "../../shared/facts.ts";
import { bandChanges } from "../../shared/scoring/band-changes.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { summarize } from "../../shared/scoring/score.ts";
import type { ModelHistory } from "./held-versions.ts";
import { compileDocument } from "./models-in-use.ts";

/** A contact's change from one band to another. */
export interface Crossing {
  /** An ISO day: the bands are those of its end and of the end of the day before. */
  readonly at: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Something happened, points have faded, or the model became another one. */
  readonly cause: "event" | "decay" | "model";
  /** The model's version that puts the contact into `to`. */
  readonly version: number;
  /** With the cause `model`: the version under which it was `from`; none where there was no such model. */
  readonly previousVersion?: number;
}

/** A version that held from the end of a day on; no `model` where it was deleted then. */
interface HeldModel {
  readonly day: Day;
  readonly version: number;
  readonly model: CompiledModel | undefined;
}

/** A model's history, ready for scoring. */
interface HeldModels {
  readonly complete: boolean;
  readonly held: readonly HeldModel[];
}

export function compileHistory(id: string, { complete, held }: ModelHistory): HeldModels {
  return {
    complete,
    held: held.map(({ day, version, document }) => ({
      day,
      version,
      model: document === null ? undefined : compileDocument(id, version, document),
    })),
  };
}

/**
 * The crossings of a contact up to `today`, newest first. On the day on which a version came, what happened
 * counts under the one before; then the two are compared with the same facts. Without a model there is no band.
 */
export function crossingsOf(history: HeldModels, facts: Facts, today: Day): Crossing[] {
  const { held } = history;
  const first = firstDay(facts);
  if (first === undefined) return [];
  const crossings = held.flatMap((now, i) => {
    const next = held[i + 1];
    const own = within(now, facts, Math.max(first, now.day + 1), Math.min(today, next?.day ?? today));
    const changed = next && next.day >= first && next.day <= today ? between(now, next, facts) : [];
    return [...own, ...changed];
  });
  // Where the history does not go back to the beginning, what was before its oldest version is not known.
  const oldest = history.complete ? held[0] : undefined;
  const begun = oldest && oldest.day >= first && oldest.day <= today ? between(undefined, oldest, facts) : [];
  return [...begun, ...crossings].toReversed();
}

function within({ model, version }: HeldModel, facts: Facts, from: Day, to: Day): Crossing[] {
  if (!model || from > to) return [];
  return bandChanges(model, facts, from, to).map(({ day, ...change }) => ({
    at: dayToIso(day),
    ...change,
    version,
  }));
}

function between(before: HeldModel | undefined, after: HeldModel, facts: Facts): Crossing[] {
  const from = bandUnder(before?.model, facts, after.day);
  const to = bandUnder(after.model, facts, after.day);
  if (from === to) return [];
  const previous = before?.model ? { previousVersion: before.version } : {};
  return [{ at: dayToIso(after.day), from, to, cause: "model", version: after.version, ...previous }];
}

function bandUnder(model: CompiledModel | undefined, facts: Facts, day: Day): string | null {
  return model ? summarize(model, facts, day).band : null;
}

function firstDay(facts: Facts): Day | undefined {
  let first: Day | undefined;
  for (const source of Object.values(facts)) {
    for (const day in source.days) first = Math.min(first ?? Number(day), Number(day));
  }
  return first;
}
