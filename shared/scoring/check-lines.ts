import type { Report } from "./collect-issues.ts";
import { MAX_KEYS } from "./model-limits.ts";
import { entriesOf, type JsonObject, showText } from "./show.ts";

/** `exit` keeps a contact in a band: it may not be above the line that lets one in. */
export function exitIsLower({ gte, gt, exit }: JsonObject, path: string, report: Report): void {
  const from = gte ?? gt;
  if (typeof from !== "number" || typeof exit !== "number" || exit <= from) return;
  report(path, () => `"exit" wants to be at most ${from}, the line for entering, got ${exit}`);
}

/** Of two names with one line, the second could never be reached. */
export function cutsDiffer(all: JsonObject, path: string, report: Report): void {
  const names = new Map<unknown, string>();
  for (const [each, value] of entriesOf(all, MAX_KEYS)) {
    if (value !== null && typeof value !== "number") continue;
    const other = names.get(value);
    if (other === undefined) names.set(value, each);
    else report(path, () => `${showText(each)} has the same line as ${showText(other)}: ${value}`);
  }
}

/** `min` and `max` the right way round; the running floor is no higher than what can be shown. */
export function minIsBelowMax({ min, max, floor }: JsonObject, path: string, report: Report): void {
  if (typeof max !== "number") return;
  if (typeof min === "number" && min > max) {
    report(path, () => `"min" wants to be at most "max" (${max}), got ${min}`);
  }
  if (typeof floor === "number" && floor > max) {
    report(path, () => `"floor" wants to be at most "max" (${max}), got ${floor}`);
  }
}

/** Bounds between which there is a number. */
export function rangeIsNotEmpty({ gte, gt, lte, lt }: JsonObject, path: string, report: Report): void {
  const [low, high] = [gte ?? gt, lte ?? lt];
  if (typeof low !== "number" || typeof high !== "number" || low < high) return;
  if (low === high && gt === undefined && lt === undefined) return;
  const from = gte === undefined ? `above ${low}` : `at least ${low}`;
  const to = lte === undefined ? `below ${high}` : `at most ${high}`;
  report(path, () => `no number is ${from} and ${to}`);
}
