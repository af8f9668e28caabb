import { DAY_MS, type Day, dayOf } from "./day.ts";
import type { FactEvent, Ref, Scalar } from "./event.ts";
import { MAX_CLAIMS_PER_CONTACT, MAX_SIGNALS_PER_CONTACT, MAX_TRAITS_PER_CONTACT } from "./limits.ts";
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
  /** Ordered by start, each at least 30 idle minutes after the one before. */
  readonly visits: Visit[];
  readonly traits: Record<string, TraitValue[]>;
  /** Users that the sender claimed to be, without proof, with the first and last time in milliseconds. */
  readonly claims: Record<Ref, [first: number, last: number]>;
}

/**
 * The facts of a contact, by source. Adding events and merging are commutative and associative below the named
 * limits: the order of arrival does not matter, and two contacts merged equal one who was seen all along.
 */
export type Facts = Record<Ref, SourceFacts>;

export const VALUE_UNITS = 10_000;

function sourceFacts(facts: Facts, source: Ref): SourceFacts {
  return (facts[source] ??= { days: {}, visits: [], traits: {}, claims: {} });
}

/** Adds one event in place. The caller has made sure that it is new, and passes the signals known so far. */
export function addEvent(facts: Facts, source: Ref, event: FactEvent, signals: Set<SignalKey>): void {
  const own = sourceFacts(facts, source);
  const day = dayOf(event.at);
  const time = event.at - day * DAY_MS;
  const units = Math.round((event.value ?? 0) * VALUE_UNITS);
  const signal = admitSignal(signals, event.signal);
  addBucket(own, day, signal, [event.count, event.activeMs, units, event.value, time, time]);
  if (event.visit) addVisit(own.visits, visitOf(event, event.visit));
  for (const name in event.traits) {
    const values = traitValues(own, name);
    if (values) addTraitValue(values, [event.at, event.traits[name] as Scalar]);
  }
  if (event.claim) addClaim(own, `user:${event.claim}`, [event.at, event.at]);
}

/** Adds all of `from` to `into` in place; `from` is left as it was. */
export function mergeFacts(into: Facts, from: Facts, signals: Set<SignalKey>): void {
  for (const [source, theirs] of Object.entries(from) as [Ref, SourceFacts][]) {
    const own = sourceFacts(into, source);
    for (const [day, buckets] of Object.entries(theirs.days)) {
      for (const [key, bucket] of Object.entries(buckets)) {
        addBucket(own, Number(day), admitSignal(signals, key), bucket);
      }
    }
    for (const visit of theirs.visits) addVisit(own.visits, visit);
    for (const [name, values] of Object.entries(theirs.traits)) {
      const mine = traitValues(own, name);
      if (mine) for (const value of values) addTraitValue(mine, value);
    }
    for (const [user, span] of Object.entries(theirs.claims)) addClaim(own, user as Ref, span);
  }
}

function admitSignal(signals: Set<SignalKey>, key: SignalKey): SignalKey {
  if (key === OTHER_SIGNAL || signals.has(key)) return key;
  if (signals.size >= MAX_SIGNALS_PER_CONTACT) return OTHER_SIGNAL;
  signals.add(key);
  return key;
}

function addBucket(own: SourceFacts, day: Day, key: SignalKey, b: Readonly<Bucket>): void {
  const buckets = (own.days[day] ??= {});
  const mine = buckets[key];
  if (mine === undefined) {
    buckets[key] = [...b];
    return;
  }
  mine[0] += b[0];
  mine[1] += b[1];
  mine[2] += b[2];
  if (b[3] !== null) mine[3] = mine[3] === null ? b[3] : Math.max(mine[3], b[3]);
  mine[4] = Math.min(mine[4], b[4]);
  mine[5] = Math.max(mine[5], b[5]);
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
