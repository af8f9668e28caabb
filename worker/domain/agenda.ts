import { type Day, DAY_MS, dayOf } from "../../shared/day.ts";
import { BY_HAND } from "../../shared/reserved-events.ts";
import { parseSignalKey } from "../../shared/signal.ts";
import { chainVisits } from "../../shared/visits.ts";
import type { Keeping } from "./keeping.ts";
import type { ContactState } from "./ledger.ts";
import { oldestDay } from "./retention.ts";

/** What is to be done with a contact now. */
export interface Agenda {
  /** `delete` the whole contact, of whom nothing is to be kept; `trim` what is older than the site keeps. */
  readonly due: "delete" | "trim" | undefined;
  /** When there is something to do, in milliseconds since 1970; what is due now has been since then. */
  readonly at: number;
}

/** Reads leave out at once what is too old; rows are rewritten for a week's worth of it, not each day. */
export const TRIM_EVERY_DAYS = 7;

/** A changed setting reaches a contact of which nobody hears anything at the latest after this. */
export const LOOK_AGAIN_DAYS = 90;

/**
 * What is due when. What is not due yet is so on its day at the time of day that it is now: contacts that are due on one day are not
 * all due at its midnight. After a `trim` ask again.
 */
export function agendaOf(state: ContactState, keeping: Keeping, now: number, hasOthers = false): Agenda {
  const today = dayOf(now);
  const deletion = deletionDay(state, keeping, hasOthers);
  if (deletion <= today) return { due: "delete", at: Math.max(0, deletion) * DAY_MS };
  const trimming = trimDay(state, keeping);
  if (trimming <= today) return { due: "trim", at: trimming * DAY_MS };
  const day = Math.min(deletion, trimming, today + LOOK_AGAIN_DAYS);
  return { due: undefined, at: now + (day - today) * DAY_MS };
}

/** When to try again what was due and could not be done: later each time, from a minute to six hours. */
export function retryAt(due: number, now: number): number {
  return now + Math.min(Math.max(now - due, MINUTE_MS), 6 * 60 * MINUTE_MS);
}

const MINUTE_MS = 60_000;

/**
 * The day on which nothing of the contact is to be kept any more, if nothing happens until then. What counts is when
 * something last came: a contact whose history has just been imported is not idle. Where others have been merged into it
 * it stands for all of them, also before they come.
 */
function deletionDay(
  state: ContactState,
  { retentionDays, purgeIdleVisitorsAfterDays }: Keeping,
  hasOthers: boolean,
): Day {
  const { hotDay, total } = state;
  if (retentionDays !== null && !hasOthers && Object.keys(total.facts).length === 0) return -Infinity;
  const whole = retentionDays === null ? Infinity : hotDay + retentionDays + 1;
  const isPurged = purgeIdleVisitorsAfterDays !== null && !hasOthers && isOneVisitVisitor(state);
  return Math.min(whole, isPurged ? hotDay + purgeIdleVisitorsAfterDays : Infinity);
}

function trimDay({ total, oldestHidden = Infinity }: ContactState, { retentionDays }: Keeping): Day {
  if (retentionDays === null) return Infinity;
  return Math.min(oldestHidden, oldestDay(total.facts) ?? Infinity) + retentionDays + TRIM_EVERY_DAYS;
}

/** Somebody who was here once, of whom nobody has said who it is, and for whom nobody has done anything by hand. */
function isOneVisitVisitor({ ref, total }: ContactState): boolean {
  const sources = Object.entries(total.facts);
  if (![ref, ...sources.map(([source]) => source)].every((each) => each.startsWith("anon:"))) return false;
  const days = new Set<string>();
  let visits = 0;
  for (const [, own] of sources) {
    if (own.folded || Object.keys(own.traits).length > 0 || Object.keys(own.claims).length > 0) return false;
    visits += chainVisits(own.visits).length;
    for (const [day, buckets] of Object.entries(own.days)) {
      days.add(day);
      if (Object.keys(buckets).some((signal) => BY_HAND.has(parseSignalKey(signal).name))) return false;
    }
  }
  // A visit may go on over midnight.
  return visits <= 1 && days.size <= 2;
}
