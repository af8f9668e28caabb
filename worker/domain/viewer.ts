import type { Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import type { Facts } from "../../shared/facts.ts";
import type { ModelStanding } from "../../shared/lead.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { type Stand, standOn, summarize, summaryOf } from "../../shared/scoring/score.ts";
import type { Standing } from "../../shared/scoring/standings.ts";
import type { ScoreAnswer, Snapshot } from "../../shared/wire.ts";
import type { ContactState } from "./ledger.ts";
import { scoreAnswer, snapshotOf } from "./score-answer.ts";

/**
 * In whose browser something is read. It sees what its own source did, and no name of the contact that others may be part
 * of, too; if a token of the site's backend says which user of it they are, also the standing of the whole.
 */
export interface Viewer {
  readonly source: Ref;
  readonly user?: Ref | undefined;
}

/**
 * What a viewer's own source comes to, and where it stands: with that or, verified, with the whole contact. `known` is the whole contact
 * as it has just been looked at.
 */
function seenStands(
  { source, user }: Viewer,
  { total }: ContactState,
  model: CompiledModel,
  at: Day,
  known?: Stand,
): { readonly own: Stand; readonly shown: Stand } {
  const facts = ownFacts(total.facts, source);
  const whole = () => (known?.place.at === at ? known : standOn(model, total.facts, at));
  if (facts === total.facts) {
    const stand = whole();
    return { own: stand, shown: stand };
  }
  const own = standOn(model, facts, at);
  return { own, shown: user ? whole() : own };
}

export function snapshotFor(
  viewer: Viewer,
  state: ContactState,
  model: CompiledModel,
  at: Day,
  known?: Stand,
): Snapshot {
  const { own, shown } = seenStands(viewer, state, model, at, known);
  return { ...snapshotOf(viewer.source, model, at, own), band: shown.place.standing.band };
}

/** The same with grade and cell. */
export function standingFor(
  viewer: Viewer,
  state: ContactState,
  model: CompiledModel,
  at: Day,
  known?: Stand,
): Omit<ModelStanding, "version"> {
  const { own, shown } = seenStands(viewer, state, model, at, known);
  const { band, grade, cell } = shown.place.standing;
  return {
    score: summaryOf(model, own.place).score,
    band,
    ...(grade === undefined ? {} : { grade }),
    ...(cell === undefined ? {} : { cell }),
  };
}

export function scoreFor(
  { source, user }: Viewer,
  { total }: ContactState,
  model: CompiledModel,
  at: Day,
  withReasons: boolean,
): ScoreAnswer {
  const own = ownFacts(total.facts, source);
  const answer = scoreAnswer(source, own, model, at, withReasons);
  if (!user || own === total.facts) return answer;
  const { band: _, grade: _grade, cell: _cell, cellName: _name, ...mine } = answer;
  return { ...mine, ...standingOf(model, total.facts, at), nextChange: null };
}

function standingOf(model: CompiledModel, facts: Facts, at: Day): Standing {
  const { at: _, score: _score, axes: _axes, excluded: _excluded, ...standing } = summarize(model, facts, at);
  return standing;
}

/** Most contacts are one source. */
function ownFacts(facts: Facts, source: Ref): Facts {
  for (const each in facts) if (each !== source) return only(facts, source);
  return facts;
}

function only(facts: Facts, source: Ref): Facts {
  const own = facts[source];
  return own ? { [source]: own } : {};
}
