import { dayOf, type Day } from "../../shared/day.ts";
import { MAX_CROSSING_VERSIONS } from "./model-limits.ts";
import type { VersionHead } from "./model-versions.ts";

/** Which versions of a model held at the end of which days. */
export interface ModelHistory {
  /** Whether it goes back to the first version. */
  readonly complete: boolean;
  /** Oldest first. */
  readonly held: readonly HeldVersion[];
}

/** A version that held at the end of a day, and of those after it until the next. */
interface HeldVersion {
  readonly day: Day;
  readonly version: number;
  /** JSON text; `null` where the model was deleted then. */
  readonly document: string | null;
}

/** Of versions, newest first, the last one of each day, as many as crossings are worked out from. */
export function modelHistory(
  versions: readonly VersionHead[],
  documentOf: (head: VersionHead) => string | null,
): ModelHistory {
  const ends = new Map<Day, VersionHead>();
  for (const head of versions) {
    const day = dayOf(head.at);
    if (!ends.has(day)) ends.set(day, head);
  }
  const newest = [...ends].sort((a, b) => b[0] - a[0]).slice(0, MAX_CROSSING_VERSIONS);
  const held = newest.map(([day, head]) => ({ day, version: head.version, document: documentOf(head) }));
  return { complete: newest.length === ends.size && versions.at(-1)?.version === 1, held: held.toReversed() };
}
