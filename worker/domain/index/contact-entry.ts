import { DAY_MS, dayOf } from "../../../shared/day.ts";
import type { Facts } from "../../../shared/facts.ts";
import { BY_HAND } from "../../../shared/reserved-events.ts";
import type { Place } from "../../../shared/scoring/walk.ts";
import { parseSignalKey } from "../../../shared/signal.ts";
import type { Stands } from "../band-marks.ts";
import { claimsOf, traitValues } from "../contact-view.ts";
import type { ContactState } from "../ledger.ts";
import type { Links } from "../links.ts";
import { type Identity, type IndexNote, type IndexStanding, type Person, whoOf } from "./entry.ts";

/** What a contact tells the index beside what it counts. */
export function noteOf(
  object: string,
  state: ContactState,
  links: Links | undefined,
  stands: Stands,
  lastSeen: number,
  now: number,
): IndexNote {
  const standings: Record<string, IndexStanding> = {};
  for (const [model, { run, place }] of stands) {
    standings[model] = { version: run.compiled.version, ...standingOf(place) };
  }
  const who = whoOf(personOf(state, links));
  return { ...headOf(object, state, links, lastSeen), who, day: dayOf(now), standings };
}

export function headOf(object: string, state: ContactState, links: Links | undefined, lastSeen: number) {
  const { revision, deletedBefore } = state;
  return {
    object,
    epoch: deletedBefore?.deletedAt ?? 0,
    revision,
    lastSeen,
    identity: identityOf(state, links),
  };
}

function standingOf({ total, standing, excluded }: Place): Omit<IndexStanding, "version"> {
  const { band, grade, cell } = standing;
  const isExcluded = excluded !== undefined;
  return { units: isExcluded ? 0 : total, band, grade, cell, isExcluded };
}

export function personOf(state: ContactState, links: Links | undefined): Person {
  return {
    ref: state.ref,
    traits: traitValues(state.total.facts),
    claims: claimsOf(state, links?.absorbed),
  };
}

function identityOf(state: ContactState, links: Links | undefined): Identity {
  if (state.ref.startsWith("user:")) return "verified";
  if (Object.keys(links?.absorbed ?? {}).some((ref) => ref.startsWith("user:"))) return "verified";
  return claimsOf(state, links?.absorbed).length > 0 ? "claimed" : "anonymous";
}

/** When a contact itself did something last, in milliseconds; what others did for it by hand does not count. 0 where it never did. */
export function lastSeenOf(facts: Facts): number {
  let last = 0;
  for (const { days, visits } of Object.values(facts)) {
    for (const [, end] of visits) last = Math.max(last, end);
    const newest = Math.max(-Infinity, ...Object.keys(days).map(Number));
    if (newest === -Infinity || newest < Math.floor(last / DAY_MS)) continue;
    for (const [key, bucket] of Object.entries(days[newest] ?? {})) {
      if (!BY_HAND.has(parseSignalKey(key).name)) last = Math.max(last, newest * DAY_MS + bucket[5]);
    }
  }
  return last;
}
