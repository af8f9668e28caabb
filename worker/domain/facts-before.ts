import { DAY_MS, dayOf } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import type { Facts, SourceFacts } from "../../shared/facts.ts";

/**
 * What was known just before a moment, for a score on the moment's own day. Facts are kept by day: of what happened
 * to one signal both before and after the moment on its day, all is taken as from before; and so is a whole visit.
 */
export function factsBefore(facts: Facts, time: number): Facts {
  const sources = Object.entries(facts) as [Ref, SourceFacts][];
  return Object.fromEntries(sources.map(([source, own]) => [source, sourceBefore(own, time)]));
}

function sourceBefore(own: SourceFacts, time: number): SourceFacts {
  const day = dayOf(time);
  const { [day]: buckets = {}, ...days } = own.days;
  const early = Object.entries(buckets).filter(([, bucket]) => day * DAY_MS + bucket[4] < time);
  // A day without anything would still be one on which something happened.
  if (early.length > 0) days[day] = Object.fromEntries(early);
  const traits = Object.entries(own.traits).map(([name, values]) => [
    name,
    values.filter(([at]) => at < time),
  ]);
  return {
    ...own,
    days,
    visits: own.visits.filter(([start]) => start < time),
    traits: Object.fromEntries(traits) as SourceFacts["traits"],
  };
}
