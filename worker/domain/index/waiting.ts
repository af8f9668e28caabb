import { LONGEST_RETRY_MS, LONGEST_WAIT_MS, QUIET_MS } from "./index-limits.ts";

/**
 * A contact that waits to be asked: since when, when it told something last, and how often it could not be asked. In milliseconds.
 */
export interface Waiting {
  since: number;
  lastAt: number;
  failures: number;
}

/** As it is kept on disk: the number of a contact's object, and since when it waits. */
export type WaitingSince = readonly [object: string, since: number];

export function newWaiting(now: number): Waiting {
  return { since: now, lastAt: now, failures: 0 };
}

/** When to ask: one that is never quiet is asked all the same; one that cannot be asked, later each time. */
export function dueAt({ since, lastAt, failures }: Waiting): number {
  if (failures > 0) return since + Math.min(QUIET_MS * 2 ** failures, LONGEST_RETRY_MS);
  return Math.min(lastAt + QUIET_MS, since + LONGEST_WAIT_MS);
}

/** When the first of them is to be asked. */
export function nextDue(all: Iterable<Waiting>): number {
  let next = Infinity;
  for (const waiting of all) next = Math.min(next, dueAt(waiting));
  return next;
}
