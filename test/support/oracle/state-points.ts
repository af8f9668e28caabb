import type { StepsRule, TraitRule, WhereRule } from "../../../shared/scoring/full-model.ts";
import type { AsOf, Occurrence } from "./as-of.ts";
import { activeMsOf, daysOf, isWithin } from "./calendar.ts";
import { numberOf } from "./match.ts";
import { firstOfEach } from "./payments.ts";
import { sum } from "./units.ts";

/** Points of a rule that is a state, where its `where` holds. `seen` is what its `when` meets, by day. */
export function statePoints(
  rule: StepsRule | TraitRule | WhereRule,
  seen: readonly Occurrence[],
  now: AsOf,
): number {
  if ("steps" in rule) return stepPoints(rule, seen, now.day);
  if ("trait" in rule) return traitPoints(rule, now);
  return rule.points;
}

function traitPoints(rule: TraitRule, now: AsOf): number {
  const value = now.traits.get(rule.trait);
  if (value === undefined) return rule.unknown;
  if (rule.value === true) {
    const number = numberOf(value);
    return number === undefined ? rule.unknown : number * (rule.points ?? 1);
  }
  const map = new Map(Object.entries(rule.map ?? {}));
  return map.get(String(value)) ?? rule.otherwise;
}

/** The points of the highest step that the quantity reaches. */
function stepPoints(rule: StepsRule, seen: readonly Occurrence[], today: number): number {
  const { steps } = rule;
  const quantity = quantityOf(steps, seen, today);
  if (quantity === undefined) return steps.of === "recency" ? (steps.never ?? 0) : 0;
  const reached = Object.entries(steps.points)
    .map(([key, points]) => ({ from: stepStart(steps.of, key), points }))
    .filter(({ from }) => from <= quantity)
    .toSorted((a, b) => a.from - b.from);
  return reached.at(-1)?.points ?? 0;
}

function stepStart(of: StepsRule["steps"]["of"], key: string): number {
  if (of === "active") return activeMsOf(key);
  return of === "recency" ? daysOf(key) : Number(key);
}

/** How much there has been; nothing where there is no last time, or no largest value. */
function quantityOf(
  steps: StepsRule["steps"],
  seen: readonly Occurrence[],
  today: number,
): number | undefined {
  const inWindow = seen.filter((one) => isWithin(one.day, today, steps.within));
  const counted = inWindow.filter((one) => one.count === 1);
  const values = inWindow.flatMap((one) => (one.value === undefined ? [] : [one.value]));
  switch (steps.of) {
    case "count":
      return (steps.distinct === undefined ? counted : firstOfEach(counted, steps.distinct)).length;
    case "value":
      return sum(values);
    case "max":
      return values.length === 0 ? undefined : Math.max(...values);
    case "active":
      return sum(inWindow.map((one) => one.activeMs));
    case "recency": {
      const last = counted.at(-1);
      return last === undefined ? undefined : today - last.day;
    }
  }
}
