import type { Issue } from "../../shared/scoring/issue.ts";
import { hint } from "../../shared/scoring/nearest.ts";
import { show } from "../../shared/scoring/show.ts";

const MAX_TOLD_KEYS = 10;

/** What a body says that nobody reads: passed over in silence, it would do another thing than is meant. */
export function unknownKeys(body: Readonly<Record<string, unknown>>, known: readonly string[]): Issue[] {
  return Object.keys(body)
    .filter((key) => !known.includes(key))
    .slice(0, MAX_TOLD_KEYS)
    .map((key) => ({ path: "", message: `Unknown key ${show(key)}${hint(key, known)}.` }));
}
