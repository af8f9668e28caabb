import type { Day } from "../day.ts";
import type { Facts } from "../facts.ts";
import type { CompiledModel } from "./compile.ts";

/** What a rule has to pay for, over all sources. */
export interface RuleCount {
  times: number;
  /** Active milliseconds by day. */
  readonly activeMs: Map<Day, number>;
  first: Day;
  last: Day;
}

export interface Tally {
  /** By the rule's place in the model, in that order. */
  readonly rules: ReadonlyMap<number, RuleCount>;
  /** Days on which anything is known to have happened, ascending. */
  readonly activeDays: readonly Day[];
}

/** Counts, in one pass over the facts up to `at`, what each rule has to pay for. */
export function tally(compiled: CompiledModel, facts: Facts, at: Day): Tally {
  const counts: (RuleCount | undefined)[] = [];
  const active = new Set<Day>();
  for (const source of Object.values(facts)) {
    for (const key in source.days) {
      const day = Number(key);
      if (day > at) continue;
      active.add(day);
      const buckets = source.days[key];
      for (const signal in buckets) {
        const bucket = buckets[signal];
        if (bucket === undefined) continue;
        for (const place of compiled.rulesFor(signal)) {
          const paid = compiled.rules[place]?.rule.per === "active_minute" ? bucket[1] : bucket[0];
          if (paid === 0) continue;
          const count = (counts[place] ??= { times: 0, activeMs: new Map(), first: day, last: day });
          count.times += bucket[0];
          if (bucket[1] > 0) count.activeMs.set(day, (count.activeMs.get(day) ?? 0) + bucket[1]);
          if (day < count.first) count.first = day;
          if (day > count.last) count.last = day;
        }
      }
    }
  }
  const rules = new Map<number, RuleCount>();
  counts.forEach((count, place) => count && rules.set(place, count));
  return { rules, activeDays: [...active].sort((a, b) => a - b) };
}
