import { dayOf, type Day } from "../day.ts";
import type { Ref, Scalar } from "../event.ts";
import { addBuckets, type Bucket, type Facts, type SourceFacts } from "../facts.ts";
import { OTHER_SIGNAL, type SignalKey } from "../signal.ts";
import { traitAt, type TraitValue } from "../traits.ts";
import { addVisitColumns } from "./visit-signals.ts";

/** All that happened to one signal, over all sources: parallel lists, ascending by day. */
export interface Column {
  /** Places in `History.days`. */
  readonly at: number[];
  /** What is stored; not to be changed. */
  readonly buckets: Readonly<Bucket>[];
  /** The day from which an entry no longer holds; only visits over midnight have one. */
  readonly until?: number[];
}

/** The facts of a contact up to a day, laid out for scoring. It depends on no model. */
export interface History {
  /** Days on which anything is known to have happened, ascending. */
  readonly days: readonly Day[];
  readonly columns: ReadonlyMap<SignalKey, Column>;
  /** What was stated of each trait, ascending by time. */
  readonly traits: ReadonlyMap<string, readonly TraitValue[]>;
  /** Events beyond the limits of a contact, which count for no rule. */
  readonly folded: number;
}

/** Lays out the facts dated up to and including `until`; visits only where they are asked for. */
export function historyOf(facts: Facts, until: Day, withVisits: boolean): History {
  const sources = Object.entries(facts) as [Ref, SourceFacts][];
  const days = daysOf(sources, until);
  const columns = new Map<SignalKey, Column>();
  let folded = 0;
  for (const [place, day] of days.entries()) {
    for (const [, { days: byDay }] of sources) {
      const buckets = byDay[day];
      for (const key in buckets) {
        const bucket = buckets[key];
        if (bucket === undefined) continue;
        if (key === OTHER_SIGNAL) folded += bucket[0];
        else addEntry(columns, key, place, bucket);
      }
    }
  }
  for (const [, source] of sources) folded += source.folded?.[1] ?? 0;
  if (withVisits) {
    const places = new Map(days.map((day, place) => [day, place]));
    for (const [, source] of sources) {
      // A part that comes later must not be foreseen, not even as the end of the one before.
      const known = source.visits.filter((visit) => dayOf(visit[1]) <= until);
      addVisitColumns(columns, known, (day) => places.get(day));
    }
  }
  return { days, columns, traits: traitsOf(facts, until), folded };
}

function addEntry(columns: Map<SignalKey, Column>, key: SignalKey, place: number, bucket: Bucket): void {
  const column = columns.get(key);
  if (column === undefined) {
    columns.set(key, { at: [place], buckets: [bucket] });
    return;
  }
  const last = column.at.length - 1;
  if (column.at[last] === place) {
    column.buckets[last] = addBuckets(column.buckets[last] ?? bucket, bucket);
    return;
  }
  column.at.push(place);
  column.buckets.push(bucket);
}

function daysOf(sources: readonly [Ref, SourceFacts][], until: Day): Day[] {
  const days = new Set<Day>();
  for (const [, source] of sources) {
    for (const key in source.days) days.add(Number(key));
    for (const values of Object.values(source.traits)) for (const [at] of values) days.add(dayOf(at));
  }
  return [...days].filter((day) => day <= until).sort((a, b) => a - b);
}

/**
 * What all sources have stated of each trait up to a day, ascending by time. That an object is not known any more
 * (`"address": null`) is said of each of its traits (`address.city`), too.
 */
export function traitsOf(facts: Facts, until: Day): Map<string, TraitValue[]> {
  const traits = new Map<string, TraitValue[]>();
  for (const source of Object.values(facts)) {
    for (const [name, values] of Object.entries(source.traits)) {
      const known = values.filter(([at]) => dayOf(at) <= until);
      if (known.length > 0) traits.set(name, [...(traits.get(name) ?? []), ...known]);
    }
  }
  for (const [name, values] of traits) {
    const dot = name.indexOf(".");
    const around = dot > 0 ? (traits.get(name.slice(0, dot)) ?? []) : [];
    const cleared = around.filter(([, value]) => value === null);
    if (cleared.length > 0) traits.set(name, [...values, ...cleared]);
  }
  for (const values of traits.values()) values.sort(byTime);
  return traits;
}

/** At the same millisecond the larger text is the later one, as where values are stored. */
function byTime(a: TraitValue, b: TraitValue): number {
  return a[0] - b[0] || (JSON.stringify(a[1]) < JSON.stringify(b[1]) ? -1 : 1);
}

/** The value of a trait at the end of a day; `undefined` where none was stated, or it was cleared. */
export function traitOn({ traits }: History, name: string, day: Day): Scalar | undefined {
  return traitAt(traits.get(name) ?? [], day)?.[1] ?? undefined;
}
