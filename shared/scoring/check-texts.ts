import { listed } from "./check-rule.ts";
import type { Report } from "./collect-issues.ts";
import {
  MAX_AXES,
  MAX_GROUPS,
  MAX_KEYS,
  MAX_LIST_ITEMS,
  MAX_RULES,
  MAX_SEARCHED_TEXTS,
  MAX_TEST_TEXTS,
} from "./model-limits.ts";
import { isSearched } from "./pattern.ts";
import { entriesOf, isObject, type JsonObject } from "./show.ts";

/** Each text of a test is held against each signal of a contact once: how many there may be in all. */
export function checkTexts(document: JsonObject, report: Report): void {
  let texts = 0;
  let searched = 0;
  for (const [test, isOfEvents] of testsOf(document)) {
    for (const { text, key } of textsIn(test, MAX_TEST_TEXTS - texts)) {
      texts += 1;
      if (isOfEvents && (key === "contains" || isSearched(text))) searched += 1;
    }
    if (texts > MAX_TEST_TEXTS) {
      return report(
        "",
        () =>
          `the tests in "when" and "where" name more than ${MAX_TEST_TEXTS} texts in all; a shorter one often stands for many, such as {"endsWith": ".example"}`,
      );
    }
  }
  if (searched <= MAX_SEARCHED_TEXTS) return;
  report(
    "",
    () =>
      `the tests of events name ${searched} texts that may stand anywhere ("*text*", "contains"): at most ${MAX_SEARCHED_TEXTS} can be. Say how the value begins or ends ("/shop/*", "*/pricing"), or name whole values: of these there may be ${MAX_TEST_TEXTS}`,
  );
}

/** Every test, and whether it is held against events. */
function* testsOf(document: JsonObject): Generator<readonly [test: unknown, isOfEvents: boolean]> {
  const axes = entriesOf(document["axes"], MAX_AXES).map(([, axis]) => axis);
  for (const axis of [document, ...axes].filter(isObject)) {
    yield [axis["reset"], true];
    if (isObject(axis["inactivity"])) yield [axis["inactivity"]["signals"], true];
  }
  const groups = listed(document["groups"], MAX_GROUPS).map(([, group]) => group);
  const lists = groups.filter(isObject).map(({ rules }) => listed(rules, MAX_RULES));
  for (const [, rule] of [...lists, listed(document["exclude"], MAX_LIST_ITEMS)].flat()) {
    if (!isObject(rule)) continue;
    yield [rule["when"], true];
    yield [rule["where"], false];
  }
}

/**
 * The texts in a value, each with the key that it stands under, a few more than `most` of them; no deeper than a
 * list in a test of an event in a list.
 */
function* textsIn(
  value: unknown,
  most: number,
  key = "",
  depth = 4,
): Generator<{ readonly text: string; readonly key: string }> {
  if (typeof value === "string") return yield { text: value, key };
  if (depth === 0) return;
  const parts = isObject(value)
    ? entriesOf(value, MAX_KEYS)
    : listed(value, MAX_LIST_ITEMS).map(([, part]) => [key, part] as const);
  let texts = 0;
  for (const [name, part] of parts) {
    if (texts > most) return;
    // Written out in full every event has one, and most are found wrong by it at once.
    if (name === "event" && typeof part === "string" && !isSearched(part)) continue;
    for (const text of textsIn(part, most - texts, name, depth - 1)) {
      texts += 1;
      yield text;
    }
  }
}
