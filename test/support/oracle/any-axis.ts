import fc from "fast-check";

import type { FullAxis, FullGroup, FullInactivity } from "../../../shared/scoring/full-model.ts";
import { anyGroupLimits, fitLimits } from "./any-limits.ts";
import type { ModelOptions } from "./any-points.ts";
import { anyBounds, anyHalf, anyTable, rarely } from "./any-points.ts";
import { anyRule } from "./any-rule.ts";
import { anyLastingWhen, anyResetWhen } from "./any-when.ts";

/** An axis; its label is still to be given. */
export function anyAxis(options: ModelOptions): fc.Arbitrary<FullAxis> {
  const { runningFloors = true, negativePoints = true } = options;
  const floor = anyHalf(-40, 10);
  const bounds = anyBounds(-60, 80);
  const rest = fc.record(
    {
      label: fc.constant("axis"),
      start: fc.oneof(fc.constant(0), anyHalf(negativePoints ? -20 : 0, 20)),
      reset: anyResetWhen,
      inactivity: anyInactivity(options),
    },
    { requiredKeys: ["label", "start", "reset"] },
  );
  const lifts: fc.Arbitrary<{ floor?: number }> = rarely(
    runningFloors ? fc.record({ floor }) : fc.constant({}),
  );
  return fc.tuple(rest, bounds, lifts).map(([axis, both, under]): FullAxis => {
    const floors = under.floor === undefined ? {} : { floor: Math.min(under.floor, both.max ?? Infinity) };
    return { ...axis, ...both, ...floors };
  });
}

function anyInactivity({ unevenSteps = true }: ModelOptions): fc.Arbitrary<FullInactivity> {
  const taken = anyHalf(0, 20).map((points) => 0 - points);
  const how = fc.record(
    {
      mode: fc.constantFrom("cumulative" as const, "replace" as const),
      onReturn: fc.constantFrom("keep" as const, "forgive" as const),
      signals: anyLastingWhen,
    },
    { requiredKeys: ["mode", "onReturn"] },
  );
  const bySteps = fc.record({
    steps: anyTable(["3d", "7d", "2w", "30d", "60d"], taken, unevenSteps ? "any" : "falling"),
  });
  const byEvery = fc.record(
    {
      every: fc.constantFrom("2d", "1w", "30d"),
      points: taken,
      most: anyHalf(0, 40).map((most) => 0 - most),
    },
    { requiredKeys: ["every", "points"] },
  );
  return fc
    .tuple(how, fc.oneof(bySteps, byEvery))
    .map(([one, other]): FullInactivity => ({ ...one, ...other }));
}

/** A group and which axis it belongs to; its id and axis are still to be given. */
export function anyGroup(options: ModelOptions): fc.Arbitrary<{ group: FullGroup; axisIndex: number }> {
  const { negativePoints = true } = options;
  const group = fc.record({
    id: fc.constant("group"),
    label: fc.constant("group"),
    axis: fc.constant(""),
    match: fc.constantFrom("all" as const, "first" as const),
    limits: anyGroupLimits,
    rules: fc.array(anyRule(options), { minLength: 1, maxLength: 3, size: "max" }),
  });
  const bounded = fc
    .tuple(group, anyBounds(negativePoints ? -40 : 0, 60))
    .map(([one, bounds]) => ({ ...one, ...bounds }));
  return fc.record({ axisIndex: fc.nat({ max: 5 }), group: bounded.map(fitGroup) });
}

/** Limits of a group are for what it gives, and of days in a row only where nothing fades. */
export function fitGroup(group: FullGroup): FullGroup {
  const decays = group.rules.flatMap((rule) => ("decay" in rule ? [rule.decay] : []));
  const gives = group.rules.some(
    (rule) => "decay" in rule && (rule.points > 0 || (typeof rule.per === "object" && "value" in rule.per)),
  );
  return { ...group, limits: gives ? fitLimits(group.limits, decays) : [] };
}
