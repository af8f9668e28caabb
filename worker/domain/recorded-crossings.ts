import { dayOf, dayToIso } from "../../shared/day.ts";
import type { CrossingRecord } from "./crossing-record.ts";
import type { Crossing } from "./crossings.ts";

/**
 * The crossings that follow from the facts, newest first, with what was recorded when they were found; and those that were recorded and do
 * not follow from the facts at the ends of days, as within a day. A night's decay is found on the next day at the latest that the
 * contact is looked at.
 */
export function withRecorded(
  derived: readonly Crossing[],
  recorded: readonly CrossingRecord[],
  model: string,
): Crossing[] {
  const left = recorded.filter((record) => record.model === model).toReversed();
  const known = derived.map((crossing): Crossing => {
    const place = left.findIndex((record) => isOf(record, crossing));
    const [record] = place === -1 ? [] : left.splice(place, 1);
    return record ? { ...crossing, ...detailsOf(record) } : crossing;
  });
  const others = left.map((record): Crossing => {
    const { from, to, version, at } = record;
    return { at: dayToIso(dayOf(at)), from, to, version, ...detailsOf(record) };
  });
  // The sort is stable: what was recorded within a day comes after what its end says.
  return [...known, ...others].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : timeOf(a) > timeOf(b) ? -1 : 0));
}

function isOf({ from, to, cause, at }: CrossingRecord, crossing: Crossing): boolean {
  if (from !== crossing.from || to !== crossing.to) return false;
  const day = dayToIso(dayOf(at));
  return day === crossing.at || (cause === "decay" && crossing.cause === "decay" && day > crossing.at);
}

function detailsOf({ id, at, cause, score, axes, grade, cell, reasons, traits }: CrossingRecord) {
  return {
    id,
    time: new Date(at).toISOString(),
    cause,
    score,
    axes,
    ...(grade === undefined ? {} : { grade }),
    ...(cell === undefined ? {} : { cell }),
    reasons,
    traits,
  };
}

function timeOf({ at, time }: Crossing): string {
  return time ?? `${at}T00:00:00.000Z`;
}
