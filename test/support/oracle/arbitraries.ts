import fc from "fast-check";

import type { FullExclusion, FullModel } from "../../../shared/scoring/full-model.ts";
import { anyAxis, anyGroup } from "./any-axis.ts";
import type { Gradable } from "./any-grading.ts";
import { anyGrade, anyGrid, anyRawBands, bandsOf } from "./any-grading.ts";
import type { ModelOptions } from "./any-points.ts";
import { anyBounds } from "./any-points.ts";
import { anyLastingWhen, someWhere } from "./any-when.ts";
import { AXES } from "./vocabulary.ts";

export { anyHistory, anyReadDay } from "./any-history.ts";

/** Random models in full form, valid by `docs/models.md`, of everything that they can hold. */
export function anyFullModel(options: ModelOptions = {}): fc.Arbitrary<FullModel> {
  return fc.integer({ min: 1, max: AXES.length }).chain((count) => {
    const axes = AXES.slice(0, count);
    return fc
      .tuple(anyGradable(axes), anyScores(axes, options), anyRawBands)
      .map(([gradable, scores, bands]) => finished(gradable, scores, bandsOf(bands, gradable)));
  });
}

/** All of a model but its grades and bands. */
type Scores = Pick<FullModel, "axes" | "groups" | "total" | "exclude">;

function anyGradable(axes: readonly string[]): fc.Arbitrary<Gradable> {
  const some = { grade: anyGrade(axes), grid: anyGrid(axes) };
  return fc.record({ axes: fc.constant(axes), ...some }, { requiredKeys: ["axes"] });
}

function anyScores(axes: readonly string[], options: ModelOptions): fc.Arbitrary<Scores> {
  const each = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: axes.length, maxLength: axes.length });
  const raw = fc.record({
    axes: each(anyAxis(options)),
    groups: fc.array(anyGroup(options), { minLength: 1, maxLength: 4, size: "max" }),
    weights: each(anyWeight(options)),
    bounds: anyBounds(-30, 80),
    exclude: anyExclusions,
  });
  const byAxis = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(values.map((value, index) => [axes[index] ?? "", value]));
  return raw.map((one) => ({
    axes: byAxis(one.axes.map((axis, index) => ({ ...axis, label: axes[index] ?? "" }))),
    groups: one.groups.map(({ group, axisIndex }, index) => ({
      ...group,
      id: `g${index}`,
      label: `group ${index}`,
      axis: axes[axisIndex % axes.length] ?? "",
      rules: group.rules.map((rule, at) => ({
        ...rule,
        id: `g${index}-r${at}`,
        label: `rule ${index}.${at}`,
      })),
    })),
    total: { weights: byAxis(one.weights), ...one.bounds },
    exclude: one.exclude,
  }));
}

function anyWeight({ negativeWeights = true }: ModelOptions): fc.Arbitrary<number> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(0.5, 2, 0) },
    { weight: negativeWeights ? 1 : 0, arbitrary: fc.constantFrom(-1, -0.5) },
  );
}

const anyExclusions: fc.Arbitrary<readonly FullExclusion[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 12, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: someWhere.map((where) => [{ label: "by traits", when: [], where }]) },
  { weight: 1, arbitrary: anyLastingWhen.map((when) => [{ label: "by an event", when, where: {} }]) },
  {
    weight: 1,
    arbitrary: fc
      .record({ label: fc.constant("by both"), when: anyLastingWhen, where: someWhere })
      .map((one) => [one]),
  },
);

function finished({ grade, grid }: Gradable, scores: Scores, bands: FullModel["bands"]): FullModel {
  return {
    name: "Any",
    ...scores,
    ...(grade === undefined ? {} : { grade }),
    ...(grid === undefined ? {} : { grid }),
    bands,
  };
}
