import { listed } from "./check-rule.ts";
import type { Report } from "./collect-issues.ts";
import { MAX_KEYS } from "./model-limits.ts";
import { hint } from "./nearest.ts";
import { isObject, type JsonObject, showText } from "./show.ts";

/** What a document names elsewhere and must have: axes, grades, cells; and the ids that it may use once. */
export interface Names {
  readonly axes: readonly string[];
  /** From the worst to the best; none without a grade. */
  readonly grades: readonly string[] | undefined;
  /** None without a grid; empty where it cannot be read. */
  readonly cells: readonly string[] | undefined;
}

/** Tells a name that nothing has: `"axis": unknown axis "fitt"; did you mean "fit"?`. */
export function checkName(
  key: string,
  value: unknown,
  known: readonly string[],
  kind: string,
  path: string,
  report: Report,
): void {
  if (typeof value !== "string" || known.includes(value)) return;
  report(path, () => `"${key}": unknown ${kind} ${showText(value)}${hint(value, known)}`);
}

export function checkAxisKeys(of: unknown, path: string, { axes }: Names, report: Report): void {
  for (const axis of isObject(of) ? keysOf(of) : []) {
    if (!axes.includes(axis)) report(path, () => `unknown axis ${showText(axis)}${hint(axis, axes)}`);
  }
}

/** The texts of what may be a list of them. */
export function textsOf(value: unknown, most: number): string[] {
  return listed(value, most).flatMap(([, entry]) => (typeof entry === "string" ? [entry] : []));
}

/** The keys of a record, as many as one may have. */
export function keysOf(of: JsonObject): string[] {
  return Object.keys(of).slice(0, MAX_KEYS);
}
