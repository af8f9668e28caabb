import { dayOf, dayToIso, type Day } from "../../shared/day.ts";
import type { Facts } from "../../shared/facts.ts";
import { bandChanges } from "../../shared/scoring/band-changes.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { summarize } from "../../shared/scoring/score.ts";
import type { CrossingCause, CrossingRecord } from "./crossing-record.ts";
import { factsBefore } from "./facts-before.ts";

/** A contact's change from one band to another. */
export interface Crossing extends Partial<Omit<CrossingRecord, "at" | "cause" | "model" | "contact">> {
  /** An ISO day. */
  readonly at: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Something happened, points have faded, the model became another one; where it was recorded also by hand, or by a merge. */
  readonly cause: CrossingCause;
  /** The model's version that puts the contact into `to`. */
  readonly version: number;
  /** With the cause `model`: the version just before it, under which it was `from`; none where there was no model. */
  readonly previousVersion?: number;
  /** When it was found, in ISO 8601: of one that was recorded then, with all that was known. */
  readonly time?: string;
}

/** A version that held from a moment on; no `model` where there was none then. */
export interface HeldModel {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly model: CompiledModel | undefined;
}

/** A model's history (see `ModelHistory`), ready for scoring. */
export interface HeldModels {
  readonly complete: boolean;
  readonly held: readonly HeldModel[];
}

/**
 * The crossings of a contact up to `today`, newest first: those at the ends of days, and on a day on which the model
 * was changed also those at each change. Without a model there is no band.
 */
export function crossingsOf(history: HeldModels, facts: Facts, today: Day): Crossing[] {
  const first = firstDay(facts);
  if (first === undefined) return [];
  let { holds, from, changes } = beginning(history, first);
  const crossings: Crossing[] = [];
  for (const [day, ofDay] of byDay(changes.filter(({ at }) => dayOf(at) <= today))) {
    crossings.push(...within(holds, facts, from, day - 1), ...onDayOfChanges(holds, ofDay, facts, day));
    holds = ofDay.at(-1) ?? holds;
    from = day + 1;
  }
  crossings.push(...within(holds, facts, from, today));
  return crossings.toReversed();
}

/** The day of a contact's first fact. */
export function firstDay(facts: Facts): Day | undefined {
  let first: Day | undefined;
  for (const source of Object.values(facts)) {
    for (const day in source.days) first = Math.min(first ?? Number(day), Number(day));
  }
  return first;
}

const NO_MODEL: HeldModel = { version: 0, at: -Infinity, model: undefined };

/** What held on the first day of which crossings can be told, and what came then. */
function beginning({ complete, held }: HeldModels, first: Day) {
  // Where it is not known what held before the oldest version, the end of its day is the beginning.
  const oldest = dayOf(held[0]?.at ?? 0);
  const begun = complete ? first : Math.max(first, oldest + 1);
  const next = held.findIndex(({ at }) => dayOf(at) >= begun);
  const before = next === -1 ? held.length : next;
  return { holds: held[before - 1] ?? NO_MODEL, from: begun, changes: held.slice(before) };
}

function byDay(changes: readonly HeldModel[]): Map<Day, HeldModel[]> {
  const days = new Map<Day, HeldModel[]>();
  for (const change of changes) {
    const day = dayOf(change.at);
    const ofDay = days.get(day) ?? [];
    days.set(day, ofDay);
    ofDay.push(change);
  }
  return days;
}

function within({ model, version }: HeldModel, facts: Facts, from: Day, to: Day): Crossing[] {
  if (!model || from > to) return [];
  return bandChanges(model, facts, from, to).map(({ day, ...change }) => ({
    at: dayToIso(day),
    ...change,
    version,
  }));
}

/**
 * At each change, the band just before it under the version before, and just after it under the new one, both with the
 * same facts: only where these two differ has the model moved the contact. What is between the changes, before the
 * first and after the last of them, something that happened has done, or a night of decay. Facts are kept by day, so
 * that what happened both before and after a change is taken as from before it, see {@link factsBefore}.
 */
function onDayOfChanges(
  before: HeldModel,
  changes: readonly HeldModel[],
  facts: Facts,
  day: Day,
): Crossing[] {
  const crossings: Crossing[] = [];
  let holds = before;
  let band = bandUnder(holds, facts, day - 1);
  const note = (to: string | null, more: Omit<Crossing, "at" | "from" | "to">) => {
    if (to !== band) crossings.push({ at: dayToIso(day), from: band, to, ...more });
    band = to;
  };
  for (const change of changes) {
    const then = factsBefore(facts, change.at);
    const hasHappened = Object.values(then).some(({ days }) => days[day] !== undefined);
    const previous = holds.model ? { previousVersion: holds.version } : {};
    note(bandUnder(holds, then, day), { cause: hasHappened ? "event" : "decay", version: holds.version });
    note(bandUnder(change, then, day), { cause: "model", version: change.version, ...previous });
    holds = change;
  }
  note(bandUnder(holds, facts, day), { cause: "event", version: holds.version });
  return crossings;
}

/** Before the first fact a contact has no band. */
function bandUnder({ model }: HeldModel, facts: Facts, day: Day): string | null {
  const first = firstDay(facts);
  return model && first !== undefined && first <= day ? summarize(model, facts, day).band : null;
}
