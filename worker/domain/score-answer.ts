import { dayToIso, type Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import type { Facts } from "../../shared/facts.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { explain, type Line } from "../../shared/scoring/explain.ts";
import { changeAfter } from "../../shared/scoring/next-change.ts";
import { type Stand, standOn, summaryOf } from "../../shared/scoring/score.ts";
import type { ExplainLine, ScoreAnswer, Snapshot } from "../../shared/wire.ts";
import { type ScoreDifference, scoreDifference } from "./score-difference.ts";

/** The short answer that goes back to a browser with each request. */
export function snapshotOf(contact: Ref, model: CompiledModel, at: Day, { place }: Stand): Snapshot {
  const { id, version } = model;
  const { score, band } = summaryOf(model, place);
  return { contact, model: id, version, at: dayToIso(at), score, band };
}

export function scoreAnswer(
  contact: Ref,
  facts: Facts,
  model: CompiledModel,
  at: Day,
  withReasons: boolean,
): ScoreAnswer {
  const stand = standOn(model, facts, at);
  const reasons = withReasons ? { explain: explain(stand.run, stand.place).map(explainLine) } : {};
  const { change, knownTo } = changeAfter(stand);
  return {
    contact,
    model: model.id,
    version: model.version,
    ...summaryOf(model, stand.place),
    at: dayToIso(at),
    nextChange: change && { ...change, at: dayToIso(change.at) },
    ...(knownTo === undefined ? {} : { nextChangeKnownTo: dayToIso(knownTo) }),
    ...reasons,
  };
}

/** Where anybody stands, whoever it is. */
export type AnyStanding = Omit<ScoreAnswer, "contact">;

/** Of somebody who has done nothing. */
export function standingOfNobody(model: CompiledModel, at: Day): AnyStanding {
  const { contact: _, ...standing } = scoreAnswer("anon:", {}, model, at, false);
  return standing;
}

function explainLine({ first, last, occurrences, ...line }: Line): ExplainLine {
  return {
    ...line,
    ...(first === undefined ? {} : { first: dayToIso(first) }),
    ...(last === undefined ? {} : { last: dayToIso(last) }),
    ...(occurrences && { occurrences: occurrences.map((each) => ({ ...each, day: dayToIso(each.day) })) }),
  };
}

/** What a draft of a model makes of a contact, beside the live model where there is one. */
export interface PreviewResult {
  readonly contact: Ref;
  readonly live: ScoreAnswer | null;
  readonly draft: ScoreAnswer;
  readonly difference: ScoreDifference | null;
}

export function previewOf(
  contact: Ref,
  facts: Facts,
  models: { readonly live: CompiledModel | undefined; readonly draft: CompiledModel },
  at: Day,
): PreviewResult {
  const live = models.live ? scoreAnswer(contact, facts, models.live, at, true) : null;
  const draft = scoreAnswer(contact, facts, models.draft, at, true);
  return { contact, live, draft, difference: live && scoreDifference(live, draft) };
}
