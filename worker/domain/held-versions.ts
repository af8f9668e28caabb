import { dayOf, type Day } from "../../shared/day.ts";
import { MAX_CROSSING_VERSIONS } from "./model-limits.ts";
import type { VersionHead } from "./model-versions.ts";

/** Which versions of a model held from a day on. */
export interface ModelHistory {
  /** Whether it is known what held on all of these days: else not before the oldest of the versions. */
  readonly complete: boolean;
  /** Oldest first; the first of them may have come before the day. */
  readonly held: readonly HeldVersion[];
}

/** A version that held from a moment on, until the next. */
export interface HeldVersion {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether there was no model from then on. */
  readonly deleted: boolean;
}

/** Of versions, newest first, those that held from a day on, as many as crossings are worked out from. */
export function modelHistory(versions: readonly VersionHead[], from: Day): ModelHistory {
  const before = versions.findIndex(({ at }) => dayOf(at) < from);
  const all = before === -1 ? versions : versions.slice(0, before + 1);
  const newest = all.slice(0, MAX_CROSSING_VERSIONS);
  const reachesBack = before !== -1 || versions.at(-1)?.version === 1;
  return {
    complete: reachesBack && newest.length === all.length,
    held: newest.map(({ version, at, deleted }) => ({ version, at, deleted })).toReversed(),
  };
}
