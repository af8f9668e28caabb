import type { FullGroup, FullRule, OccurrenceRule } from "../../../shared/scoring/full-model.ts";
import type { AsOf, Occurrence } from "./as-of.ts";
import { leftOf } from "./decay.ts";
import type { DayUnits } from "./limits.ts";
import { withinPoints, withinTimes } from "./limits.ts";
import { meetsWhen, meetsWhere } from "./match.ts";
import { firstDayOf, paymentsOf } from "./payments.ts";
import { statePoints } from "./state-points.ts";
import { clamp, clampToMillion, sum, toUnits } from "./units.ts";

/** What a rule brings. */
interface RuleLine {
  readonly units: number;
  /** What its payments bring, by day, under its limit for a day alone. Absent for a state. */
  readonly days?: readonly DayUnits[];
  /** The day of its first occurrence. */
  readonly firstDay?: number;
}

/** What a group brings, in units: the sum of its rules, its limits, then `min` and `max`. */
export function groupUnits(group: FullGroup, now: AsOf): number {
  const lines = group.rules
    .filter((rule) => meetsWhere(now.traits, rule.where))
    .map((rule) => ruleLine(rule, group, now));
  const ofRules = sum(lines.map((line) => line.units));
  return clamp(group.limits.length === 0 ? ofRules : Math.min(ofRules, limited(group, lines)), group);
}

/** What the group's limits leave of the payments, and all of the states. */
function limited(group: FullGroup, lines: readonly RuleLine[]): number {
  const states = lines.filter((line) => line.days === undefined);
  const days = addUp(lines.flatMap((line) => line.days ?? []));
  const firstDay = Math.min(...lines.map((line) => line.firstDay ?? Number.POSITIVE_INFINITY));
  const payments = withinPoints(days, group.limits, firstDay);
  return sum([...payments, ...states].map(({ units }) => units));
}

function addUp(parts: readonly DayUnits[]): DayUnits[] {
  const days = [...new Set(parts.map(({ day }) => day))];
  return days.map((day) => ({
    day,
    units: sum(parts.filter((part) => part.day === day).map(({ units }) => units)),
  }));
}

function ruleLine(rule: FullRule, group: FullGroup, now: AsOf): RuleLine {
  const seen = seenBy(rule, group, now);
  if ("ages" in rule) return occurrenceLine(rule, group, seen, now.day);
  const units = toUnits(statePoints(rule, seen, now));
  const most = rule.cap.points;
  return { units: clampToMillion(most === undefined ? units : clamp(units, { min: -most, max: most })) };
}

/** The occurrences that a rule gets: in a group with `match: "first"` only those that no rule before it meets. */
function seenBy(rule: FullRule, group: FullGroup, now: AsOf): Occurrence[] {
  if (!("when" in rule)) return [];
  const asks = (one: Occurrence, other: FullRule) => "when" in other && meetsWhen(one, other.when);
  if (group.match === "all") return now.occurrences.filter((one) => asks(one, rule));
  return now.occurrences.filter((one) => group.rules.find((other) => asks(one, other)) === rule);
}

/** Payments, limits in times, decay, cap in times, limits in points, cap in points. */
function occurrenceLine(
  rule: OccurrenceRule,
  group: FullGroup,
  seen: readonly Occurrence[],
  today: number,
): RuleLine {
  const firstDay = firstDayOf(rule, seen) ?? Number.POSITIVE_INFINITY;
  const payments = paymentsOf(rule, seen, today);
  const worth = withinTimes(payments, rule.limits, firstDay).map(({ day, points }) => ({
    day,
    points: points * leftOf(rule.decay, today - day),
  }));
  const newest = rule.cap.times === undefined ? worth : worth.slice(-rule.cap.times);
  const pointLimits = rule.limits.filter((limit) => "points" in limit);
  if (pointLimits.length === 0 && group.limits.length === 0) {
    const units = toUnits(sum(newest.map(({ points }) => points)));
    return { units: clampToMillion(capped(units, rule)), days: [], firstDay };
  }
  // A rule with negative points is limited in what it costs: turned round, that is what it brings.
  const direction = rule.points < 0 ? -1 : 1;
  const turned = turn(unitsByDay(newest), direction);
  const within = (limits: typeof pointLimits) => turn(withinPoints(turned, limits, firstDay), direction);
  const units = sum(within(pointLimits).map((day) => day.units));
  const days = within(pointLimits.filter((limit) => "each" in limit && limit.each === "day"));
  return { units: clampToMillion(capped(units, rule)), days, firstDay };
}

/** The worth of each day, rounded: limits in points are kept in whole billionths. */
function unitsByDay(worth: readonly { readonly day: number; readonly points: number }[]): DayUnits[] {
  const days = [...new Set(worth.map(({ day }) => day))];
  return days.map((day) => ({
    day,
    units: toUnits(sum(worth.filter((one) => one.day === day).map(({ points }) => points))),
  }));
}

function turn(days: readonly DayUnits[], direction: 1 | -1): DayUnits[] {
  return days.map(({ day, units }) => ({ day, units: units * direction }));
}

/** The cap in points: the most that positive points bring, or negative ones cost. */
function capped(units: number, rule: OccurrenceRule): number {
  const most = rule.cap.points;
  if (most === undefined) return units;
  return rule.points < 0 ? clamp(units, { min: -most }) : clamp(units, { max: most });
}
