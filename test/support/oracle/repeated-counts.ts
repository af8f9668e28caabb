import type { CountDocument } from "../../../shared/scoring/document.ts";
import type { Occurrence } from "./as-of.ts";
import { isWithin } from "./calendar.ts";

/** What has been gathered and not been used up. */
interface Gathered {
  readonly day: number;
  /** Of the property whose different values count; else empty. */
  readonly value: string;
}

/** The day of each completed count of a rule with `repeat`. */
export function repeatedCounts(
  count: CountDocument,
  occurrences: readonly Occurrence[],
  today: number,
): number[] {
  const paid: number[] = [];
  let gathered: Gathered[] = [];
  for (let day = occurrences[0]?.day ?? today; day <= today; day += 1) {
    gathered = gathered.filter((one) => isWithin(one.day, day, count.within));
    gathered = gather(
      gathered,
      occurrences.filter((one) => one.day === day),
      count.distinct,
    );
    while (gathered.length >= count.gte) {
      gathered = gathered.slice(count.gte);
      paid.push(day);
    }
  }
  return paid;
}

/** Adds a day's occurrences; a value that is seen again has been seen on that day. The oldest come first. */
function gather(
  before: readonly Gathered[],
  occurrences: readonly Occurrence[],
  distinct: string | undefined,
): Gathered[] {
  if (distinct === undefined) return [...before, ...occurrences.map(({ day }) => ({ day, value: "" }))];
  const days = new Map(before.map((one) => [one.value, one.day]));
  for (const one of occurrences) days.set(one.props[distinct] ?? "", one.day);
  return [...days]
    .map(([value, day]) => ({ day, value }))
    .toSorted((a, b) => a.day - b.day || (a.value < b.value ? -1 : 1));
}
