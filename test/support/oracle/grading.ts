import type { Cuts, NumericTest } from "../../../shared/scoring/document.ts";
import type { FullBand, FullCondition, FullModel } from "../../../shared/scoring/full-model.ts";
import { matches } from "./match.ts";
import { toUnits, wholePoints } from "./units.ts";

/** What bands, grade and grid look at: the total and the axes as shown, in units. */
export interface Shown {
  readonly total: number;
  readonly axes: Readonly<Record<string, number>>;
  readonly grade?: string;
  readonly cell?: string;
}

/** The grade, if the model has one and one is reached. */
export function gradeOf(full: FullModel, shown: Shown): string | undefined {
  const { grade } = full;
  if (grade === undefined) return undefined;
  if ("cuts" in grade)
    return cutOf(grade.cuts, grade.axis === undefined ? shown.total : axisOf(shown, grade.axis));
  const step = grade.ladder.indexOf(grade.start) + wholePoints(axisOf(shown, grade.axis));
  return grade.ladder[Math.min(Math.max(step, 0), grade.ladder.length - 1)];
}

/** The cell of the grid; none where an axis reaches no cut. */
export function cellOf(full: FullModel, shown: Shown): string | undefined {
  if (full.grid === undefined) return undefined;
  const parts = Object.entries(full.grid.axes).map(([axis, cuts]) => cutOf(cuts, axisOf(shown, axis)));
  return parts.includes(undefined) ? undefined : parts.join("");
}

/** The name of a cell by the pattern that fixes most characters; of equal ones the first. */
export function cellNameOf(full: FullModel, cell: string): string | undefined {
  const names = Object.entries(full.grid?.names ?? {}).filter(([pattern]) => matches(cell, pattern));
  const fixed = (pattern: string) => pattern.replaceAll("*", "").length;
  return names.toSorted(([a], [b]) => fixed(b) - fixed(a))[0]?.[1];
}

/** The name with the highest value that is reached. */
function cutOf(cuts: Cuts, units: number): string | undefined {
  return bestFirst(cuts).find(([, least]) => least === null || units >= toUnits(least))?.[0];
}

function bestFirst(cuts: Cuts): [string, number | null][] {
  const height = (least: number | null) => least ?? Number.NEGATIVE_INFINITY;
  return Object.entries(cuts).toSorted(([, a], [, b]) => height(b) - height(a));
}

/** The band of a day: from the best down, the first that is entered, or that held yesterday and is not left. */
export function bandOf(full: FullModel, shown: Shown, yesterday: string | null): string | null {
  const holds = (band: FullBand) =>
    meets(full, shown, band.when, false) || (band.name === yesterday && meets(full, shown, band.when, true));
  return full.bands.find(holds)?.name ?? null;
}

/** Whether everything that a condition names holds; to stay, an `exit` takes the place of the line of entry. */
function meets(full: FullModel, shown: Shown, when: FullCondition, staying: boolean): boolean {
  const axes = Object.entries(when.axes ?? {});
  return (
    meetsNumeric(shown.total, when.score ?? {}, staying) &&
    axes.every(([axis, test]) => meetsNumeric(axisOf(shown, axis), test, staying)) &&
    meetsGrade(full, shown, when.grade, staying) &&
    meetsCell(shown, when.cell, staying)
  );
}

function meetsNumeric(units: number, test: NumericTest, staying: boolean): boolean {
  if (test.lte !== undefined && units > toUnits(test.lte)) return false;
  if (test.lt !== undefined && units >= toUnits(test.lt)) return false;
  if (staying && test.exit !== undefined) return units >= toUnits(test.exit);
  if (test.gte !== undefined && units < toUnits(test.gte)) return false;
  return test.gt === undefined || units > toUnits(test.gt);
}

function meetsGrade(full: FullModel, shown: Shown, test: FullCondition["grade"], staying: boolean): boolean {
  if (test === undefined) return true;
  const order = gradesBestFirst(full);
  const least = staying ? (test.exit ?? test.gte) : test.gte;
  return shown.grade !== undefined && order.indexOf(shown.grade) <= order.indexOf(least);
}

function gradesBestFirst({ grade }: FullModel): readonly string[] {
  if (grade === undefined) return [];
  return "cuts" in grade ? bestFirst(grade.cuts).map(([name]) => name) : grade.ladder.toReversed();
}

function meetsCell(shown: Shown, test: FullCondition["cell"], staying: boolean): boolean {
  if (test === undefined) return true;
  return shown.cell !== undefined && (staying ? (test.exit ?? test.in) : test.in).includes(shown.cell);
}

function axisOf(shown: Shown, axis: string): number {
  return shown.axes[axis] ?? 0;
}
