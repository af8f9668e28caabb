import { dayOf, dayToIso } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import type { SourceFacts } from "../../shared/facts.ts";
import { BY_HAND } from "../../shared/reserved-events.ts";
import type { Visit } from "../../shared/visits.ts";
import { factView } from "./contact-view.ts";
import type { Crossing } from "./crossings.ts";
import type { LiveModel } from "./frozen-model.ts";
import type { Keeping } from "./keeping.ts";
import type { ContactState } from "./ledger.ts";
import { type Absorbed, type Links, refsOfContact } from "./links.ts";
import { scoreAnswer } from "./score-answer.ts";

/** What is held about a contact outside its own rows, or follows from them. */
export interface Held {
  readonly models: readonly LiveModel[];
  readonly crossings: ReadonlyMap<string, readonly Crossing[]>;
  /** Of each of the contact's refs, its own first. */
  readonly directory: readonly { readonly hash: string; readonly isKnown: boolean }[];
  /** What it has to do with other contacts. */
  readonly links: Links | undefined;
  readonly keeping: Keeping | undefined;
  /** When the contact is looked at next for what is to be let go of. */
  readonly lookAgainAt: number | null;
}

/** Grows with a change that a reader of the one before could not read; what is added does not count. */
const EXPORT_FORMAT = 1;

/** Everything held about a contact, as one JSON object in pieces: it may be long, and one piece is a source's day. */
export function* exportTexts(state: ContactState, held: Held, now: number): Generator<string> {
  const { total, ref } = state;
  const sources = Object.entries(total.facts) as [Ref, SourceFacts][];
  const head = {
    format: EXPORT_FORMAT,
    site: state.site,
    contact: ref,
    exportedAt: iso(now),
    revision: state.revision,
    lastWriteDay: dayToIso(state.hotDay),
    refs: refsOfContact(ref, held.links),
    sources: sources.map(([source]) => source),
  };
  // All but its last brace.
  yield JSON.stringify(head).slice(0, -1);
  yield* list(
    "traits",
    sources.flatMap(([source, { traits }]) =>
      Object.entries(traits).flatMap(([name, values]) =>
        values.map(([at, value]) => ({ source, name, value, at: iso(at) })),
      ),
    ),
  );
  yield* list(
    "claims",
    sources.flatMap(([source, { claims }]) =>
      Object.entries(claims).map(([user, [first, last]]) => ({
        source,
        user,
        first: iso(first),
        last: iso(last),
      })),
    ),
  );
  yield* list("days", daysOf(sources));
  yield* list(
    "visits",
    sources.flatMap(([source, { visits }]) => visits.map((visit) => visitView(source, visit))),
  );
  yield* list(
    "folded",
    sources.flatMap(([source, { folded }]) =>
      folded ? [{ source, until: dayToIso(folded[0]), events: folded[1] }] : [],
    ),
  );
  yield* list("adjustments", adjustmentsOf(sources));
  yield* list("scores", scoresOf(state, held, now));
  yield* list(
    "crossings",
    [...held.crossings].map(([model, crossings]) => ({ model, crossings })),
  );
  yield* list("counted", countedOf(state));
  const { retentionDays = null, purgeIdleVisitorsAfterDays = null } = held.keeping ?? {};
  const deletedAt = state.deletedBefore?.deletedAt;
  const tail = {
    retention: {
      retentionDays,
      purgeIdleVisitorsAfterDays,
      lookAgainAt: held.lookAgainAt === null ? null : iso(held.lookAgainAt),
    },
    directory: held.directory[0],
    /** Contacts that were merged into it, with what the directory knows them by. */
    merged: mergedOf(held),
    links: linksView(held.links),
    /** The band in which it was seen last under each model. */
    bands: Object.entries(state.marks ?? {}).map(([model, [band, version, day]]) => ({
      model,
      band,
      version,
      day: dayToIso(day),
    })),
    /** When the public key may send as much as ever again for this contact. */
    limit: { fullAt: state.fullAt > now ? iso(Math.round(state.fullAt)) : null },
    /** When a contact of the same ref was deleted before this one began. */
    deletedBefore: deletedAt === undefined ? null : iso(deletedAt),
  };
  yield `,${JSON.stringify(tail).slice(1)}`;
}

function* list(name: string, items: Iterable<unknown>): Generator<string> {
  yield `,${JSON.stringify(name)}:[`;
  let isFirst = true;
  for (const item of items) {
    yield (isFirst ? "" : ",") + JSON.stringify(item);
    isFirst = false;
  }
  yield "]";
}

function* daysOf(sources: readonly (readonly [Ref, SourceFacts])[]) {
  for (const [source, { days }] of sources) {
    for (const [day, buckets] of Object.entries(days)) {
      const facts = Object.entries(buckets).map(([key, bucket]) =>
        factView(source, Number(day), key, bucket),
      );
      yield { source, day: dayToIso(Number(day)), facts };
    }
  }
}

function visitView(source: Ref, [start, end, pages, activeMs, origin]: Readonly<Visit>) {
  const from = origin && {
    at: iso(origin[0]),
    referrer: origin[1],
    campaign: origin[2],
    source: origin[3],
    medium: origin[4],
  };
  return { source, start: iso(start), end: iso(end), pages, activeMs, from };
}

/** What a person has done by hand; it stands among the facts of its day, too. */
function* adjustmentsOf(sources: readonly (readonly [Ref, SourceFacts])[]) {
  for (const { facts, day } of daysOf(sources)) {
    for (const { event, properties, count, value } of facts) {
      if (BY_HAND.has(event)) yield { day, event, ...properties, count, points: value ?? null };
    }
  }
}

function* scoresOf({ ref, total }: ContactState, { models }: Held, now: number) {
  for (const model of models) yield scoreAnswer(ref, total.facts, model, dayOf(now), false);
}

function mergedOf({ links, directory }: Held) {
  const absorbed = Object.entries(links?.absorbed ?? {}) as [Ref, Absorbed][];
  return absorbed.map(([source, { id, under, at }], i) => ({
    source,
    into: under,
    at: iso(at),
    merge: id,
    directory: directory[i + 1] ?? null,
  }));
}

/** What is left of merges that were undone, and one that is under way. */
function linksView(links: Links | undefined) {
  const { moving, returning, undone = [], returned } = links ?? {};
  return {
    movingTo: moving?.to ?? null,
    givingBackTo: returning?.source ?? null,
    undone: undone.map(([source, merge]) => ({ source, merge })),
    undoneFromHere: returned ?? null,
  };
}

/** By which events are recognised that come twice: numbers of each loaded page, and hashes of ids. */
function* countedOf({ total }: ContactState) {
  for (const [source, { producers, ids }] of Object.entries(total.seen)) {
    const runs = Object.entries(producers).map(([producer, [day, ...numbers]]) => ({
      producer,
      lastDay: dayToIso(day),
      numbers,
    }));
    yield { source, producers: runs, idHashes: [...ids] };
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
