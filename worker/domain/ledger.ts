import { dayOf, type Day } from "../../shared/day.ts";
import {
  type FactEvent,
  type LeftOut,
  type Ref,
  REJECT_REASONS,
  type RejectReason,
  WARN_REASONS,
} from "../../shared/event.ts";
import {
  addEvent,
  type Facts,
  foldOldest,
  mergeFacts,
  newRoom,
  type Room,
  type SourceFacts,
} from "../../shared/facts.ts";
import { MAX_ID_CHARS, MAX_WARNINGS_PER_ANSWER } from "../../shared/limits.ts";
import type { Runs } from "../../shared/runs.ts";
import {
  dropForgotten,
  emptySeen,
  isBesideSeen,
  lookUp,
  markSeen,
  mergeSeen,
  runsOf,
  type Seen,
} from "../../shared/seen.ts";
import type { Rejected, Warning } from "../../shared/wire.ts";
import type { BandMarks } from "./crossing-record.ts";
import type { SiteId } from "./site.ts";
import type { Allowance, FullAt } from "./token-bucket.ts";
import { type DeletedBefore, isOfDeleted } from "./tombstone.ts";

/** Facts, and which events they are made of, both by source. Two ledgers of one contact can be merged. */
export interface Ledger {
  readonly facts: Facts;
  readonly seen: Record<Ref, Seen>;
}

/**
 * A contact in memory. `total` is everything; `hot` is the part of it that has come since the last packed row
 * was written, and is written as one row with every request.
 */
export interface ContactState {
  readonly site: SiteId;
  readonly ref: Ref;
  /** Grows with every change. */
  revision: number;
  readonly total: Ledger;
  hot: Ledger;
  /** The day on which `hot` began. */
  hotDay: Day;
  /** What `total` uses of the contact's limits. */
  readonly room: Room;
  /** The bucket of what the public key may send, see `visitor-limit.ts`. */
  fullAt: FullAt;
  /** The deletion of the one who had this ref before, as long as late events of that one may come. */
  deletedBefore?: DeletedBefore;
  /** How it was seen last under each model; none where it has not been since there are marks. */
  marks?: BandMarks;
  /** Being purged: the directory may not know the contact any more, and is to be told before anything is counted. */
  isUnlisted?: boolean;
  /** What is dated before is not in `total` any more, as the site does not keep it … */
  hiddenBefore?: Day;
  /** … and of what the rows still hold of that, the oldest day. */
  oldestHidden?: Day;
}

/** Events of one source for one contact, as the Worker hands them over. */
export interface Intake {
  readonly site: SiteId;
  readonly ref: Ref;
  readonly source: Ref;
  readonly events: readonly FactEvent[];
  /** Where in its batch each of the events stood. */
  readonly places: readonly number[];
  /** Ids of events of this source that are refused for good: no gaps in its producer's numbers. */
  readonly refused: readonly string[];
  /** The producers of these events, whose counted numbers the sender is told. */
  readonly producers: readonly string[];
  /** Ids of other events of our SDK, of which the sender wants to know whether they are counted. */
  readonly confirm: readonly string[];
  /** Whether the sender is told the contact's score: only then it is worked out. */
  readonly wantsScore: boolean;
  /** Whether the sender is told a signed snapshot, too. */
  readonly wantsToken?: boolean;
  /** With the public key: how much of it the contact takes. */
  readonly allowance?: Allowance;
  readonly receivedAt: number;
  /** The users that the source is, in the order in which its events say so. */
  readonly merges?: readonly AskedMerge[];
  /** The user that a token of the site's backend says the sender is. */
  readonly verified?: Ref;
  /** Whether the sender knows which contact it has been merged into. */
  readonly isDirect?: true;
  /** Handed on by a contact that was merged: the deletion of the one that had its ref before. */
  readonly deletedBefore?: DeletedBefore;
}

/** A merge that an event asks for. */
export interface AskedMerge {
  readonly into: Ref;
  /** The event's place in the batch. */
  readonly index: number;
}

export interface IntakeResult {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: readonly Rejected[];
  readonly warnings?: readonly Warning[];
  readonly acked: Readonly<Record<string, Runs>>;
  readonly counted?: readonly string[];
}

export function emptyLedger(): Ledger {
  return { facts: {}, seen: {} };
}

/** `deletedAt` is when the one before it was deleted that had the same ref. */
export function newContact(site: SiteId, ref: Ref, today: Day, deletedAt?: number): ContactState {
  const [total, hot] = [emptyLedger(), emptyLedger()];
  const before = deletedAt === undefined ? {} : { deletedBefore: { deletedAt } };
  const begun = { revision: 0, hotDay: today, fullAt: 0, marks: {} };
  return { site, ref, total, hot, room: newRoom(), ...begun, ...before };
}

export function isEmpty(ledger: Ledger): boolean {
  for (const _ in ledger.facts) return false;
  return true;
}

/** What a ledger has of some sources, and what it has of all others; both share their parts with it. */
export function splitLedger(
  { facts, seen }: Ledger,
  sources: ReadonlySet<Ref>,
): readonly [of: Ledger, others: Ledger] {
  const parts = [emptyLedger(), emptyLedger()] as const;
  for (const [source, own] of Object.entries(facts) as [Ref, SourceFacts][]) {
    parts[sources.has(source) ? 0 : 1].facts[source] = own;
  }
  for (const [source, own] of Object.entries(seen) as [Ref, Seen][]) {
    parts[sources.has(source) ? 0 : 1].seen[source] = own;
  }
  return parts;
}

/** Counts the events that are new, in place, and says what became of each. */
export function takeIn(state: ContactState, intake: Intake, keptFrom: Day = -Infinity): IntakeResult {
  const { source, events, places, refused, producers, confirm, receivedAt } = intake;
  // Each source is held against its own: others may have come into the contact since.
  const deletion = source === state.ref ? state.deletedBefore : intake.deletedBefore;
  const today = dayOf(receivedAt);
  // A contact that never leaves memory forgets all the same.
  if (today !== state.hotDay) dropForgottenOf(state.total, state.total, today);
  const seen = (state.total.seen[source] ??= emptySeen());
  const hotSeen = (state.hot.seen[source] ??= emptySeen());
  const rejected: Rejected[] = [];
  const warnings: Warning[] = [];
  let accepted = 0;
  let duplicate = 0;
  const hotRoom: Room = { signals: state.room.signals, buckets: 0 };
  events.forEach((event, nth) => {
    const index = places[nth] ?? nth;
    const found = lookUp(seen, event.id);
    switch (found) {
      case "seen":
        duplicate += 1;
        return;
      case "too_many_gaps":
      case "too_many_producers":
        rejected.push(rejection(index, event.id, found));
        return;
      case "new":
        if (dayOf(event.at) < keptFrom || isOfDeleted(event, deletion, receivedAt)) {
          const reason = dayOf(event.at) < keptFrom ? "past_retention" : "deleted_contact";
          rejected.push(rejection(index, event.id.slice(0, MAX_ID_CHARS), reason));
          return;
        }
        markSeen(seen, event.id, today);
        markSeen(hotSeen, event.id, today);
        break;
    }
    const left = addEvent(state.total.facts, source, event, state.room);
    addEvent(state.hot.facts, source, withoutTraits(event, left), hotRoom);
    accepted += 1;
    if (left[0] !== undefined && warnings.length < MAX_WARNINGS_PER_ANSWER) {
      warnings.push(warning(index, null, { reason: "too_many_traits", path: `traits.${left[0]}` }));
    }
  });
  // Both ways, as one can be beside the next. Those beside none leave a gap, as refusals cost their sender nothing.
  for (const id of [...refused, ...refused.toReversed()]) {
    if (lookUp(seen, id) !== "new" || !isBesideSeen(seen, id)) continue;
    markSeen(seen, id, today);
    markSeen(hotSeen, id, today);
  }
  foldOldest(state.total.facts, state.room);
  if (accepted > 0) state.revision += 1;
  const acked: Record<string, Runs> = {};
  for (const producer of producers) acked[producer] = runsOf(seen, producer);
  const counted = confirm.filter((id) => lookUp(seen, id) === "seen");
  return {
    accepted,
    duplicate,
    rejected,
    ...(warnings.length > 0 ? { warnings } : {}),
    acked,
    ...(counted.length > 0 ? { counted } : {}),
  };
}

/** The answer for a contact that was deleted: the sender need not try again, and nothing is kept. */
export function refuseAll({ events, places }: Intake): IntakeResult {
  const rejected = events.map(({ id }, nth) =>
    rejection(places[nth] ?? nth, id.slice(0, MAX_ID_CHARS), "deleted_contact"),
  );
  return { accepted: 0, duplicate: 0, rejected, acked: {} };
}

/** What a contact has no room for is not kept in its rows, either. */
function withoutTraits(event: FactEvent, left: readonly string[]): FactEvent {
  if (left.length === 0 || !event.traits) return event;
  const kept = Object.entries(event.traits).filter(([name]) => !left.includes(name));
  return { ...event, traits: Object.fromEntries(kept) };
}

/** Names an event that was not taken. */
export function rejection(index: number, messageId: string | null, reason: RejectReason): Rejected {
  return { index, messageId, reason, message: REJECT_REASONS[reason] };
}

/** Names a part of a counted event that is not kept as it was sent. */
export function warning(index: number, messageId: string | null, { reason, path }: LeftOut): Warning {
  return { index, messageId, reason, path, message: WARN_REASONS[reason] };
}

/** Takes out of a part of a ledger, in place, what no event is recognised by any more. Whether there was any. */
export function dropForgottenOf(part: Ledger, total: Ledger, today: Day): boolean {
  let isChanged = false;
  for (const [source, seen] of Object.entries(part.seen) as [Ref, Seen][]) {
    const whole = total.seen[source];
    if (whole && dropForgotten(seen, whole, today)) isChanged = true;
  }
  return isChanged;
}

/** Adds all of `from` to `into` in place. */
export function mergeLedgers(into: Ledger, from: Ledger, room: Room, today: Day): void {
  mergeFacts(into.facts, from.facts, room);
  for (const [source, seen] of Object.entries(from.seen) as [Ref, Seen][]) {
    mergeSeen((into.seen[source] ??= emptySeen()), seen, today);
  }
}
