import type { Day } from "../day.ts";
import type { Inactivity } from "./model.ts";
import type { Line } from "./score.ts";

/**
 * The points that idle days have cost: a line for each step that was reached, over all gaps (`keep`) or the
 * present one (`forgive`). A step of N days is reached when a gap has lasted N days.
 */
export function inactivityLines(
  axis: string,
  inactivity: Inactivity,
  activeDays: readonly Day[],
  at: Day,
): Line[] {
  const reached = new Map<number, number>();
  for (const gap of gaps(activeDays, at, inactivity.onReturn === "forgive")) {
    const steps = inactivity.steps.filter((step) => gap >= step.afterDays);
    for (const step of inactivity.mode === "replace" ? steps.slice(-1) : steps) {
      reached.set(step.afterDays, (reached.get(step.afterDays) ?? 0) + 1);
    }
  }
  return inactivity.steps.flatMap(({ afterDays, points }) => {
    const times = reached.get(afterDays);
    if (times === undefined) return [];
    const label = `No activity for ${afterDays} days`;
    const rule = `inactivity:${afterDays}d`;
    return [{ rule, kind: "inactivity", axis, label, points: times * points, times }];
  });
}

function gaps(activeDays: readonly Day[], at: Day, onlyPresent: boolean): number[] {
  const last = activeDays.at(-1);
  if (last === undefined) return [];
  const present = at - last;
  if (onlyPresent) return [present];
  return [...activeDays.slice(1).map((day, i) => day - (activeDays[i] as Day)), present];
}
