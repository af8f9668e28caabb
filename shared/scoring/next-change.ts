import { type Day, LAST_DAY } from "../day.ts";
import type { Facts } from "../facts.ts";
import type { CompiledModel } from "./compile.ts";
import { type Stand, standOn } from "./score.ts";
import type { Standing } from "./standings.ts";
import type { Place } from "./walk.ts";

export interface NextChange extends Standing {
  readonly at: Day;
}

/** What a search for the next change has found. */
export interface FoundChange {
  /** `null` where there is none. */
  readonly change: NextChange | null;
  /** Only where the search was given up: there is no change up to this day, and what comes after is not known. */
  readonly knownTo?: Day;
}

/**
 * The first day after `at` on which band, grade or cell is another if nothing happens until then, seen with the
 * facts up to `at`; `null` where there is none, or none was found in a bounded time.
 */
export function nextChange(compiled: CompiledModel, facts: Facts, at: Day): NextChange | null {
  return changeAfter(standOn(compiled, facts, at)).change;
}

/** The same, going on from where a score was read. */
export function changeAfter({ run, walk, place }: Stand): FoundChange {
  if (place.excluded !== undefined || run.compiled.standings.isEmpty) return { change: null };
  let found: Place | undefined;
  const searched = walk.silent(place.at + 1, LAST_DAY, (changed) => {
    found = changed;
    return "end";
  });
  if (found) return { change: { at: found.at, ...found.standing } };
  return typeof searched === "string" ? { change: null } : { change: null, knownTo: searched.knownTo };
}
