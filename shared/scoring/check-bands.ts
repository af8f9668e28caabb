import { checkAxisKeys, checkName, type Names, textsOf } from "./check-names.ts";
import { listed } from "./check-rule.ts";
import type { Report } from "./collect-issues.ts";
import { MAX_BANDS, MAX_LIST_ITEMS } from "./model-limits.ts";
import { hint } from "./nearest.ts";
import { isObject, type JsonObject, showText, within } from "./show.ts";

/** What the bands in full name, and whether each can be reached. */
export function checkBands(bands: unknown, names: Names, report: Report): void {
  const seen = new Map<string, string>();
  const all = listed(bands, MAX_BANDS);
  let lowest: { readonly from: number; readonly name: string } | undefined;
  for (const [i, band] of all) {
    if (!isObject(band)) continue;
    const path = within("bands", i);
    const { name, when } = band;
    if (typeof name === "string") {
      const other = seen.get(name);
      if (other === undefined) seen.set(name, path);
      else report(path, () => `"name" ${showText(name)} is taken by ${other}`);
    }
    const isBare = when === undefined && Object.keys(band).every((key) => key === "name");
    const takesEverybody = isBare || (isObject(when) && Object.keys(when).length === 0);
    if (takesEverybody && i < all.length - 1) {
      report(
        path,
        () => 'without "when" it takes everybody, and those after it nobody: it wants to be the last',
      );
    }
    if (isObject(when)) checkCondition(when, within(path, "when"), names, report);
    const own = leastScore(when);
    if (own === undefined) continue;
    if (lowest !== undefined && own >= lowest.from) {
      const { from, name: other } = lowest;
      report(
        path,
        () =>
          `nobody is left for it: ${showText(other)} before it takes all from ${from} on. The best band wants to be the first`,
      );
    } else lowest = { from: own, name: String(name) };
  }
}

/** Where a band begins that asks for nothing but a least score. */
function leastScore(when: unknown): number | undefined {
  if (!isObject(when) || Object.keys(when).length !== 1) return undefined;
  const { score } = when;
  if (typeof score === "number") return score;
  const hasEnd = !isObject(score) || "lt" in score || "lte" in score;
  return !hasEnd && typeof score["gte"] === "number" ? score["gte"] : undefined;
}

function checkCondition(when: JsonObject, path: string, names: Names, report: Report): void {
  checkAxisKeys(when["axes"], within(path, "axes"), names, report);
  const { grade, cell } = when;
  if (grade !== undefined) checkGrade(grade, path, names.grades, report);
  if (cell !== undefined) checkCell(cell, path, names.cells, report);
}

function checkGrade(grade: unknown, path: string, grades: Names["grades"], report: Report): void {
  if (grades === undefined) return report(path, () => '"grade" is asked for, but the model has no "grade"');
  if (!isObject(grade)) return checkName("grade", grade, grades, "grade", path, report);
  const { gte, exit } = grade;
  const at = within(path, "grade");
  checkName("gte", gte, grades, "grade", at, report);
  checkName("exit", exit, grades, "grade", at, report);
  if (typeof gte !== "string" || typeof exit !== "string" || !grades.includes(gte)) return;
  if (grades.indexOf(exit) > grades.indexOf(gte)) {
    report(
      at,
      () =>
        `"exit" wants to be no better than ${showText(gte)}, the grade for entering, got ${showText(exit)}`,
    );
  }
}

function checkCell(cell: unknown, path: string, cells: Names["cells"], report: Report): void {
  if (cells === undefined) return report(path, () => '"cell" is asked for, but the model has no "grid"');
  if (!isObject(cell))
    return checkCells("cell", typeof cell === "string" ? [cell] : cell, path, cells, report);
  const at = within(path, "cell");
  checkCells("in", cell["in"], at, cells, report);
  checkCells("exit", cell["exit"], at, cells, report);
  const staying = textsOf(cell["exit"], MAX_LIST_ITEMS);
  if (staying.length === 0) return;
  for (const entered of textsOf(cell["in"], MAX_LIST_ITEMS)) {
    if (!staying.includes(entered))
      report(at, () => `"exit" wants ${showText(entered)} too, a cell for entering`);
  }
}

function checkCells(
  key: string,
  given: unknown,
  path: string,
  cells: readonly string[],
  report: Report,
): void {
  for (const cell of cells.length > 0 ? textsOf(given, MAX_LIST_ITEMS) : []) {
    if (!cells.includes(cell))
      report(path, () => `"${key}": unknown cell ${showText(cell)}${hint(cell, cells)}`);
  }
}
