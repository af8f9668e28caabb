import type { Day } from "../shared/day.ts";
import type { LiveModel } from "./domain/frozen-model.ts";
import { type AnyStanding, standingOfNobody } from "./domain/score-answer.ts";

const known = new WeakMap<LiveModel, { readonly at: Day; readonly standing: AnyStanding }>();

/**
 * Where somebody stands who has done nothing. It is the same for everybody, so that this isolate works it out once a day
 * for each version of a model, however many unknown visitors are asked about.
 */
export function startStanding(model: LiveModel, at: Day): AnyStanding {
  const kept = known.get(model);
  if (kept?.at === at) return kept.standing;
  const standing = standingOfNobody(model, at);
  known.set(model, { at, standing });
  return standing;
}
