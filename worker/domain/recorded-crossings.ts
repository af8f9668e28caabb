import { dayOf, dayToIso } from "../../shared/day.ts";
import type { CrossingRecord } from "./crossing-record.ts";
import type { Crossing } from "./crossings.ts";

/**
 * The crossings that follow from the facts at the ends of days, newest first, with those that were recorded when they were found. Where
 * what was recorded on a day leads from the one band to the other it stands in the place of what follows; what it does not explain, as of before
 * there were records, stays. A night's decay may have been found on a later day.
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
    const own = chainOf(crossing, byDay.get(crossing.at) ?? []) ?? laterOf(crossing, left, used);
    if (!own) kept.push(crossing);
    for (const record of own ?? []) used.add(record);
    const [only] = own ?? [];
    // What the history knows of it stays with it.
    if (only && own?.length === 1) kept.push({ ...crossing, ...viewOf(only), at: crossing.at });
    else kept.push(...(own ?? []).map(viewOf).toReversed());
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

function laterOf(
  crossing: Crossing,
  all: readonly CrossingRecord[],
  used: ReadonlySet<CrossingRecord>,
): readonly CrossingRecord[] | undefined {
  if (crossing.cause !== "decay") return undefined;
  const found = all.find(
    (record) =>
      record.cause === "decay" &&
      record.from === crossing.from &&
      record.to === crossing.to &&
      dayToIso(dayOf(record.at)) > crossing.at &&
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
