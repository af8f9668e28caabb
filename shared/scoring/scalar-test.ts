import type { Scalar } from "../event.ts";
import { MAX_PROPERTY_CHARS, TRAIT_VALUES_KEPT } from "../limits.ts";
import type { Test, TestObject } from "./document.ts";
import { compilePattern, compilePatterns } from "./pattern.ts";

/** Whether a value passes; `undefined` stands for one that is not there. */
export type Passes = (value: Scalar | undefined) => boolean;

type Text = string | number | boolean;

/** Compiles the test of a property or trait. Values are compared by their text. */
export function compileTest(test: Test): Passes {
  if (typeof test !== "object") return onText(compilePattern(String(test)));
  if (isList(test)) return onText(anyPattern(test, false));
  const checks = checksOf(test);
  const [only] = checks;
  if (only && checks.length === 1) return only;
  return function passesAll(value) {
    return checks.every((passes) => passes(value));
  };
}

/** A path is long, and every test that ignores case wants it in small letters: the last one is remembered. */
let lastFolded = { text: "", small: "" };

function inSmallLetters(text: string): string {
  if (text.length <= MAX_PROPERTY_CHARS) return text.toLowerCase();
  if (lastFolded.text !== text) lastFolded = { text, small: text.toLowerCase() };
  return lastFolded.small;
}

/** The same of a trait: it is asked on each day again, and mostly has the value that it had. */
export function compileTraitTest(test: Test): Passes {
  const passes = compileTest(test);
  const known = new Map<Scalar | undefined, boolean>();
  return function passesAgain(value) {
    let answer = known.get(value);
    if (answer === undefined) {
      if (known.size >= TRAIT_VALUES_KEPT) known.clear();
      known.set(value, (answer = passes(value)));
    }
    return answer;
  };
}

function checksOf(test: TestObject): Passes[] {
  const { ignoreCase = false } = test;
  const fold = (text: string) => (ignoreCase ? inSmallLetters(text) : text);
  const some = (
    wanted: Text | readonly Text[] | undefined,
    holds: (text: string, wanted: string) => boolean,
  ): Passes[] => {
    if (wanted === undefined) return [];
    const texts = listOf(wanted).map((each) => fold(String(each)));
    return [
      onText((text) => {
        const folded = fold(text);
        return texts.some((each) => holds(folded, each));
      }),
    ];
  };
  const oneOf = (wanted: Text | readonly Text[] | undefined, expected: boolean): Passes[] => {
    if (wanted === undefined) return [];
    const texts = new Set(listOf(wanted).map((each) => fold(String(each))));
    return [onText((text) => texts.has(fold(text)) === expected)];
  };
  const checks = [
    ...oneOf(test.is, true),
    ...oneOf(test.in, true),
    ...oneOf(test.not, false),
    ...oneOf(test.notIn, false),
    ...(test.like === undefined ? [] : [onText(anyPattern(listOf(test.like), ignoreCase))]),
    ...some(test.startsWith, (text, wanted) => text.startsWith(wanted)),
    ...some(test.endsWith, (text, wanted) => text.endsWith(wanted)),
    ...some(test.contains, (text, wanted) => text.includes(wanted)),
    ...onNumber(test.gte, (value, line) => value >= line),
    ...onNumber(test.gt, (value, line) => value > line),
    ...onNumber(test.lte, (value, line) => value <= line),
    ...onNumber(test.lt, (value, line) => value < line),
  ];
  const { known } = test;
  return known === undefined ? checks : [(value) => (value !== undefined) === known, ...checks];
}

/** A number, or a text that is written like one; `undefined` for everything else. */
export function numberOf(value: Scalar | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.length > MAX_NUMBER_CHARS || !NUMBER.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
/** Longer texts are no numbers that anybody means. */
const MAX_NUMBER_CHARS = 40;

function onNumber(line: number | undefined, holds: (value: number, line: number) => boolean): Passes[] {
  if (line === undefined) return [];
  return [
    function passes(value) {
      const number = numberOf(value);
      return number !== undefined && holds(number, line);
    },
  ];
}

function onText(holds: (text: string) => boolean): Passes {
  return (value) => value !== undefined && holds(typeof value === "string" ? value : String(value));
}

function anyPattern(patterns: readonly Text[], ignoreCase: boolean): (text: string) => boolean {
  const texts = patterns.map(String);
  if (!ignoreCase) return compilePatterns(texts);
  const matches = compilePatterns(texts.map(inSmallLetters));
  return (text) => matches(inSmallLetters(text));
}

function listOf<T extends Text>(value: T | readonly T[]): readonly T[] {
  return isList(value) ? value : [value];
}

function isList<T extends Text>(value: T | readonly T[] | TestObject): value is readonly T[] {
  return Array.isArray(value);
}
