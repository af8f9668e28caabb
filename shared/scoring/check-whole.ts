import { checkBands } from "./check-bands.ts";
import { checkAxisKeys, checkName, keysOf, type Names, textsOf } from "./check-names.ts";
import { listed } from "./check-rule.ts";
import { SHORT_PARTS } from "./check-short.ts";
import { checkTexts } from "./check-texts.ts";
import type { Report } from "./collect-issues.ts";
import { ONLY_AXIS } from "./document.ts";
import { MAX_AXES, MAX_GROUPS, MAX_KEYS, MAX_LADDER_STEPS, MAX_RULES } from "./model-limits.ts";
import { hint } from "./nearest.ts";
import { compilePattern } from "./pattern.ts";
import { entriesOf, isObject, type JsonObject, showText, within } from "./show.ts";

/**
 * What only the whole of a document shows. It may expect nothing of the value but that it is an object: where a
 * shape is wrong, that has been told, and only what can be read is looked at.
 */
export function checkWhole(document: JsonObject, report: Report): void {
  const axes = isObject(document["axes"]) ? keysOf(document["axes"]) : [ONLY_AXIS];
  const names: Names = {
    axes,
    grades: gradesOf(document["grade"]),
    cells: cellsOf(document["grid"], report),
  };
  checkGroups(document, names, report);
  const { total, grade, grid, bands } = document;
  if (isObject(total)) checkAxisKeys(total["weights"], "total.weights", names, report);
  if (isObject(grade)) {
    checkName("axis", grade["axis"], names.axes, "axis", "grade", report);
    checkLadder(grade, report);
  }
  if (isObject(grid)) {
    checkAxisKeys(grid["axes"], "grid.axes", names, report);
    checkCellNames(grid["names"], names.cells ?? [], report);
  }
  checkBands(bands, names, report);
  checkTexts(document, report);
}

function checkGroups(document: JsonObject, names: Names, report: Report): void {
  const groupIds = new Map<string, string>();
  const ruleIds = new Map<string, string>();
  let rules = 0;
  for (const part of [...SHORT_PARTS, "traits"]) {
    const lines = entriesOf(document[part], MAX_RULES + 1);
    if (lines.length > 0) groupIds.set(part, `"${part}" of the short form`);
    rules +=
      part === "traits"
        ? lines.flatMap(([, values]) => entriesOf(values, MAX_RULES + 1)).length
        : lines.length;
  }
  for (const [i, group] of listed(document["groups"], MAX_GROUPS)) {
    if (!isObject(group)) continue;
    const path = within("groups", i);
    checkName("axis", group["axis"], names.axes, "axis", path, report);
    checkOnce(group["id"], path, groupIds, report);
    for (const [j, rule] of listed(group["rules"], MAX_RULES)) {
      rules += 1;
      const at = within(within(path, "rules"), j);
      if (isObject(rule)) checkOnce(rule["id"], at, ruleIds, report);
    }
  }
  if (rules > MAX_RULES) {
    report(
      "",
      () => `there are ${rules} rules, counting each line of the short form: at most ${MAX_RULES} can be`,
    );
  }
}

function checkOnce(id: unknown, path: string, seen: Map<string, string>, report: Report): void {
  if (typeof id !== "string") return;
  const other = seen.get(id);
  if (other === undefined) seen.set(id, path);
  else report(path, () => `"id" ${showText(id)} is taken by ${other}`);
}

function checkLadder({ ladder, start }: JsonObject, report: Report): void {
  const grades = textsOf(ladder, MAX_LADDER_STEPS);
  const seen = new Map<string, string>();
  grades.forEach((grade, i) => {
    const other = seen.get(grade);
    if (other === undefined) seen.set(grade, within("grade.ladder", i));
    else report("grade", () => `"ladder" has ${showText(grade)} twice`);
  });
  if (isFromBest(grades)) {
    const right = JSON.stringify(grades.toReversed());
    report("grade", () => `"ladder" goes from the worst to the best: write ${right}`);
  }
  if (grades.length > 0) checkName("start", start, grades, "grade", "grade", report);
}

/** Whether these are the marks of a school, `A+` to `F`, with the best first. */
function isFromBest(grades: readonly string[]): boolean {
  const ranks = grades.map((grade) => (/^[A-F][+-]?$/.test(grade) ? rankOf(grade) : Number.NaN));
  return ranks.length > 1 && ranks.every((rank, i) => i === 0 || rank > (ranks[i - 1] ?? Number.NaN));
}

function rankOf(grade: string): number {
  return grade.charCodeAt(0) * 3 + (grade.endsWith("+") ? 0 : grade.endsWith("-") ? 2 : 1);
}

function gradesOf(grade: unknown): string[] | undefined {
  if (!isObject(grade)) return undefined;
  if (!isObject(grade["cuts"])) return textsOf(grade["ladder"], MAX_LADDER_STEPS);
  return entriesOf(grade["cuts"], MAX_LADDER_STEPS)
    .sort((a, b) => height(a[1]) - height(b[1]))
    .map(([name]) => name);
}

function height(line: unknown): number {
  return typeof line === "number" ? line : -Infinity;
}

/** The cells of a grid, and where two of them have one name. */
function cellsOf(grid: unknown, report: Report): string[] | undefined {
  if (!isObject(grid)) return undefined;
  let cells = [""];
  for (const [, cuts] of entriesOf(grid["axes"], MAX_AXES)) {
    const letters = isObject(cuts) ? keysOf(cuts) : [];
    if (cells.length * letters.length > MAX_KEYS) {
      report("grid", () => `there are more than ${MAX_KEYS} cells`);
      return [];
    }
    cells = cells.flatMap((cell) => letters.map((letter) => cell + letter));
  }
  const twice = cells.find((cell, i) => cells.indexOf(cell) !== i);
  if (twice !== undefined)
    report("grid.axes", () => `two cells are called ${showText(twice)}: choose other names`);
  return cells;
}

function checkCellNames(given: unknown, cells: readonly string[], report: Report): void {
  for (const pattern of isObject(given) && cells.length > 0 ? keysOf(given) : []) {
    if (pattern.length > MAX_KEYS || cells.some(compilePattern(pattern))) continue;
    report("grid.names", () => `unknown cell ${showText(pattern)}${hint(pattern, cells)}`);
  }
}
