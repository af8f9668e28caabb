import type { Report } from "./collect-issues.ts";
import { showText } from "./show.ts";

const COMPARISON = /^\s*(>=|<=|=>|=<|≥|≤|>|<)\s*([+-]?\d+(?:\.\d+)?)\s*$/;
const KEYS = {
  ">=": "gte",
  "=>": "gte",
  "≥": "gte",
  ">": "gt",
  "<=": "lte",
  "=<": "lte",
  "≤": "lte",
  "<": "lt",
} as const;

/** The test that a text such as `">=200"` was meant to be; `undefined` for every other text. */
export function comparisonOf(text: string): string | undefined {
  const [, sign, number] = COMPARISON.exec(text) ?? [];
  return sign === undefined ? undefined : `{"${KEYS[sign as keyof typeof KEYS]}": ${Number(number)}}`;
}

/** A comparison that is written where a text is a value or a pattern; `instead` is made of the test that was meant. */
export function refuseComparison(
  text: string,
  path: string,
  report: Report,
  instead = (meant: string) => `write ${meant}`,
): void {
  const meant = comparisonOf(text);
  if (meant !== undefined) report(path, () => `${showText(text)} compares nothing here: ${instead(meant)}`);
}
