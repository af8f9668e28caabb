import { DAY_MS, dayOf, dayToIso, LAST_DAY } from "../../shared/day.ts";
import type { Ref, Scalar } from "../../shared/event.ts";
import { type Bucket, type Facts, type SourceFacts, VALUE_UNITS } from "../../shared/facts.ts";
import { traitsOf } from "../../shared/scoring/history.ts";
import { parseSignalKey, SOME_NUMBER } from "../../shared/signal.ts";
import { chainVisits, wholeVisit } from "../../shared/visits.ts";
import type { ContactState } from "./ledger.ts";
import type { Absorbed } from "./links.ts";

interface FactView {
  readonly source: Ref;
  readonly event: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly count: number;
  readonly activeMs: number;
  readonly value?: number;
  readonly max?: number;
  readonly first: string;
  readonly last: string;
}

interface VisitView {
  readonly source: Ref;
  readonly start: string;
  readonly end: string;
  readonly pages: number;
  readonly activeMs: number;
  readonly referrer?: string;
  readonly campaign?: string;
}

interface DayView {
  readonly day: string;
  readonly facts: readonly FactView[];
  readonly visits: readonly VisitView[];
}

/** Who a contact is, without its history. */
export function describeContact(state: ContactState, absorbed: Readonly<Record<Ref, Absorbed>> = {}) {
  const sources = Object.entries(state.total.facts) as [Ref, SourceFacts][];
  const traits: Record<string, { value: Scalar; since: string }> = {};
  for (const [name, values] of traitsOf(state.total.facts, LAST_DAY)) {
    const value = values.at(-1)?.[1] ?? null;
    if (value === null) continue;
    // Since when it holds, as far as what is kept tells: the first of the same statements in a row.
    const other = values.findLastIndex((stated) => stated[1] !== value);
    traits[name] = { value, since: dayToIso(dayOf(values[other + 1]?.[0] ?? 0)) };
  }
  let last = 0;
  for (const [, own] of sources) {
    for (const visit of own.visits) last = Math.max(last, visit[1]);
  }
  return {
    contact: state.ref,
    revision: state.revision,
    sources: sources.map(([source]) => source),
    /** Contacts that were merged into it: where, and when. */
    merged: (Object.entries(absorbed) as [Ref, Absorbed][]).map(([source, { under, at }]) => ({
      source,
      into: under,
      at: iso(at),
    })),
    traits,
    /** Said by the browser, and not so as far as is known: who a contact is does not stand among them. */
    claims: claimsOf(state, absorbed),
    lastVisit: last > 0 ? new Date(last).toISOString() : null,
  };
}

/** Who its browsers claim to be, other than who it is. */
export function claimsOf(
  { ref, total: { facts } }: ContactState,
  absorbed: Readonly<Record<Ref, Absorbed>> = {},
): Ref[] {
  const claims = new Set(Object.values(facts).flatMap((own) => Object.keys(own.claims) as Ref[]));
  return [...claims].filter((user) => user !== ref && !Object.hasOwn(absorbed, user));
}

type IdentityView =
  | {
      readonly kind: "claimed";
      readonly at: string;
      readonly last: string;
      readonly source: Ref;
      readonly user: Ref;
    }
  | { readonly kind: "merged"; readonly at: string; readonly source: Ref; readonly into: Ref };

/** What was said of who a contact is, and what was merged into it, newest first. */
export function identityOf(
  state: ContactState,
  absorbed: Readonly<Record<Ref, Absorbed>> = {},
): readonly IdentityView[] {
  const shown = new Set(claimsOf(state, absorbed));
  const told: { at: number; view: IdentityView }[] = [];
  for (const [source, { claims }] of Object.entries(state.total.facts) as [Ref, SourceFacts][]) {
    for (const [user, [first, last]] of Object.entries(claims) as [Ref, [number, number]][]) {
      if (!shown.has(user)) continue;
      told.push({ at: first, view: { kind: "claimed", at: iso(first), last: iso(last), source, user } });
    }
  }
  for (const [source, { under, at }] of Object.entries(absorbed) as [Ref, Absorbed][]) {
    told.push({ at, view: { kind: "merged", at: iso(at), source, into: under } });
  }
  return told.sort((a, b) => b.at - a.at).map(({ view }) => view);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** What is known of a contact now. */
export function traitValues(facts: Facts): Record<string, Scalar> {
  const traits: Record<string, Scalar> = {};
  for (const [name, values] of traitsOf(facts, LAST_DAY)) {
    const value = values.at(-1)?.[1] ?? null;
    if (value !== null) traits[name] = value;
  }
  return traits;
}

/** The facts by day, newest first. There is no log of single events behind it. */
export function timelineOf(state: ContactState): { contact: Ref; days: DayView[] } {
  const days = new Map<number, { facts: FactView[]; visits: VisitView[] }>();
  const dayView = (day: number) => {
    const known = days.get(day) ?? { facts: [], visits: [] };
    days.set(day, known);
    return known;
  };
  for (const [source, own] of Object.entries(state.total.facts) as [Ref, SourceFacts][]) {
    for (const [day, buckets] of Object.entries(own.days)) {
      for (const [key, bucket] of Object.entries(buckets)) {
        dayView(Number(day)).facts.push(factView(source, Number(day), key, bucket));
      }
    }
    for (const visit of chainVisits(own.visits)) {
      const [start, end, pages, activeMs, origin] = wholeVisit(visit);
      dayView(Math.floor(start / DAY_MS)).visits.push({
        source,
        start: new Date(start).toISOString(),
        end: new Date(end).toISOString(),
        pages,
        activeMs,
        ...(origin?.[1] ? { referrer: origin[1] } : {}),
        ...(origin?.[2] ? { campaign: origin[2] } : {}),
      });
    }
  }
  const newestFirst = [...days].sort((a, b) => b[0] - a[0]);
  return { contact: state.ref, days: newestFirst.map(([day, view]) => ({ day: dayToIso(day), ...view })) };
}

export function factView(source: Ref, day: number, key: string, bucket: Bucket): FactView {
  const { name, props } = parseSignalKey(key);
  const [count, activeMs, value, max, first, last] = bucket;
  return {
    source,
    event: name,
    properties: Object.fromEntries(
      [...props].map(([prop, text]) => [prop, text === SOME_NUMBER ? "other" : text]),
    ),
    count,
    activeMs,
    ...(max === null ? {} : { value: value / VALUE_UNITS, max }),
    first: new Date(day * DAY_MS + first).toISOString(),
    last: new Date(day * DAY_MS + last).toISOString(),
  };
}
