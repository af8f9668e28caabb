import { dayOf } from "./day.ts";
import { VISIT_IDLE_MS } from "./limits.ts";

/**
 * A visit, or its part on one UTC day, made of events with less than 30 idle minutes between them: first and last
 * time in milliseconds, pages seen, active milliseconds, and where its first page was entered from. Parts are what
 * is stored: as of its first day, a visit over midnight is what was seen of it by then.
 */
export type Visit = [
  start: number,
  end: number,
  pages: number,
  activeMs: number,
  origin: readonly [at: number, referrer: string, campaign: string, source: string, medium: string] | null,
];

/**
 * Adds a part of a visit in place, joining what lies within the idle time on its day. As only the ends of the
 * parts matter for that, the order in which they come does not. A part is of the day on which it ends: a long read may have begun before.
 */
export function addVisit(visits: Visit[], added: Readonly<Visit>): void {
  const day = dayOf(added[1]);
  let joined: Visit = [...added];
  const isBefore = (part: Readonly<Visit>) =>
    dayOf(part[1]) < day || (dayOf(part[1]) === day && part[1] + VISIT_IDLE_MS <= joined[0]);
  const isAfter = (part: Readonly<Visit>) => dayOf(part[1]) > day || part[0] >= joined[1] + VISIT_IDLE_MS;
  let from = visits.length;
  while (from > 0 && !isBefore(visits[from - 1] as Visit)) from -= 1;
  let to = from;
  while (to < visits.length && !isAfter(visits[to] as Visit)) {
    joined = join(joined, visits[to] as Visit);
    to += 1;
  }
  visits.splice(from, to - from, joined);
}

/** The visits of one source, each as its parts in order: a part within the idle time after midnight goes on. */
export function chainVisits(parts: readonly Visit[]): Visit[][] {
  const chains: Visit[][] = [];
  for (const part of parts) {
    const last = chains.at(-1)?.at(-1);
    if (last && last[1] + VISIT_IDLE_MS > part[0]) chains.at(-1)?.push(part);
    else chains.push([part]);
  }
  return chains;
}

/** A whole visit, from its parts. */
export function wholeVisit(chain: readonly Visit[]): Visit {
  return chain.reduce((whole, part) => join(whole, part));
}

function join(a: Readonly<Visit>, b: Readonly<Visit>): Visit {
  return [
    Math.min(a[0], b[0]),
    Math.max(a[1], b[1]),
    a[2] + b[2],
    a[3] + b[3],
    isEarlier(a[4], b[4]) ? a[4] : b[4],
  ];
}

function isEarlier(a: Visit[4], b: Visit[4]): boolean {
  if (a === null || b === null) return b === null;
  return a[0] < b[0] || (a[0] === b[0] && a.join("\n") <= b.join("\n"));
}
