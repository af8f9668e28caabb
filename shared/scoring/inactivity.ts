import { daysOf } from "./duration.ts";
import type { FullInactivity } from "./full-model.ts";
import { toUnits, type Units } from "./units.ts";

/** What idle days cost on an axis. */
export interface AxisInactivity {
  /** Whether the points of a gap stay taken when it has ended. */
  readonly keeps: boolean;
  readonly steps: readonly { readonly rule: string; readonly label: string }[];
  /** What each step takes in a gap of so many days: 0 or less. */
  readonly taken: (gapDays: number) => readonly Units[];
  /** How often each step has been reached in it. */
  readonly times: (gapDays: number) => readonly number[];
  /** The days of a gap on which the cost jumps; none where it only grows, evenly. */
  readonly jumps: readonly number[];
}

export function compileInactivity(inactivity: FullInactivity): AxisInactivity {
  const keeps = inactivity.onReturn === "keep";
  const replaces = inactivity.mode === "replace";
  if (inactivity.every !== undefined) {
    const { every, points = 0, most = -Infinity } = inactivity;
    const days = daysOf(every);
    const bound = most === -Infinity ? "" : `, at most ${-most} in a row`;
    const times = (gap: number) => Math.min(Math.floor(gap / days), replaces ? 1 : Infinity);
    return {
      keeps,
      steps: [{ rule: `inactivity:every:${every}`, label: `Each ${days} days without activity${bound}` }],
      taken: (gap) => [toUnits(Math.max(most, times(gap) * points))],
      times: (gap) => [times(gap)],
      jumps: [],
    };
  }
  const steps = Object.entries(inactivity.steps ?? {})
    .map(([after, points]) => ({ after: daysOf(after), units: toUnits(points) }))
    .sort((a, b) => a.after - b.after);
  const isTaken = (gap: number) =>
    steps.map(({ after }, i) => gap >= after && !(replaces && gap >= (steps[i + 1]?.after ?? Infinity)));
  return {
    keeps,
    steps: steps.map(({ after }) => ({
      rule: `inactivity:${after}d`,
      label: `No activity for ${after} days`,
    })),
    taken: (gap) => isTaken(gap).map((taken, i) => (taken ? (steps[i]?.units ?? 0) : 0)),
    times: (gap) => isTaken(gap).map(Number),
    jumps: steps.map(({ after }) => after),
  };
}
