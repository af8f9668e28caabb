import type { Act, TraitValue } from "./act.ts";
import { dayOf } from "./calendar.ts";
import { visitEvents } from "./visits.ts";

/** One event as the rules see it. */
export interface Occurrence {
  readonly day: number;
  readonly name: string;
  readonly props: Readonly<Record<string, string>>;
  /** 0 for active time that was told by itself. */
  readonly count: 0 | 1;
  readonly activeMs: number;
  readonly value: number | undefined;
}

/** Everything that is known on a day. */
export interface AsOf {
  readonly day: number;
  /** By day. */
  readonly occurrences: readonly Occurrence[];
  readonly traits: ReadonlyMap<string, TraitValue>;
}

/** What the acts dated up to and including a day tell. */
export function asOf(acts: readonly Act[], day: number): AsOf {
  const seen = acts.filter((act) => dayOf(act.at) <= day);
  const told = seen.map(occurrenceOf);
  const derived = visitEvents(seen).map((event): Occurrence => ({
    ...event,
    count: 1,
    activeMs: 0,
    value: undefined,
  }));
  const occurrences = [...told, ...derived].toSorted((a, b) => a.day - b.day);
  return { day, occurrences, traits: traitsOf(seen) };
}

function occurrenceOf(act: Act): Occurrence {
  const { name, props, count = 1, activeMs = 0, value } = act;
  return { day: dayOf(act.at), name, props, count, activeMs, value };
}

/** Of each trait the latest statement; of two at once the one with the larger text. */
function traitsOf(acts: readonly Act[]): Map<string, TraitValue> {
  const statements = acts.flatMap((act) =>
    Object.entries(act.traits ?? {}).map(([name, value]) => ({
      at: act.at,
      name,
      value,
      text: JSON.stringify(value),
    })),
  );
  statements.sort((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1));
  return new Map(statements.map(({ name, value }) => [name, value]));
}
