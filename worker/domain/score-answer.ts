import { dayToIso, type Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import type { Facts } from "../../shared/facts.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { nextChange } from "../../shared/scoring/next-change.ts";
import { type Line, scoreFacts } from "../../shared/scoring/score.ts";
import type { ExplainLine, ScoreAnswer, Snapshot } from "../../shared/wire.ts";

/** The short answer that goes back to a browser with each request. */
export function snapshotOf(contact: Ref, facts: Facts, model: CompiledModel, at: Day): Snapshot {
  const { id, version } = model.model;
  const { score, band } = scoreFacts(model, facts, at);
  return { contact, model: id, version, at: dayToIso(at), score, band };
}

export function scoreAnswer(
  contact: Ref,
  facts: Facts,
  model: CompiledModel,
  at: Day,
  explain: boolean,
): ScoreAnswer {
  const { id, version } = model.model;
  const scored = scoreFacts(model, facts, at);
  const change = nextChange(model, facts, scored);
  return {
    contact,
    model: id,
    version,
    at: dayToIso(at),
    score: scored.score,
    axes: scored.axes,
    band: scored.band,
    nextChange: change && { at: dayToIso(change.at), band: change.band },
    ...(explain ? { explain: scored.lines.map(explainLine) } : {}),
  };
}

function explainLine({ first, last, ...line }: Line): ExplainLine {
  return {
    ...line,
    ...(first === undefined ? {} : { first: dayToIso(first) }),
    ...(last === undefined ? {} : { last: dayToIso(last) }),
  };
}
