import type { CountDocument } from "../../../shared/scoring/document.ts";
import type { OccurrenceRule } from "../../../shared/scoring/full-model.ts";
import type { Occurrence } from "./as-of.ts";
import { activeMsOf, daysOf, isWithin, monthOf, weekOf } from "./calendar.ts";
import { repeatedCounts } from "./repeated-counts.ts";
import { sum } from "./units.ts";

/** One payment of a rule, before decay. */
export interface Payment {
  readonly day: number;
  readonly points: number;
}

/**
 * What a rule pays for the occurrences that it sees, in order of days. `seen` is in order of days too, and holds
 * active time that was told by itself.
 */
export function paymentsOf(rule: OccurrenceRule, seen: readonly Occurrence[], today: number): Payment[] {
  const amounts = amountsOf(rule, seen);
  if (amounts !== undefined) return amounts;
  const counted = seen.filter((one) => one.count === 1);
  const days =
    rule.count === undefined ? paidDays(rule, counted) : countDays(rule, rule.count, counted, today);
  return days.toSorted((a, b) => a - b).map((day) => ({ day, points: rule.points }));
}

/** The day of the first occurrence that the rule can pay for, from which blocks of days are laid. */
export function firstDayOf({ per, count }: OccurrenceRule, seen: readonly Occurrence[]): number | undefined {
  if (typeof per === "object" && !("distinct" in per)) {
    return differentDays(seen).find((day) => {
      const today = seen.filter((one) => one.day === day);
      return sum(today.map((one) => ("active" in per ? one.activeMs : (one.value ?? 0)))) !== 0;
    });
  }
  const property =
    count === undefined ? (typeof per === "object" ? per.distinct : undefined) : count.distinct;
  return seen.find((one) => one.count === 1 && (property === undefined || one.props[property] !== undefined))
    ?.day;
}

/** Payments by amount: whole units of a day's sum, rounded toward zero; a negative unit takes the points. */
function amountsOf(rule: OccurrenceRule, seen: readonly Occurrence[]): Payment[] | undefined {
  const { per } = rule;
  if (typeof per !== "object" || "distinct" in per) return undefined;
  const payments: Payment[] = [];
  for (const day of differentDays(seen)) {
    const today = seen.filter((one) => one.day === day);
    const units =
      "active" in per
        ? Math.trunc(sum(today.map((one) => one.activeMs)) / activeMsOf(per.active))
        : Math.trunc(sum(today.map((one) => one.value ?? 0)) / per.value);
    for (let unit = 0; unit < Math.abs(units); unit += 1) {
      payments.push({ day, points: units > 0 ? rule.points : -rule.points });
    }
  }
  return payments;
}

/** The day of each payment of a rule with `per`. */
function paidDays(rule: OccurrenceRule, counted: readonly Occurrence[]): number[] {
  const { per = "event" } = rule;
  const days = counted.map((one) => one.day);
  if (typeof per === "object") {
    return "distinct" in per ? oneDayEach(counted, rule, (one) => one.props[per.distinct]) : [];
  }
  if (per === "event") return days;
  if (per === "once") return oneDayEach(counted, rule, () => "once");
  if (per === "day") return differentDays(counted);
  if (per === "week") return oneDayEach(counted, rule, (one) => weekOf(one.day));
  if (per === "month") return oneDayEach(counted, rule, (one) => monthOf(one.day));
  return daysApart(days, daysOf(per));
}

/** One day for each key: that of its first occurrence, or of its last one. Without a key nothing is paid. */
function oneDayEach(
  counted: readonly Occurrence[],
  rule: OccurrenceRule,
  keyOf: (one: Occurrence) => string | number | undefined,
): number[] {
  const days = new Map<string | number, number>();
  for (const one of counted) {
    const key = keyOf(one);
    if (key === undefined) continue;
    if (rule.ages === "last" || !days.has(key)) days.set(key, one.day);
  }
  return [...days.values()];
}

/** An occurrence, then the next that lies at least so many days after it. */
function daysApart(days: readonly number[], apart: number): number[] {
  const paid: number[] = [];
  for (const day of days) {
    const last = paid.at(-1);
    if (last === undefined || day - last >= apart) paid.push(day);
  }
  return paid;
}

/** The day of each payment of a rule with `count`. */
function countDays(
  rule: OccurrenceRule,
  count: CountDocument,
  counted: readonly Occurrence[],
  today: number,
): number[] {
  const { distinct } = count;
  const all = distinct === undefined ? counted : counted.filter((one) => one.props[distinct] !== undefined);
  if (count.repeat === true) return repeatedCounts(count, all, today);
  const inWindow = all.filter((one) => isWithin(one.day, today, count.within));
  const steps = distinct === undefined ? inWindow : firstOfEach(inWindow, distinct);
  const enough = steps[count.gte - 1];
  const last = inWindow.at(-1);
  if (enough === undefined || last === undefined) return [];
  return [rule.ages === "last" || count.within !== undefined ? last.day : enough.day];
}

/** The first occurrence of each value of a property. */
export function firstOfEach(counted: readonly Occurrence[], property: string): Occurrence[] {
  const values = new Set<string>();
  return counted.filter((one) => {
    const value = one.props[property];
    if (value === undefined || values.has(value)) return false;
    values.add(value);
    return true;
  });
}

function differentDays(occurrences: readonly Occurrence[]): number[] {
  return [...new Set(occurrences.map((one) => one.day))];
}
