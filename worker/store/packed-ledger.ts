import type { Ref } from "../../shared/event.ts";
import type { Bucket, Facts, SourceFacts } from "../../shared/facts.ts";
import type { Runs } from "../../shared/runs.ts";
import type { SignalKey } from "../../shared/signal.ts";
import type { Visit } from "../../shared/visits.ts";
import type { StoredLedger } from "./ledger-codec.ts";
import { packText, textOf } from "./packed-text.ts";

/**
 * A ledger as short as it gets: each signal's name once, times as what lies between them, and all of it compressed. Four hundred events of an
 * ordinary contact are 4 to 5 KB so, where plain JSON is 29 KB.
 */
export function packLedger(ledger: StoredLedger): ArrayBuffer {
  return packText(shortText(ledger));
}

/** How long a ledger is before it is compressed, which is the work that reading it takes. */
export function unpackedChars(ledger: StoredLedger): number {
  return shortText(ledger).length;
}

/** What `packLedger` has written, or a row of the first releases, which is plain JSON; and how long it is. */
export function unpackLedger(data: ArrayBuffer | string): {
  readonly ledger: StoredLedger;
  readonly chars: number;
} {
  const text = textOf(data);
  const ledger =
    typeof data === "string" ? (JSON.parse(text) as StoredLedger) : lengthen(JSON.parse(text) as ShortLedger);
  return { ledger, chars: text.length };
}

function shortText(ledger: StoredLedger): string {
  return JSON.stringify(shorten(ledger));
}

interface ShortLedger {
  readonly names: readonly SignalKey[];
  readonly facts: Record<Ref, ShortFacts>;
  readonly seen: Record<Ref, ShortSeen>;
}

interface ShortFacts extends Omit<SourceFacts, "days" | "visits"> {
  readonly days: readonly ShortDay[];
  readonly visits: readonly ShortVisit[];
}

/** How many days after the one before it, and what happened. */
type ShortDay = readonly [after: number, ...buckets: ShortBucket[]];

/** The name's number; the first time, from that of the bucket before; and what of `REST` is not as usual. */
type ShortBucket = readonly [name: number, first: number, ...rest: (number | null)[]];

/** Once, at one time, without active time or value. */
const REST = [1, 0, 0, 0, null] as const;

/** The start from the end before, and how long it was; its origin with the time from its start. */
type ShortVisit = readonly [start: number, end: number, pages: number, active: number, ...origin: Origin[]];
type Origin = Visit[4];

interface ShortSeen {
  readonly producers: readonly (readonly [producer: string, day: number, ...runs: number[]])[];
  readonly ids: readonly string[];
}

function shorten({ facts, seen }: StoredLedger): ShortLedger {
  const numbers = new Map<SignalKey, number>();
  const numberOf = (name: SignalKey) => {
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  };
  const short = {
    facts: mapValues(facts, (own): ShortFacts => ({
      ...own,
      days: shortDays(own.days, numberOf),
      visits: shortVisits(own.visits),
    })),
    seen: mapValues(seen, ({ producers, ids }): ShortSeen => {
      const days = gaps();
      const all = Object.entries(producers).map(([producer, [day, ...runs]]) => {
        const between = gaps();
        return [producer, days.from(day), ...runs.map((n) => between.from(n))] as const;
      });
      return { producers: all, ids };
    }),
  };
  return { names: [...numbers.keys()], ...short };
}

function lengthen({ names, facts, seen }: ShortLedger): StoredLedger {
  return {
    facts: mapValues(facts, (own): SourceFacts => ({
      ...own,
      days: wholeDays(own.days, names),
      visits: wholeVisits(own.visits),
    })) satisfies Facts,
    seen: mapValues(seen, ({ producers, ids }) => {
      const days = gaps();
      const all = producers.map(([producer, day, ...runs]) => {
        const between = gaps();
        const whole: [day: number, ...runs: Runs] = [days.to(day), ...runs.map((n) => between.to(n))];
        return [producer, whole] as const;
      });
      return { producers: Object.fromEntries(all), ids: [...ids] };
    }),
  };
}

function shortDays(days: SourceFacts["days"], numberOf: (name: SignalKey) => number): ShortDay[] {
  const between = gaps();
  return Object.entries(days).map(([day, buckets]) => {
    const times = gaps();
    const short = Object.entries(buckets).map(
      ([name, [count, active, value, max, first, last]]): ShortBucket => {
        const rest = [count, last - first, active, value, max];
        while (rest.length > 0 && rest.at(-1) === REST[rest.length - 1]) rest.pop();
        return [numberOf(name), times.from(first), ...rest];
      },
    );
    return [between.from(Number(day)), ...short];
  });
}

function wholeDays(days: readonly ShortDay[], names: readonly SignalKey[]): SourceFacts["days"] {
  const between = gaps();
  const whole: Record<string, Record<SignalKey, Bucket>> = {};
  for (const [after, ...buckets] of days) {
    const times = gaps();
    const own: Record<SignalKey, Bucket> = {};
    for (const [name, from, ...rest] of buckets) {
      const first = times.to(from);
      const [count = 1, lasted, active, value, max = null] = rest;
      own[names[name] ?? ""] = [count ?? 1, active ?? 0, value ?? 0, max, first, first + (lasted ?? 0)];
    }
    whole[between.to(after)] = own;
  }
  return whole;
}

function shortVisits(visits: readonly Visit[]): ShortVisit[] {
  const times = gaps();
  return visits.map(([start, end, pages, active, origin]) => {
    const short = [times.from(start), times.from(end), pages, active] as const;
    if (origin === null) return short;
    const [at, ...where] = origin;
    return [...short, [at - start, ...where]];
  });
}

function wholeVisits(visits: readonly ShortVisit[]): Visit[] {
  const times = gaps();
  return visits.map(([from, lasted, pages, active, origin = null]) => {
    const start = times.to(from);
    const end = times.to(lasted);
    if (origin === null) return [start, end, pages, active, null];
    const [after, ...where] = origin;
    return [start, end, pages, active, [start + after, ...where]];
  });
}

/** Numbers that follow each other, as what lies between them, and back. */
function gaps() {
  let before = 0;
  return {
    from(n: number): number {
      const gap = n - before;
      before = n;
      return gap;
    },
    to(gap: number): number {
      before += gap;
      return before;
    },
  };
}

function mapValues<T, R>(record: Record<Ref, T>, map: (value: T) => R): Record<Ref, R> {
  const mapped: Record<Ref, R> = {};
  for (const [key, value] of Object.entries(record) as [Ref, T][]) mapped[key] = map(value);
  return mapped;
}
