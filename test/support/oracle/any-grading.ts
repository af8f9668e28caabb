import fc from "fast-check";

import type {
  CutGradeDocument,
  Cuts,
  GridDocument,
  LadderDocument,
  NumericTest,
} from "../../../shared/scoring/document.ts";
import type { FullBand, FullCondition } from "../../../shared/scoring/full-model.ts";
import { anyHalf } from "./any-points.ts";

/** What bands can name. */
export interface Gradable {
  readonly axes: readonly string[];
  readonly grade?: LadderDocument | CutGradeDocument;
  readonly grid?: GridDocument;
}

const threshold = anyHalf(-10, 40);
const height = fc.integer({ min: 1, max: 20 });

/** A ladder, or cuts of the total or an axis. */
export function anyGrade(axes: readonly string[]): fc.Arbitrary<LadderDocument | CutGradeDocument> {
  const axis = fc.constantFrom(...axes);
  const ladder = fc
    .tuple(axis, fc.subarray(["F", "D", "C", "B", "A"], { minLength: 2 }), fc.nat({ max: 4 }))
    .map(([of, steps, start]) => ({
      axis: of,
      ladder: steps,
      start: steps[Math.min(start, steps.length - 1)] ?? "",
    }));
  const cuts = fc.record({ axis, cuts: anyCuts(["A", "B", "C"]) }, { requiredKeys: ["cuts"] });
  return fc.oneof(ladder, cuts);
}

/** Cells of one axis or of two. */
export function anyGrid(axes: readonly string[]): fc.Arbitrary<GridDocument> {
  const [first = "", second] = axes;
  const cuts = fc.tuple(anyCuts(["A", "B"]), anyCuts(["1", "2", "3"]));
  const patterns = fc.subarray(["A*", "*2", "A1", "*"]);
  return fc.tuple(cuts, patterns, fc.boolean()).map(([[a, b], cells, both]): GridDocument => {
    const two = both && second !== undefined;
    const known = cells.filter((cell) => two || !/\d/.test(cell));
    const names = Object.fromEntries(known.map((cell) => [cell, `name of ${cell}`]));
    return { axes: two ? { [first]: a, [second]: b } : { [first]: a }, names };
  });
}

/** Names from the best to the worst; the worst may take the rest. They are written in any order. */
function anyCuts(names: readonly string[]): fc.Arbitrary<Cuts> {
  const steps = fc.array(height, { minLength: names.length, maxLength: names.length });
  return fc
    .tuple(threshold, steps, fc.boolean(), fc.boolean())
    .map(([lowest, above, hasRest, worstFirst]) => {
      let least: number = lowest;
      const fromWorst = names.toReversed().map((name, index): [string, number | null] => {
        least += above[index] ?? 1;
        return [name, index === 0 && hasRest ? null : least];
      });
      return Object.fromEntries(worstFirst ? fromWorst : fromWorst.toReversed());
    });
}

const lowerLine = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: anyHalf(1, 20) },
);

const numericTest: fc.Arbitrary<NumericTest> = fc.oneof(
  { withCrossShrink: true },
  {
    weight: 3,
    arbitrary: fc.tuple(threshold, lowerLine).map(([gte, lower]) => ({ gte, ...exitOf(gte, lower) })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(threshold, lowerLine).map(([gt, lower]) => ({ gt, ...exitOf(gt, lower) })),
  },
  { weight: 1, arbitrary: threshold.map((lt) => ({ lt })) },
  { weight: 1, arbitrary: threshold.map((lte) => ({ lte })) },
  { weight: 1, arbitrary: fc.tuple(threshold, height).map(([gte, more]) => ({ gte, lt: gte + more })) },
);

function exitOf(line: number, lower: number | undefined): { exit?: number } {
  return lower === undefined ? {} : { exit: line - lower };
}

const pick = fc.nat({ max: 5 });
const looks = {
  score: numericTest,
  axis: fc.record({ pick, test: numericTest }),
  grade: fc.record({ pick, lower: fc.nat({ max: 2 }) }),
  cell: fc.record({ pick, more: fc.nat({ max: 2 }) }),
};

/** What a band looks at, mostly one thing; `pick` chooses among what the model has. */
const rawBand: fc.Arbitrary<RawBand> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.record({ score: looks.score }) },
  { weight: 2, arbitrary: fc.record({ axis: looks.axis }) },
  { weight: 1, arbitrary: fc.record({ grade: looks.grade }) },
  { weight: 1, arbitrary: fc.record({ cell: looks.cell }) },
  { weight: 1, arbitrary: fc.record(looks, { requiredKeys: [] }) },
);

/** Bands whose conditions are still to be fitted to a model. */
interface RawBands {
  readonly conditions: readonly RawBand[];
  /** Whether a last band takes everybody. */
  readonly rest: boolean;
}

interface RawBand {
  readonly score?: NumericTest;
  readonly axis?: { readonly pick: number; readonly test: NumericTest };
  readonly grade?: { readonly pick: number; readonly lower: number };
  readonly cell?: { readonly pick: number; readonly more: number };
}

export const anyRawBands: fc.Arbitrary<RawBands> = fc.record({
  conditions: fc.array(rawBand, { maxLength: 3, size: "max" }),
  rest: fc.boolean(),
});

/** Bands of a model, from the best down. */
export function bandsOf({ conditions, rest }: RawBands, model: Gradable): FullBand[] {
  const all = conditions.map((one, index) => ({ name: `band ${index + 1}`, when: conditionOf(one, model) }));
  let lowest = Infinity;
  const bands = all.filter(({ when }) => {
    if (Object.keys(when).length === 0) return false;
    // A band that asks for no less than one before it can never be reached, and is refused.
    const { score } = when;
    const isPlain = Object.keys(when).length === 1 && score?.lt === undefined && score?.lte === undefined;
    if (!isPlain || score?.gte === undefined) return true;
    if (score.gte >= lowest) return false;
    lowest = score.gte;
    return true;
  });
  return rest ? [...bands, { name: "rest", when: {} }] : bands;
}

function conditionOf({ score, axis, grade, cell }: RawBand, model: Gradable): FullCondition {
  const grades = gradesFromWorst(model);
  const cells = cellsOf(model);
  return {
    ...(score === undefined ? {} : { score }),
    ...(axis === undefined ? {} : { axes: { [pickFrom(model.axes, axis.pick)]: axis.test } }),
    ...(grade === undefined || grades.length === 0 ? {} : { grade: gradeTest(grades, grade) }),
    ...(cell === undefined || cells.length === 0 ? {} : { cell: cellTest(cells, cell) }),
  };
}

function gradeTest(
  grades: readonly string[],
  wanted: { readonly pick: number; readonly lower: number },
): NonNullable<FullCondition["grade"]> {
  const gte = pickFrom(grades, wanted.pick);
  const exit = grades[grades.indexOf(gte) - wanted.lower];
  return wanted.lower === 0 || exit === undefined ? { gte } : { gte, exit };
}

function cellTest(
  cells: readonly string[],
  wanted: { readonly pick: number; readonly more: number },
): NonNullable<FullCondition["cell"]> {
  const one = pickFrom(cells, wanted.pick);
  const wider = cells.filter((cell, index) => cell === one || index < wanted.more);
  return wider.length === 1 ? { in: [one] } : { in: [one], exit: wider };
}

function gradesFromWorst({ grade }: Gradable): readonly string[] {
  if (grade === undefined) return [];
  if ("ladder" in grade) return grade.ladder;
  const low = (least: number | null) => least ?? Number.NEGATIVE_INFINITY;
  const cuts = Object.entries(grade.cuts).toSorted(([, a], [, b]) => low(a) - low(b));
  return cuts.map(([name]) => name);
}

function cellsOf({ grid }: Gradable): readonly string[] {
  let cells = grid === undefined ? [] : [""];
  for (const cuts of Object.values(grid?.axes ?? {})) {
    cells = cells.flatMap((cell) => Object.keys(cuts).map((name) => cell + name));
  }
  return cells;
}

function pickFrom(names: readonly string[], index: number): string {
  return names[index % names.length] ?? "";
}
