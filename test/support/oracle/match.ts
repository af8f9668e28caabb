import type { Test, TestObject, WhenEvent, Where } from "../../../shared/scoring/document.ts";
import type { FullWhen } from "../../../shared/scoring/full-model.ts";
import type { TraitValue } from "./act.ts";

/** Events that no pattern reaches: they must be named in full. */
const NAMED_IN_FULL = new Set(["Visit Started", "Visit Summary", "Score Adjusted", "Score Reset"]);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

type Value = TraitValue | undefined;
type Wanted = TraitValue | readonly TraitValue[];

interface Signal {
  readonly name: string;
  readonly props: Readonly<Record<string, string>>;
}

/** Whether an event is any of those that a `when` names. */
export function meetsWhen(signal: Signal, when: FullWhen): boolean {
  return when.some((one) => meetsEvent(signal, one));
}

function meetsEvent(signal: Signal, when: WhenEvent): boolean {
  const { event = [] } = when;
  if (!meetsName(signal.name, event)) return false;
  return Object.entries(when).every(([key, test]) => key === "event" || meetsTest(signal.props[key], test));
}

function meetsName(name: string, test: Test): boolean {
  return NAMED_IN_FULL.has(name) ? listOf(test).includes(name) : meetsTest(name, test);
}

/** Whether the traits meet every test. */
export function meetsWhere(traits: ReadonlyMap<string, TraitValue>, where: Where): boolean {
  return Object.entries(where).every(([name, test]) => meetsTest(traits.get(name), test));
}

function meetsTest(value: Value, test: Test): boolean {
  if (isTestObject(test)) return meetsAll(value, test);
  return value !== undefined && listOf(test).some((one) => isPlainly(String(value), one));
}

/** In a plain text `*` works; all else is compared by its text. */
function isPlainly(text: string, wanted: TraitValue): boolean {
  return typeof wanted === "string" ? matches(text, wanted) : text === String(wanted);
}

/** Everything named must hold; of a value that is not there only `known: false` does. */
function meetsAll(value: Value, test: TestObject): boolean {
  if (value === undefined) {
    const named = Object.keys(test).filter((key) => key !== "ignoreCase");
    return test.known === false && named.length === 1;
  }
  return test.known !== false && meetsText(value, test) && meetsNumber(value, test);
}

function meetsText(value: TraitValue, test: TestObject): boolean {
  const fold = (one: unknown) => (test.ignoreCase === true ? String(one).toLowerCase() : String(one));
  const text = fold(value);
  const any = (wanted: Wanted, holds: (text: string, one: string) => boolean) =>
    listOf(wanted).some((one) => holds(text, fold(one)));
  const same = (a: string, b: string) => a === b;

  if (test.is !== undefined && !any(test.is, same)) return false;
  if (test.not !== undefined && any(test.not, same)) return false;
  if (test.in !== undefined && !any(test.in, same)) return false;
  if (test.notIn !== undefined && any(test.notIn, same)) return false;
  if (test.like !== undefined && !any(test.like, matches)) return false;
  if (test.startsWith !== undefined && !any(test.startsWith, (a, b) => a.startsWith(b))) return false;
  if (test.endsWith !== undefined && !any(test.endsWith, (a, b) => a.endsWith(b))) return false;
  return test.contains === undefined || any(test.contains, (a, b) => a.includes(b));
}

function meetsNumber(value: TraitValue, test: TestObject): boolean {
  const number = numberOf(value) ?? Number.NaN;
  if (test.gte !== undefined && !(number >= test.gte)) return false;
  if (test.gt !== undefined && !(number > test.gt)) return false;
  if (test.lte !== undefined && !(number <= test.lte)) return false;
  return test.lt === undefined || number < test.lt;
}

/** The number that a value is: also a text that is written like one. */
export function numberOf(value: TraitValue): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && NUMBER.test(value) ? Number(value) : undefined;
}

/** Whether a text is what a pattern says, in which `*` stands for any run of characters. */
export function matches(text: string, pattern: string): boolean {
  const star = pattern.indexOf("*");
  if (star === -1) return text === pattern;
  if (!text.startsWith(pattern.slice(0, star))) return false;
  const rest = pattern.slice(star + 1);
  for (let from = star; from <= text.length; from += 1) {
    if (matches(text.slice(from), rest)) return true;
  }
  return false;
}

function isTestObject(test: Test): test is TestObject {
  return typeof test === "object" && !Array.isArray(test);
}

function listOf(test: Test | Wanted): readonly TraitValue[] {
  if (Array.isArray(test)) return test as readonly TraitValue[];
  return typeof test === "object" ? [] : [test];
}
