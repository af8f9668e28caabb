import { MAX_CONFIRM } from "../shared/limits.ts";
import type { WireEvent } from "./events.ts";
import { parcelOf } from "./transport.ts";

/** What this page knows of an event. Of one that another page has left it knows nothing. */
export type Standing = typeof FRESH | typeof HANDED | typeof SETTLED;
/** Not at the collector for sure: never sent, or refused for now, or asked about and not counted. */
export const FRESH = 1;
/** Under way, or handed to the browser at the page's end: it may have arrived. */
export const HANDED = 2;
/** Acknowledged or given up, whether or not the store could delete it. */
export const SETTLED = 3;

export type Standings = ReadonlyMap<string, Standing>;

/**
 * Events kept in a browser: a busy visitor's month. Beyond it the oldest are given up; those that are too old are sent,
 * and refused.
 */
const MAX_KEPT_EVENTS = 1_000;

/** A draft that has not grown for so long has lost its page. Its page would have made it final before. */
const DRAFT_LEFT_MS = 60_000;

/** Of all that is kept: what is still to be delivered, oldest first, and what of it is given up. */
export function sift(
  kept: Iterable<WireEvent>,
  standings: Standings,
  now: number,
): [waiting: readonly WireEvent[], dropped: readonly WireEvent[]] {
  const waiting = [...kept].filter(
    (event) =>
      standings.get(event.messageId) !== SETTLED && !(event.draft && now - timeOf(event) < DRAFT_LEFT_MS),
  );
  // Within a millisecond they stand in the order of their ids, as the store gives them, or as they happened.
  waiting.sort((a, b) => timeOf(a) - timeOf(b));
  const excess = waiting.length - MAX_KEPT_EVENTS;
  // One place is for the event that tells of it.
  return [waiting, waiting.slice(0, excess > 0 ? excess + 1 : 0)];
}

/**
 * The next request: events of one visitor (that of the oldest fresh event, else of the oldest that another page has
 * left), none where there is nothing to send; and events of the same visitor that may have arrived, asked about in a
 * request that has to be made anyway.
 */
export function nextRequest(
  waiting: readonly WireEvent[],
  standings: Standings,
): [batch: readonly WireEvent[], doubtful: readonly WireEvent[]] {
  const isFresh = (event: WireEvent) => standings.get(event.messageId) === FRESH;
  const first = waiting.find(isFresh) ?? waiting.find((event) => !standings.has(event.messageId));
  const own = waiting.filter((event) => event.anonymousId === first?.anonymousId);
  const fresh = own.filter(isFresh);
  return [parcelOf(fresh[0] ? fresh : own), own.filter((event) => !isFresh(event)).slice(0, MAX_CONFIRM)];
}

export function timeOf(event: WireEvent): number {
  return Date.parse(event.timestamp);
}
