import { type Day, dayOf } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import type { Facts, Room, SourceFacts } from "../../shared/facts.ts";
import type { ContactState } from "./ledger.ts";

/**
 * Lets go in place of what is dated before a day. What a trait is now stays, however long ago that was stated; `current`
 * knows it, where `facts` are only a part of a contact's. A source of which nothing is left goes.
 */
export function dropBefore(facts: Facts, day: Day, room?: Room, current: Facts = facts): void {
  for (const [source, own] of Object.entries(facts) as [Ref, SourceFacts][]) {
    for (const key of Object.keys(own.days)) {
      if (Number(key) >= day) continue;
      if (room) room.buckets -= Object.keys(own.days[key] ?? {}).length;
      delete own.days[key];
    }
    const kept = own.visits.findIndex((visit) => dayOf(visit[1]) >= day);
    own.visits.splice(0, kept === -1 ? own.visits.length : kept);
    if (own.folded && own.folded[0] < day) delete own.folded;
    for (const [name, values] of Object.entries(own.traits)) {
      const now = current[source]?.traits[name]?.at(-1)?.[0];
      const left = values.filter(([at]) => dayOf(at) >= day || at === now);
      if (left.length === 0) delete own.traits[name];
      else if (left.length < values.length) own.traits[name] = left;
    }
    for (const [user, [, last]] of Object.entries(own.claims)) {
      if (dayOf(last) < day) delete own.claims[user as Ref];
    }
    if (isNothing(own)) delete facts[source];
  }
}

/** The day of the oldest thing that {@link dropBefore} would let go of; `undefined` where there is none at any time. */
export function oldestDay(facts: Facts): Day | undefined {
  let oldest = Infinity;
  const note = (day: Day) => {
    oldest = Math.min(oldest, day);
  };
  for (const own of Object.values(facts)) {
    for (const day of Object.keys(own.days)) note(Number(day));
    for (const visit of own.visits) note(dayOf(visit[1]));
    if (own.folded) note(own.folded[0]);
    for (const values of Object.values(own.traits)) for (const [at] of values.slice(0, -1)) note(dayOf(at));
    for (const [, last] of Object.values(own.claims)) note(dayOf(last));
  }
  return oldest === Infinity ? undefined : oldest;
}

/** Leaves out of what is known in memory what the site does not keep any more; its rows are trimmed later. */
export function hideBefore(state: ContactState, day: Day): void {
  const { total, room, hiddenBefore = -Infinity } = state;
  if (day <= hiddenBefore) return;
  state.hiddenBefore = day;
  const oldest = oldestDay(total.facts) ?? day;
  if (oldest >= day) return;
  state.oldestHidden = Math.min(state.oldestHidden ?? Infinity, oldest);
  dropBefore(total.facts, day, room);
}

function isNothing({ days, visits, traits, claims, folded }: SourceFacts): boolean {
  const parts = [days, traits, claims];
  return visits.length === 0 && !folded && parts.every((part) => Object.keys(part).length === 0);
}
