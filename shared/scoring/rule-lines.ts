import type { PlacedRule } from "./compile.ts";
import type { Rule } from "./model.ts";
import type { Line } from "./score.ts";
import type { RuleCount } from "./tally.ts";

const MINUTE_MS = 60_000;

/** The line of a rule, and one for what its cap takes off; none where it paid nothing. */
export function ruleLines({ rule, axis }: PlacedRule, count: RuleCount): Line[] {
  const times = timesPaid(rule, count);
  const points = times * rule.points;
  if (points === 0) return [];
  const { first, last } = count;
  const lines: Line[] = [
    { rule: rule.id, kind: "rule", axis, label: rule.label, points, times, first, last },
  ];
  const over = rule.capPoints === undefined ? 0 : Math.abs(points) - rule.capPoints;
  if (over > 0) {
    const label = `${rule.label}: at most ${rule.capPoints}`;
    lines.push({ rule: rule.id, kind: "cap", axis, label, points: points > 0 ? -over : over, times: 1 });
  }
  return lines;
}

function timesPaid(rule: Rule, count: RuleCount): number {
  switch (rule.per) {
    case "event":
      return count.times;
    case "once":
      return Math.min(1, count.times);
    case "active_minute": {
      // Whole minutes of each day: summed over pages and sources first, rounded down once.
      let minutes = 0;
      for (const ms of count.activeMs.values()) minutes += Math.floor(ms / MINUTE_MS);
      return minutes;
    }
  }
}
