import { VISIT_SUMMARY } from "../reserved-events.ts";
import { comparisonOf, refuseComparison } from "./check-comparison.ts";
import { listed } from "./check-rule.ts";
import type { Report } from "./collect-issues.ts";
import { MAX_KEYS, MAX_LIST_ITEMS } from "./model-limits.ts";
import { entriesOf, isObject, type JsonObject, showText, within } from "./show.ts";

const COMPARISONS = ["gte", "gt", "lte", "lt"];
/** Texts wherever they come from: a number in a test of theirs can only be meant as its text. */
const ALWAYS_TEXTS = new Set(["event", "page", "path", "form"]);
/** Numbers that only a visit's summary has. */
const OF_A_VISIT = new Set(["pages", "minutes"]);
/** Of these the shape tells. */
const SUMMED = new Set(["value", "active_ms"]);

/** What no shape can say of the tests of an event: numbers and paths that none can meet. */
export function checkEvent(event: JsonObject, path: string, report: Report): void {
  checkNumbers(event, path, report);
  for (const [key, test] of entriesOf(event, MAX_KEYS)) {
    if (key !== "page" && key !== "path") continue;
    for (const text of textsOf(test)) checkPath(text, within(path, key), report);
  }
}

/** A path that holds what no path has. */
export function checkPath(text: string, path: string, report: Report): void {
  const mark = /[?#]/.exec(text)?.[0];
  if (mark === undefined) return;
  report(path, () => `${showText(text)} meets no page: a path ends before "${mark}". Leave out what follows`);
}

/** What is plainly named, and not what a test object holds. */
function textsOf(test: unknown): string[] {
  return [test, ...itemsOf(test)].filter((each) => typeof each === "string");
}

/** Comparisons in tests of traits that are written as texts. */
export function checkTests(tests: JsonObject, path: string, report: Report): void {
  for (const [name, test] of entriesOf(tests, MAX_KEYS)) {
    for (const text of textsOf(test)) refuseComparison(text, within(path, name), report);
  }
}

/** Tests of numbers that no event can meet: what is kept of a number is that there was one. */
function checkNumbers(event: JsonObject, path: string, report: Report): void {
  const named = event["event"];
  const isSummary = [named, ...itemsOf(named)].includes(VISIT_SUMMARY);
  for (const [property, test] of entriesOf(event, MAX_KEYS)) {
    const isOfVisit = OF_A_VISIT.has(property);
    if (isOfVisit && isSummary)
      for (const text of textsOf(test)) refuseComparison(text, within(path, property), report);
    if (SUMMED.has(property) || (isOfVisit && isSummary)) continue;
    const comparison =
      COMPARISONS.find((key) => isObject(test) && typeof test[key] === "number") ??
      (ALWAYS_TEXTS.has(property) ? undefined : textsOf(test).find(comparisonOf));
    const number = ALWAYS_TEXTS.has(property) ? undefined : numberIn(test);
    if (comparison === undefined && number === undefined) continue;
    const what = comparison === undefined ? String(number) : `"${comparison}"`;
    const why = isOfVisit
      ? `the pages and minutes of a visit are those of the event "${VISIT_SUMMARY}"`
      : `a number that is sent with an event is not kept. ${instead(number)}`;
    report(within(path, property), () => `there is nothing to compare ${what} with: ${why}`);
  }
}

function instead(number: number | undefined): string {
  return number === undefined
    ? 'Send it as "value" and use "per": {"value": 1} or "steps"; or send it as a text and list those that count, such as ["9", "10"]'
    : `Send it as a text and write "${number}"`;
}

/** The first number that a test names as a value. */
function numberIn(test: unknown): number | undefined {
  const parts = isObject(test) ? ["is", "not", "in", "notIn"].map((key) => test[key]) : [test];
  return parts.flatMap((part) => [part, ...itemsOf(part)]).find((value) => typeof value === "number");
}

function itemsOf(value: unknown): unknown[] {
  return listed(value, MAX_LIST_ITEMS).map(([, item]) => item);
}
