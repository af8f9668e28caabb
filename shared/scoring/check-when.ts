import { VISIT_SUMMARY } from "../reserved-events.ts";
import { listed } from "./check-rule.ts";
import type { Report } from "./collect-issues.ts";
import { MAX_KEYS, MAX_LIST_ITEMS } from "./model-limits.ts";
import { entriesOf, isObject, type JsonObject, within } from "./show.ts";

const COMPARISONS = ["gte", "gt", "lte", "lt"];
/** Texts wherever they come from: a number in a test of theirs can only be meant as its text. */
const ALWAYS_TEXTS = new Set(["event", "page", "path", "form"]);
/** Numbers that only a visit's summary has. */
const OF_A_VISIT = new Set(["pages", "minutes"]);
/** Of these the shape tells. */
const SUMMED = new Set(["value", "active_ms"]);

/** Tests of numbers that no event can meet: what is kept of a number is that there was one. */
export function checkNumbers(event: JsonObject, path: string, report: Report): void {
  const named = event["event"];
  const isSummary = [named, ...itemsOf(named)].includes(VISIT_SUMMARY);
  for (const [property, test] of entriesOf(event, MAX_KEYS)) {
    const isOfVisit = OF_A_VISIT.has(property);
    if (SUMMED.has(property) || (isOfVisit && isSummary)) continue;
    const comparison = COMPARISONS.find((key) => isObject(test) && typeof test[key] === "number");
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
