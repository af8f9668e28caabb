import { type Day, dayOf, LAST_DAY } from "../../shared/day.ts";
import type { Facts } from "../../shared/facts.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { explain } from "../../shared/scoring/explain.ts";
import { type Stand, standOn, summaryOf } from "../../shared/scoring/score.ts";
import { traitValues } from "./contact-view.ts";
import {
  type BandMark,
  type BandMarks,
  type CrossingCause,
  type CrossingRecord,
  MAX_REASONS,
} from "./crossing-record.ts";
import type { ContactState } from "./ledger.ts";
import type { ModelsInUse } from "./models-in-use.ts";

/** A contact under each model of its site, as of a day. */
export type Stands = ReadonlyMap<string, Stand>;

/** What has been found out by looking at a contact. */
export interface Found {
  readonly stands: Stands;
  readonly marks: BandMarks;
  readonly crossings: readonly CrossingRecord[];
}

/**
 * Looks at a contact under all models, and holds it against how it was seen last: a band that is another one has been
 * crossed into. What has come with another version of the model the model has done, what only with another day has faded, unless `cause` names
 * what has just happened. One of whom nothing was known is taken as it is; one that has just begun, or that a new model has not seen, comes
 * from where somebody is who has done nothing.
 */
export function lookAt(
  { ref, total: { facts }, marks: before }: ContactState,
  models: ModelsInUse,
  now: number,
  newId: () => string,
  cause?: CrossingCause,
): Found {
  const today = dayOf(now);
  const stands = new Map<string, Stand>();
  const marks: Record<string, BandMark> = {};
  const crossings: CrossingRecord[] = [];
  for (const id of models.order) {
    const model = models.find(id);
    if (!model) continue;
    const stand = standOn(model, facts, today);
    const { band } = stand.place.standing;
    stands.set(id, stand);
    marks[id] = [band, model.version, today];
    if (!before) continue;
    const mark = before[id];
    const from = mark ? mark[0] : restingBand(model, today);
    if (from === band) continue;
    const why = cause ?? (mark && hasFaded(mark, model, facts, today) ? "decay" : "model");
    crossings.push({
      id: newId(),
      contact: ref,
      model: id,
      version: model.version,
      at: now,
      from,
      to: band,
      cause: why,
      ...recordOf(model, stand),
      traits: traitValues(facts),
    });
  }
  return { stands, marks, crossings };
}

/**
 * Whether it is time that has moved a contact since its mark, with nothing new. A version that has come meanwhile and left it
 * where it was wrote no mark: then it was still there yesterday, also under that version.
 */
function hasFaded([from, version, day]: BandMark, model: CompiledModel, facts: Facts, today: Day): boolean {
  if (version === model.version) return true;
  return day < today && standOn(model, facts, today - 1).place.standing.band === from;
}

function restingBand(model: CompiledModel, today: Day): string | null {
  return standOn(model, {}, today).place.standing.band;
}

/** Whether time or a new version of a model may have moved a contact since it was looked at. */
export function isBehind(marks: BandMarks | undefined, models: ModelsInUse, today: Day): boolean {
  // One that has just begun has none.
  if (!marks || Object.keys(marks).length === 0) return false;
  return models.order.some((id) => {
    const [, version, day] = marks[id] ?? [null, undefined, today];
    return day !== today || version !== models.find(id)?.version;
  });
}

/**
 * The first day after the one that a contact was looked at, and before `until`, on which its band under some model
 * will be another one if nothing happens; or to which that is known, where it was too far to look.
 */
export function nextCrossing(stands: Stands, until: Day = LAST_DAY): Day | undefined {
  let next: Day | undefined;
  for (const { run, walk, place } of stands.values()) {
    if (place.excluded !== undefined || run.compiled.standings.isEmpty) continue;
    const { band } = place.standing;
    const searched = walk.silent(place.at + 1, (next ?? until) - 1, (changed) => {
      if (changed.standing.band === band) return "go on";
      next = changed.at;
      return "end";
    });
    if (typeof searched !== "string") next = Math.max(place.at + 1, searched.knownTo);
  }
  return next;
}

function recordOf(model: CompiledModel, { run, place }: Stand) {
  const { score, axes, grade, cell } = summaryOf(model, place);
  const lines = explain(run, place).toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points));
  return {
    score,
    axes,
    ...(grade === undefined ? {} : { grade }),
    ...(cell === undefined ? {} : { cell }),
    reasons: lines.slice(0, MAX_REASONS).map(({ rule, label, points }) => ({ rule, label, points })),
  };
}
