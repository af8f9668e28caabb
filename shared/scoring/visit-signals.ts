import { dayOf, type Day } from "../day.ts";
import type { Bucket } from "../facts.ts";
import { VISIT_STARTED, VISIT_SUMMARY } from "../reserved-events.ts";
import { signalKey, type SignalKey } from "../signal.ts";
import { chainVisits, type Visit } from "../visits.ts";
import type { Column } from "./history.ts";

const MINUTE_MS = 60_000;
const ONE: Readonly<Bucket> = [1, 0, 0, null, 0, 0];

/**
 * Adds what the visits of one source are to a rule: `Visit Started` on the day of its first event, and `Visit
 * Summary` on the day of its last one. A visit over midnight has a summary on each of its days, and all but the
 * last hold only until the next.
 */
export function addVisitColumns(
  columns: Map<SignalKey, Column>,
  parts: readonly Visit[],
  placeOf: (day: Day) => number | undefined,
): void {
  for (const chain of chainVisits(parts)) {
    const origin = originProps(chain[0]);
    let pages = 0;
    let activeMs = 0;
    chain.forEach((part, i) => {
      const day = dayOf(part[1]);
      const next = chain[i + 1];
      pages += part[2];
      activeMs += part[3];
      const minutes = Math.floor(activeMs / MINUTE_MS);
      if (i === 0) add(VISIT_STARTED, origin, day, Infinity);
      const totals: [string, string][] = [
        ["pages", String(pages)],
        ["minutes", String(minutes)],
      ];
      add(VISIT_SUMMARY, [...origin, ...totals], day, next ? dayOf(next[1]) : Infinity);
    });
  }

  function add(name: string, props: readonly [string, string][], day: Day, until: number): void {
    const place = placeOf(day);
    if (place === undefined) return;
    const key = signalKey(name, new Map(props), []);
    let column = columns.get(key);
    if (column === undefined) {
      column = { at: [], buckets: [], until: [] };
      columns.set(key, column);
    }
    // Of several sources the days need not come in order; the place where an entry belongs is near the end.
    let i = column.at.length;
    while (i > 0 && (column.at[i - 1] ?? 0) > place) i -= 1;
    column.at.splice(i, 0, place);
    column.buckets.splice(i, 0, ONE);
    column.until?.splice(i, 0, until);
  }
}

function originProps(part: Visit | undefined): [string, string][] {
  const [, referrer = "", campaign = "", source = "", medium = ""] = part?.[4] ?? [0];
  const props: [string, string][] = [
    ["referrer", referrer],
    ["campaign", campaign],
    ["source", source],
    ["medium", medium],
  ];
  return props.filter(([, value]) => value !== "");
}
