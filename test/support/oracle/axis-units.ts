import type { FullAxis, FullModel } from "../../../shared/scoring/full-model.ts";
import type { AsOf, Occurrence } from "./as-of.ts";
import { groupUnits } from "./group-points.ts";
import { inactivityUnits } from "./inactivity.ts";
import { meetsWhen } from "./match.ts";
import { clampToMillion, sum, toUnits } from "./units.ts";

/** An axis on a day, before its running floor. */
interface AxisDay {
  readonly units: number;
  /** The axis is set back on this very day. */
  readonly resetToday: boolean;
}

/** Start, groups, inactivity and adjustments of an axis, as of a day. */
export function axisDay(full: FullModel, name: string, axis: FullAxis, now: AsOf, modelId: string): AxisDay {
  const resets = now.occurrences.filter((one) => isReset(one, name, axis, modelId)).map(({ day }) => day);
  const resetDay = Math.max(Number.NEGATIVE_INFINITY, ...resets);
  const since = { ...now, occurrences: now.occurrences.filter(({ day }) => day > resetDay) };
  const groups = full.groups.filter((group) => group.axis === name);
  const units = sum([
    toUnits(axis.start),
    ...groups.map((group) => groupUnits(group, since)),
    axis.inactivity === undefined ? 0 : inactivityUnits(axis.inactivity, since),
    ...adjustments(full, name, since, modelId),
  ]);
  return { units: clampToMillion(units), resetToday: resetDay === now.day };
}

/** An event that the axis names, or a reset by hand, of this axis or of all. */
function isReset(one: Occurrence, name: string, axis: FullAxis, modelId: string): boolean {
  if (one.count === 1 && meetsWhen(one, axis.reset)) return true;
  return one.name === "Score Reset" && isForModel(one, modelId) && (one.props["axis"] ?? name) === name;
}

/** Points given or taken by hand; those without an axis belong to the first. */
function adjustments(full: FullModel, name: string, now: AsOf, modelId: string): number[] {
  const first = Object.keys(full.axes)[0];
  return now.occurrences
    .filter((one) => one.name === "Score Adjusted" && isForModel(one, modelId))
    .filter((one) => (one.props["axis"] ?? first) === name)
    .map((one) => toUnits(one.value ?? 0));
}

function isForModel(one: Occurrence, modelId: string): boolean {
  return (one.props["model"] ?? modelId) === modelId;
}
