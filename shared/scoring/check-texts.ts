import { listed } from "./check-rule.ts";
import type { Report } from "./collect-issues.ts";
import { MAX_AXES, MAX_GROUPS, MAX_KEYS, MAX_LIST_ITEMS, MAX_RULES, MAX_TEST_TEXTS } from "./model-limits.ts";
import { entriesOf, isObject, type JsonObject } from "./show.ts";

/** Each text of a test is held against each signal of a contact once: how many there may be in all. */
export function checkTexts(document: JsonObject, report: Report): void {
  let texts = 0;
  for (const test of testsOf(document)) {
    texts += countTexts(test, MAX_TEST_TEXTS - texts);
    if (texts <= MAX_TEST_TEXTS) continue;
    return report(
      "",
      () =>
        `the tests in "when" and "where" name more than ${MAX_TEST_TEXTS} texts in all; a shorter one often stands for many, such as {"endsWith": ".example"}`,
    );
  }
}

function* testsOf(document: JsonObject): Generator {
  const axes = entriesOf(document["axes"], MAX_AXES).map(([, axis]) => axis);
  for (const axis of [document, ...axes].filter(isObject)) {
    yield axis["reset"];
    if (isObject(axis["inactivity"])) yield axis["inactivity"]["signals"];
  }
  const groups = listed(document["groups"], MAX_GROUPS).map(([, group]) => group);
  const lists = groups.filter(isObject).map(({ rules }) => listed(rules, MAX_RULES));
  for (const [, rule] of [...lists, listed(document["exclude"], MAX_LIST_ITEMS)].flat()) {
    if (isObject(rule)) yield* [rule["when"], rule["where"]];
  }
}

/** The texts in a value, or a few more than `most`; no deeper than a list in a test of an event in a list. */
function countTexts(value: unknown, most: number, depth = 4): number {
  if (typeof value === "string") return 1;
  if (depth === 0) return 0;
  const parts = isObject(value) ? entriesOf(value, MAX_KEYS) : listed(value, MAX_LIST_ITEMS);
  let texts = 0;
  for (const [key, part] of parts) {
    if (texts > most) break;
    // Written out in full every event has one, and most are found wrong by it at once.
    if (key === "event" && typeof part === "string") continue;
    texts += countTexts(part, most - texts, depth - 1);
  }
  return texts;
}
