import { DAY_MS, type Day, dayOf } from "./day.ts";
import type { FactEvent, Ref, Stated } from "./event.ts";
import {
  MAX_BUCKETS_PER_CONTACT,
  MAX_CLAIMS_PER_CONTACT,
  MAX_SIGNALS_PER_CONTACT,
  MAX_TRAITS_PER_CONTACT,
} from "./limits.ts";
import { BY_HAND } from "./reserved-events.ts";
import { OTHER_SIGNAL, type SignalKey } from "./signal.ts";
import { addTraitValue, type TraitValue } from "./traits.ts";
import { addVisit, type Visit } from "./visits.ts";

/**
 * What happened to one signal on one day: how often, active milliseconds, the sum of values in ten-thousandths,
 * the largest value (`null` where none was sent), first and last time in milliseconds of the day.
 */
export type Bucket = [
  count: number,
  activeMs: number,
  value: number,
  max: number | null,
  first: number,
  last: number,
];

/** Everything that one source (a visitor's browser, or the site's own backend) has told of a contact. */
export interface SourceFacts {
  /** By day number, then by signal. */
  readonly days: Record<string, Record<SignalKey, Bucket>>;
  /** Ordered by start, those of a day at least 30 idle minutes apart. */
  readonly visits: Visit[];
  readonly traits: Record<string, TraitValue[]>;
  /** Users that the sender claimed to be, without proof, with the first and last time in milliseconds. */
  readonly claims: Record<Ref, [first: number, last: number]>;
  /** The last day that was folded to keep within the limit, and how many events it and those before it held. */
  folded?: [until: Day, events: number];
}

/**
 * The facts of a contact, by source. Adding events and merging are commutative and associative below the named
 * limits: the order of arrival does not matter, and two contacts merged equal one who was seen all along.
 */
export type Facts = Record<Ref, SourceFacts>;

export const VALUE_UNITS = 10_000;

/** How much of a contact's limits its facts have used up. */
export interface Room {
  /** Signals known so far: later ones are counted as `other`. */
  readonly signals: Set<SignalKey>;
  /** Pairs of day and signal. */
  buckets: number;
}

export function newRoom(): Room {
  return { signals: new Set(), buckets: 0 };
}

function sourceFacts(facts: Facts, source: Ref): SourceFacts {
  return (facts[source] ??= { days: {}, visits: [], traits: {}, claims: {} });
}

/**
 * Adds one event in place. The caller has made sure that it is new. Names the traits for which the source has no
 * room left.
 */
export function addEvent(facts: Facts, source: Ref, event: FactEvent, room: Room): readonly string[] {
  const own = sourceFacts(facts, source);
  const day = dayOf(event.at);
  if (own.folded && day <= own.folded[0]) own.folded[1] += event.count;
  else {
    const time = event.at - day * DAY_MS;
    // A zero with a sign would come back from disk without it.
    const units = Math.round((event.value ?? 0) * VALUE_UNITS) + 0;
    const signal = admitSignal(room.signals, event.signal);
    addBucket(own, day, signal, [event.count, event.activeMs, units, event.value, time, time], room);
    if (event.visit) addVisit(own.visits, visitOf(event, event.visit));
  }
  if (event.claim) addClaim(own, `user:${event.claim}`, [event.at, event.at]);
  return event.traits ? addTraits(own, event.at, event.traits) : [];
}

function addTraits(own: SourceFacts, at: number, traits: Readonly<Record<string, Stated>>): string[] {
  const left: string[] = [];
  for (const [name, value] of Object.entries(traits)) {
    const values = traitValues(own, name);
    if (values) addTraitValue(values, [at, value]);
    else left.push(name);
  }
  return left;
}

/** Adds all of `from` to `into` in place; `from` is left as it was. */
export function mergeFacts(into: Facts, from: Facts, room: Room): void {
  for (const [source, theirs] of Object.entries(from) as [Ref, SourceFacts][]) {
    const own = sourceFacts(into, source);
    for (const [day, buckets] of Object.entries(theirs.days)) {
      for (const [key, bucket] of Object.entries(buckets)) {
        addBucket(own, Number(day), admitSignal(room.signals, key), bucket, room);
      }
    }
    for (const visit of theirs.visits) addVisit(own.visits, visit);
    const until = Math.max(own.folded?.[0] ?? -Infinity, theirs.folded?.[0] ?? -Infinity);
    if (until > -Infinity) {
      own.folded = [until, (own.folded?.[1] ?? 0) + (theirs.folded?.[1] ?? 0)];
      foldDays(own, until, room);
    }
    for (const [name, values] of Object.entries(theirs.traits)) {
      const mine = traitValues(own, name);
      if (mine) for (const value of values) addTraitValue(mine, value);
    }
    for (const [user, span] of Object.entries(theirs.claims)) addClaim(own, user as Ref, span);
  }
}

function admitSignal(signals: Set<SignalKey>, key: SignalKey): SignalKey {
  if (key === OTHER_SIGNAL || signals.has(key)) return key;
  // What a person did by hand is rare, comes with the secret key only, and must not get lost in the crowd.
  if (BY_HAND.has(key.slice(0, key.indexOf("\n")))) return key;
  if (signals.size >= MAX_SIGNALS_PER_CONTACT) return OTHER_SIGNAL;
  signals.add(key);
  return key;
}

/**
 * Folds whole days, the oldest first, until the facts keep within the limit: their events are counted, and no more.
 * Changes nothing where they do.
 */
export function foldOldest(facts: Facts, room: Room, most = MAX_BUCKETS_PER_CONTACT): void {
  if (room.buckets <= most) return;
  const days = Object.values(facts).flatMap(({ days: byDay }) => Object.keys(byDay).map(Number));
  for (const day of [...new Set(days)].sort((a, b) => a - b)) {
    if (room.buckets <= most) return;
    for (const own of Object.values(facts)) foldDays(own, day, room);
  }
}

/** Folds the days of one source up to and including `until`. */
export function foldDays(own: SourceFacts, until: Day, room: Room): void {
  let events = 0;
  let hasFolded = own.folded !== undefined;
  for (const day of Object.keys(own.days)) {
    if (Number(day) > until) continue;
    const buckets = Object.values(own.days[day] ?? {});
    for (const bucket of buckets) events += bucket[0];
    room.buckets -= buckets.length;
    delete own.days[day];
    hasFolded = true;
  }
  const left = own.visits.findIndex((visit) => dayOf(visit[1]) > until);
  own.visits.splice(0, left === -1 ? own.visits.length : left);
  if (hasFolded) own.folded = [Math.max(until, own.folded?.[0] ?? until), (own.folded?.[1] ?? 0) + events];
}

function addBucket(own: SourceFacts, day: Day, key: SignalKey, b: Readonly<Bucket>, room: Room): void {
  const buckets = (own.days[day] ??= {});
  const mine = buckets[key];
  if (mine === undefined) {
    buckets[key] = [...b];
    room.buckets += 1;
    return;
  }
  buckets[key] = addBuckets(mine, b);
}

/** Two buckets of one signal and day as one; both stay as they are. A sum of values stops where it would not stay exact. */
export function addBuckets(a: Readonly<Bucket>, b: Readonly<Bucket>): Bucket {
  const max = a[3] === null || b[3] === null ? (a[3] ?? b[3]) : Math.max(a[3], b[3]);
  const value = Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, a[2] + b[2]));
  return [a[0] + b[0], a[1] + b[1], value, max, Math.min(a[4], b[4]), Math.max(a[5], b[5])];
}

function visitOf(event: FactEvent, visit: NonNullable<FactEvent["visit"]>): Visit {
  const { referrer, campaign, source, medium } = visit.origin;
  const landed = visit.pages === 1;
  const origin: Visit[4] = landed ? [event.at, referrer, campaign, source, medium] : null;
  return [Math.max(0, event.at - event.activeMs), event.at, visit.pages, event.activeMs, origin];
}

function traitValues(own: SourceFacts, name: string): TraitValue[] | undefined {
  const known = Object.hasOwn(own.traits, name) ? own.traits[name] : undefined;
  if (known || Object.keys(own.traits).length >= MAX_TRAITS_PER_CONTACT) return known;
  return (own.traits[name] = []);
}

function addClaim(own: SourceFacts, user: Ref, span: readonly [number, number]): void {
  const mine = own.claims[user];
  if (mine) own.claims[user] = [Math.min(mine[0], span[0]), Math.max(mine[1], span[1])];
  else if (Object.keys(own.claims).length < MAX_CLAIMS_PER_CONTACT) own.claims[user] = [span[0], span[1]];
}
