import { dayOf, type Day } from "./day.ts";
import { parseSdkEventId } from "./event-id.ts";
import { hash64 } from "./hash64.ts";
import {
  FOREIGN_IDS_PER_CONTACT,
  MAX_EVENT_AGE_MS,
  MAX_PRODUCERS_PER_SOURCE,
  MAX_RUNS_PER_PRODUCER,
} from "./limits.ts";
import { addRun, hasNumber, type Runs } from "./runs.ts";

/**
 * Which events a contact has counted. Our SDK's by producer and running number, exact for as long as an event
 * may arrive; other clients' ids as hashes, the last `FOREIGN_IDS_PER_CONTACT`.
 */
export interface Seen {
  /** By producer: the day of its last arrival, and the runs of its numbers. */
  readonly producers: Record<string, [day: Day, ...runs: Runs]>;
  /** Hashes of ids, oldest first. */
  readonly ids: Set<string>;
}

export function emptySeen(): Seen {
  return { producers: {}, ids: new Set() };
}

export type SeenAnswer = "new" | "seen" | "too_many_gaps" | "too_many_producers";

export function lookUp(seen: Seen, id: string): SeenAnswer {
  const own = parseSdkEventId(id);
  if (!own) return seen.ids.has(hash64(id)) ? "seen" : "new";
  const runs = runsOf(seen, own.producer);
  if (hasNumber(runs, own.sequence)) return "seen";
  if (runs.length === 0) return countOf(seen) < MAX_PRODUCERS_PER_SOURCE ? "new" : "too_many_producers";
  const full = runs.length >= MAX_RUNS_PER_PRODUCER * 2;
  return full && !touches(runs, own.sequence) ? "too_many_gaps" : "new";
}

/** Whether an id of our SDK is the number before or after one that was counted: to note it takes no more room. */
export function isBesideSeen(seen: Seen, id: string): boolean {
  const own = parseSdkEventId(id);
  return own !== undefined && touches(runsOf(seen, own.producer), own.sequence);
}

function touches(runs: Runs, sequence: number): boolean {
  return hasNumber(runs, sequence - 1) || hasNumber(runs, sequence + 1);
}

/** How many producers there are: looked at for each event of a new one. */
const counts = new WeakMap<Seen, number>();

function countOf(seen: Seen): number {
  const count = counts.get(seen) ?? Object.keys(seen.producers).length;
  counts.set(seen, count);
  return count;
}

/** The numbers counted of one producer. */
export function runsOf(seen: Seen, producer: string): Runs {
  return seen.producers[producer]?.slice(1) ?? [];
}

export function markSeen(seen: Seen, id: string, today: Day): void {
  const own = parseSdkEventId(id);
  if (own) addRuns(seen, own.producer, today, [own.sequence, own.sequence]);
  else addId(seen, hash64(id));
}

/** The last arrival of a producer of which something can still arrive. */
function oldestDay(today: Day): Day {
  return today - dayOf(MAX_EVENT_AGE_MS) - 1;
}

/**
 * Takes out of a part of what was seen what is remembered no more: ids that are not among the last in `total`, the whole,
 * and producers that nothing can arrive from any more. Whether there was any.
 */
export function dropForgotten(part: Seen, total: Seen, today: Day): boolean {
  let isChanged = false;
  for (const hash of part.ids) {
    if (!total.ids.has(hash)) isChanged = part.ids.delete(hash);
  }
  for (const [producer, [day]] of Object.entries(part.producers)) {
    if (day >= oldestDay(today)) continue;
    delete part.producers[producer];
    isChanged = true;
  }
  counts.delete(part);
  return isChanged;
}

/** Adds what `from` has seen to `into`, forgetting producers that nothing can arrive from any more. */
export function mergeSeen(into: Seen, from: Seen, today: Day): void {
  const oldest = oldestDay(today);
  for (const [producer, [day, ...runs]] of Object.entries(from.producers)) {
    if (day >= oldest) addRuns(into, producer, day, runs);
  }
  for (const hash of from.ids) addId(into, hash);
}

function addRuns(seen: Seen, producer: string, day: Day, added: Runs): void {
  const known = seen.producers[producer];
  const count = counts.get(seen);
  if (!known && count !== undefined) counts.set(seen, count + 1);
  const runs = runsOf(seen, producer);
  for (let i = 0; i < added.length; i += 2) addRun(runs, added[i] as number, added[i + 1] as number);
  seen.producers[producer] = [Math.max(day, known?.[0] ?? day), ...runs];
}

function addId(seen: Seen, hash: string): void {
  seen.ids.delete(hash);
  seen.ids.add(hash);
  if (seen.ids.size <= FOREIGN_IDS_PER_CONTACT) return;
  for (const oldest of seen.ids) {
    seen.ids.delete(oldest);
    return;
  }
}
