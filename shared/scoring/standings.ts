import type { NumericTest } from "./document.ts";
import type { FullBand, FullCondition, FullModel } from "./full-model.ts";
import { compileNames } from "./pattern.ts";
import { toUnits, type Units } from "./units.ts";

/** Where a score stands: what people act on. */
export interface Standing {
  readonly band: string | null;
  readonly grade?: string;
  readonly cell?: string;
  readonly cellName?: string;
}

/** Grade, grid and bands of a model. All numbers are in units. */
export interface Standings {
  readonly hasExits: boolean;
  /** Whether there is anything that could change. */
  readonly isEmpty: boolean;
  /** `before` is the band at the end of the day before. */
  readonly standing: (axes: readonly Units[], total: Units, before: string | null) => Standing;
  /** The lines that are drawn across each axis and (last) across the total, each once. */
  readonly lines: readonly (readonly Line[])[];
}

/** A value is over it from `at` on, or, where it is strict, above `at`. */
export interface Line {
  readonly at: Units;
  readonly strict: boolean;
}

type Values = readonly Units[];

/** One thing that must hold for a band: newly, or by the laxer line for those who are in it. */
type Check = (values: Values, grade: number, cell: string | undefined, inIt: boolean) => boolean;

export function compileStandings(full: FullModel, axisNames: readonly string[]): Standings {
  const lines: Line[][] = [...axisNames.map(() => []), []];
  const total = axisNames.length;
  const place = (axis: string | undefined) => (axis === undefined ? total : axisNames.indexOf(axis));
  const grade = compileGrade(full, place, lines);
  const cellOf = compileGrid(full, place, lines);
  const nameOf = compileNames(full.grid?.names ?? {});
  const bands = full.bands.map((band) => compileBand(band, place, grade.names, lines));

  function standing(axes: readonly Units[], score: Units, before: string | null): Standing {
    const values = [...axes, score];
    const gradeAt = grade.of(values);
    const gradeName = grade.names[gradeAt];
    const cell = cellOf(values);
    const cellName = cell === undefined ? undefined : nameOf(cell);
    const band = bands.find(
      ({ name, holds }) =>
        holds(values, gradeAt, cell, false) || (name === before && holds(values, gradeAt, cell, true)),
    );
    return {
      band: band?.name ?? null,
      ...(gradeName === undefined ? {} : { grade: gradeName }),
      ...(cell === undefined ? {} : { cell }),
      ...(cellName === undefined ? {} : { cellName }),
    };
  }

  return {
    hasExits: full.bands.some(({ when }) => hasExit(when)),
    isEmpty: full.bands.length === 0 && !full.grade && !full.grid,
    standing,
    lines,
  };
}

/** The grades from the worst to the best, and the place of the one that holds (−1 where none does). */
function compileGrade(
  { grade }: FullModel,
  place: (axis: string | undefined) => number,
  lines: Line[][],
): { names: readonly string[]; of: (values: Values) => number } {
  if (!grade) return { names: [], of: () => -1 };
  const at = place(grade.axis);
  if ("cuts" in grade) {
    const cuts = drawCuts(grade.cuts, lines[at]);
    const names = cuts.map(([name]) => name).toReversed();
    return { names, of: (values) => names.indexOf(reached(cuts, values[at] ?? 0) ?? "") };
  }
  const { ladder, start } = grade;
  const from = ladder.indexOf(start);
  ladder.forEach((_, step) => lines[at]?.push({ at: toUnits(step - from), strict: false }));
  const onePoint = toUnits(1);
  return {
    names: ladder,
    of: (values) => {
      const step = from + Math.floor((values[at] ?? 0) / onePoint);
      return Math.max(0, Math.min(ladder.length - 1, step));
    },
  };
}

function compileGrid(
  { grid }: FullModel,
  place: (axis: string) => number,
  lines: Line[][],
): (values: Values) => string | undefined {
  if (!grid) return () => undefined;
  const sides = Object.entries(grid.axes).map(([axis, cuts]) => {
    const at = place(axis);
    return { at, cuts: drawCuts(cuts, lines[at]) };
  });
  return (values) => {
    const names = sides.map(({ at, cuts }) => reached(cuts, values[at] ?? 0));
    return names.includes(undefined) ? undefined : names.join("");
  };
}

type Cut = readonly [name: string, from: Units];

function drawCuts(cuts: Readonly<Record<string, number | null>>, lines: Line[] | undefined): Cut[] {
  const drawn = Object.entries(cuts).map(([name, from]): Cut => [
    name,
    from === null ? -Infinity : toUnits(from),
  ]);
  for (const [, at] of drawn) if (at > -Infinity) lines?.push({ at, strict: false });
  return drawn.sort((a, b) => b[1] - a[1]);
}

/** The name of the highest cut that a value reaches; below the lowest there is none. */
function reached(cuts: readonly Cut[], value: Units): string | undefined {
  return cuts.find(([, from]) => value >= from)?.[0];
}

function compileBand(
  { name, when }: FullBand,
  place: (axis: string | undefined) => number,
  grades: readonly string[],
  lines: Line[][],
): { name: string; holds: Check } {
  const checks: Check[] = [];
  const number = (at: number, test: NumericTest) => {
    const holds = compileNumeric(test, lines[at]);
    checks.push((values, _grade, _cell, inIt) => holds(values[at] ?? 0, inIt));
  };
  if (when.score) number(place(undefined), when.score);
  for (const [axis, test] of Object.entries(when.axes ?? {})) number(place(axis), test);
  if (when.grade) {
    const enter = grades.indexOf(when.grade.gte);
    const exit = when.grade.exit === undefined ? enter : grades.indexOf(when.grade.exit);
    checks.push((_values, grade, _cell, inIt) => grade >= (inIt ? exit : enter));
  }
  if (when.cell) {
    const enter = new Set(when.cell.in);
    const exit = new Set(when.cell.exit ?? when.cell.in);
    checks.push((_values, _grade, cell, inIt) => cell !== undefined && (inIt ? exit : enter).has(cell));
  }
  return { name, holds: (...given) => checks.every((check) => check(...given)) };
}

function compileNumeric(
  test: NumericTest,
  lines: Line[] | undefined,
): (value: Units, inIt: boolean) => boolean {
  const { gte, gt, lte, lt, exit } = test;
  const over = (points: number | undefined, strict: boolean) => {
    if (points === undefined) return undefined;
    const at = toUnits(points);
    lines?.push({ at, strict });
    return (value: Units) => (strict ? value > at : value >= at);
  };
  const least = over(gte, false);
  const above = over(gt, true);
  const most = over(lte, true);
  const below = over(lt, false);
  const leaves = over(exit, false);
  return (value, inIt) =>
    (inIt && leaves ? leaves(value) : least?.(value) !== false && above?.(value) !== false) &&
    !most?.(value) &&
    !below?.(value);
}

function hasExit({ score, axes, grade, cell }: FullCondition): boolean {
  const tests = [score, ...Object.values(axes ?? {}), grade, cell];
  return tests.some((test) => test?.exit !== undefined);
}
