import { dayOf, dayToIso } from "../../shared/day.ts";
import type { CrossingRecord } from "./crossing-record.ts";
import type { Crossing } from "./crossings.ts";

/**
 * The crossings that follow from the facts at the ends of days, newest first, with those that were recorded when they were found. Where
 * what was recorded on a day leads from the one band to the other it stands in the place of what follows; what it does not explain, as of before
 * there were records, stays.
 */
export function withRecorded(
  derived: readonly Crossing[],
  recorded: readonly CrossingRecord[],
  model: string,
): Crossing[] {
  const left = recorded.filter((record) => record.model === model);
  const byDay = new Map<string, CrossingRecord[]>();
  for (const record of left) {
    const day = dayToIso(dayOf(record.at));
    byDay.set(day, [...(byDay.get(day) ?? []), record]);
  }
  const kept: Crossing[] = [];
  const used = new Set<CrossingRecord>();
  for (const crossing of derived) {
    const { at, from } = crossing;
    const ofDay = (byDay.get(at) ?? []).filter((record) => !used.has(record));
    const one = ofDay.findLast((record) => record.from === from && record.to === crossing.to);
    const own = (one && [one]) ?? chainOf(crossing, ofDay) ?? laterOf(crossing, left, used) ?? [];
    for (const record of own) used.add(record);
    const [first] = own;
    // What the history knows of it stays with it; and where it comes from, which is no band before the first fact.
    if (!first) kept.push(crossing);
    else if (own.length === 1) kept.push({ ...crossing, ...viewOf(first), at, from });
    else
      kept.push(
        ...own
          .map((record) => (record === first ? { ...viewOf(record), from } : viewOf(record)))
          .toReversed(),
      );
  }
  kept.push(
    ...left
      .filter((record) => !used.has(record))
      .map(viewOf)
      .toReversed(),
  );
  // The sort is stable: of two at the same moment the later one stands first.
  return kept.sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : timeOf(a) > timeOf(b) ? -1 : 0));
}

/** What was recorded on the day, if it leads from where the crossing comes to where it goes. Before its first fact a contact is in no band. */
function chainOf(
  { from, to }: Crossing,
  ofDay: readonly CrossingRecord[],
): readonly CrossingRecord[] | undefined {
  const [first, last] = [ofDay[0], ofDay.at(-1)];
  return first && last && last.to === to && (first.from === from || from === null) ? ofDay : undefined;
}

/** What was found on a later day: what a night has faded, or what came later than it happened. */
function laterOf(
  { at, from, to }: Crossing,
  all: readonly CrossingRecord[],
  used: ReadonlySet<CrossingRecord>,
): readonly CrossingRecord[] | undefined {
  const found = all.findLast(
    (record) =>
      record.to === to &&
      (record.from === from || (from === null && record === all[0])) &&
      dayToIso(dayOf(record.at)) > at &&
      !used.has(record),
  );
  return found && [found];
}

function viewOf({ contact: _contact, model: _model, at, ...record }: CrossingRecord): Crossing {
  return { ...record, at: dayToIso(dayOf(at)), time: new Date(at).toISOString() };
}

function timeOf({ at, time }: Crossing): string {
  return time?.startsWith(at) ? time : `${at}T00:00:00.000Z`;
}
