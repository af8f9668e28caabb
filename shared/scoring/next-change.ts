import { type Day, LAST_DAY } from "../day.ts";
import type { Facts } from "../facts.ts";
import type { CompiledModel } from "./compile.ts";
import { type Stand, standOn } from "./score.ts";
import type { Standing } from "./standings.ts";
import type { Place } from "./walk.ts";

export interface NextChange extends Standing {
  readonly at: Day;
}

/**
 * The first day after `at` on which band, grade or cell is another if nothing happens until then, seen with the
 * facts up to `at`; `null` where there is none.
 */
export function nextChange(compiled: CompiledModel, facts: Facts, at: Day): NextChange | null {
  return changeAfter(standOn(compiled, facts, at));
}

/** The same, going on from where a score was read. */
export function changeAfter({ run, walk, place }: Stand): NextChange | null {
  if (place.excluded !== undefined || run.compiled.standings.isEmpty) return null;
  let found: Place | undefined;
  walk.silent(place.at + 1, LAST_DAY, (changed) => {
    found = changed;
    return "end";
  });
  return found ? { at: found.at, ...found.standing } : null;
}
