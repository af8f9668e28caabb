import { VISIT_IDLE_MS } from "./limits.ts";

/**
 * A visit, made of events with less than 30 idle minutes between them: first and last time in milliseconds,
 * pages seen, active milliseconds, and where its first page was entered from.
 */
export type Visit = [
  start: number,
  end: number,
  pages: number,
  activeMs: number,
  origin: readonly [at: number, referrer: string, campaign: string, source: string, medium: string] | null,
];

/**
 * Adds a visit, or a part of one, in place, joining what lies within the idle time. As only the ends of the
 * parts matter for that, the order in which they come does not.
 */
export function addVisit(visits: Visit[], added: Readonly<Visit>): void {
  let from = visits.length;
  while (from > 0 && (visits[from - 1] as Visit)[1] + VISIT_IDLE_MS > added[0]) from -= 1;
  let to = from;
  let joined: Visit = [...added];
  while (to < visits.length && (visits[to] as Visit)[0] < joined[1] + VISIT_IDLE_MS) {
    joined = join(joined, visits[to] as Visit);
    to += 1;
  }
  visits.splice(from, to - from, joined);
}

function join(a: Visit, b: Visit): Visit {
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
