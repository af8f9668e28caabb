import type { Units } from "../scoring/units.ts";
import { type Coefficients, coefficientsOf, power, unroundedAt } from "./curve.ts";
import type { Fading } from "./outlook.ts";

/** What rounding in the middle of the sums costs is won back by fitting what was left, this often. */
const ROUNDS = 4;
/** A pivot so much smaller than the largest is taken for none. */
const TINY = 1e-13;

/**
 * The curve that comes nearest to some totals (least squares), or `undefined` where that is not one curve. What it
 * misses is written beside it, so it only has to be near.
 */
export function fitCurve(fadings: readonly Fading[], totals: readonly Units[]): Coefficients | undefined {
  const size = coefficientsOf(fadings);
  const rows = totals.map((_, days) => rowOf(fadings, days));
  const normal = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows) {
    for (const [i, x] of row) for (const [j, y] of row) addTo(normal[i], j, x * y);
  }
  let coefficients: number[] = Array.from({ length: size }, () => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const wanted = new Float64Array(size);
    const known = coefficients;
    totals.forEach((total, days) => {
      const missed = total - unroundedAt(fadings, known, days);
      for (const [i, x] of rows[days] ?? []) addTo(wanted, i, x * missed);
    });
    const more = solve(normal, wanted);
    if (more === undefined) return undefined;
    coefficients = known.map((value, i) => value + (more[i] ?? 0));
  }
  return coefficients;
}

/** The parts of a curve as of a day: place and weight of the coefficients that count. */
function rowOf(fadings: readonly Fading[], days: number): [place: number, weight: number][] {
  const row: [number, number][] = [[0, 1]];
  let first = 1;
  for (const { left, every } of fadings) {
    const periods = Math.floor(days / every);
    row.push([first + days - periods * every, power(left, periods)]);
    first += every;
  }
  return row;
}

function addTo(list: Float64Array | undefined, place: number, more: number): void {
  if (list) list[place] = (list[place] ?? 0) + more;
}

/** Gauss's elimination, with the largest pivot of each column. */
function solve(matrix: readonly Float64Array[], wanted: Float64Array): number[] | undefined {
  const size = wanted.length;
  const rows = matrix.map((row, i) => Float64Array.of(...row, wanted[i] ?? 0));
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  let largest = 0;
  for (let column = 0; column < size; column += 1) {
    let best = column;
    for (let i = column + 1; i < size; i += 1) {
      if (Math.abs(at(i, column)) > Math.abs(at(best, column))) best = i;
    }
    const pivot = rows[best];
    const other = rows[column];
    if (!pivot || !other) return undefined;
    rows[column] = pivot;
    rows[best] = other;
    const value = pivot[column] ?? 0;
    largest = Math.max(largest, Math.abs(value));
    if (!(Math.abs(value) > TINY * largest)) return undefined;
    for (let i = column + 1; i < size; i += 1) {
      const share = at(i, column) / value;
      if (share !== 0) for (let j = column; j <= size; j += 1) addTo(rows[i], j, -share * (pivot[j] ?? 0));
    }
  }
  const solution: number[] = [];
  for (let i = size - 1; i >= 0; i -= 1) {
    let value = at(i, size);
    for (let j = i + 1; j < size; j += 1) value -= at(i, j) * (solution[j] ?? 0);
    solution[i] = value / at(i, i);
  }
  return solution;
}
