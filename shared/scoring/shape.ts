import type { Report } from "./collect-issues.ts";
import { MAX_KEYS } from "./model-limits.ts";
import type { JsonObject } from "./show.ts";

/**
 * A small language that says what a JSON value must be. `checkShape` lists where a value is not so, and
 * `schemaOf` writes the same as a JSON Schema. A shape is a tree: it says how deep a check can go.
 */
export type Shape = Leaf | ListShape | RecordShape | ObjectShape | UnionShape;
/** What a union is made of. */
export type Part = Exclude<Shape, UnionShape>;
export type Leaf = TextShape | NumberShape | ChoiceShape | NullShape;

interface Described {
  /** As it follows "wants": `a duration like "30d"`. */
  readonly wants: string;
  /** What it is for, in a sentence that editors show beside the key. */
  readonly about?: string;
  /** Under this name a JSON Schema holds it once, however often it is used. */
  readonly name?: string;
}

export interface TextShape extends Described {
  readonly kind: "text";
  readonly min: number;
  readonly max: number;
  /** Of the whole text; `source` is a regular expression in a JSON Schema too. */
  readonly pattern?: RegExp;
  /** A text that is nearly right, and what is to be said of it instead. */
  readonly nearly?: { readonly pattern: RegExp; readonly wants: string };
  /** Texts that are mistakes, and why. */
  readonly refuses?: Readonly<Record<string, string>>;
  readonly examples?: readonly string[];
}

export interface NumberShape extends Described {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

/** One of these values. */
export interface ChoiceShape extends Described {
  readonly kind: "choice";
  readonly values: readonly (string | boolean)[];
}

interface NullShape extends Described {
  readonly kind: "null";
}

export interface ListShape extends Described {
  readonly kind: "list";
  readonly items: Shape;
  readonly min: number;
  readonly max: number;
}

/** An object whose keys are the owner's. */
export interface RecordShape extends Described, Checked, Changed {
  readonly kind: "record";
  readonly key: TextShape;
  readonly values: Shape;
  readonly min: number;
  readonly max: number;
}

/** An object with known keys. */
export interface ObjectShape extends Described, Checked, Changed {
  readonly kind: "object";
  readonly keys: Readonly<Record<string, Shape>>;
  readonly rules: KeyRules<string>;
  /** Of all keys that are not known; without it they are mistakes. */
  readonly rest?: RecordShape;
  /** Keys that people write here, which is meant by each, and how that is said. */
  readonly mistaken?: Readonly<Record<string, readonly [meant: string, say: string]>>;
}

/** Which keys an object must have, and which go together. */
export interface KeyRules<Key extends string> {
  readonly required?: readonly Key[];
  /** At least one of each list. */
  readonly some?: readonly (readonly Key[])[];
  /** Exactly one of each list. */
  readonly one?: readonly (readonly Key[])[];
  /** Beside the key there must be at least one of each of these lists. */
  readonly needs?: Readonly<Partial<Record<Key, readonly (readonly Key[])[]>>>;
  /** Beside the key none of these may stand. */
  readonly bars?: Readonly<Partial<Record<Key, readonly Key[]>>>;
  /** What to write in place of those that the key bars. */
  readonly instead?: Readonly<Partial<Record<Key, string>>>;
}

/** A value of one of several JSON types. Of texts, numbers and choices there may be several, of the others one. */
export interface UnionShape extends Described {
  readonly kind: "union";
  readonly of: readonly Part[];
}

export interface CheckOptions {
  /** The document changes a preset: what it does not say is not missing, and `null` takes something away. */
  readonly partial: boolean;
}

interface Changed {
  /** Over a preset it is changed key by key, but for these keys: each of the others can be taken away by `null`. */
  readonly keeps?: readonly string[];
}

/** Whether `null` takes a key away: only in a change, and where that is made key by key. */
export function isTaken(shape: Changed, key: string, value: unknown, options: CheckOptions): boolean {
  return value === null && options.partial && canLose(shape, key);
}

export function canLose({ keeps }: Changed, key: string): boolean {
  return keeps !== undefined && !keeps.includes(key);
}

interface Checked {
  /** What no shape can say. It is asked whether or not the shape is right, so it may expect nothing of the value. */
  readonly also?: (value: JsonObject, path: string, report: Report, options: CheckOptions) => void;
}

type Optional<T extends Described, Given extends keyof T> = Partial<Omit<T, "kind">> & Pick<T, Given>;

export function text(given: Optional<TextShape, "max">): TextShape {
  return { kind: "text", min: 1, wants: `a text of at most ${given.max} characters`, ...given };
}

export function number(min: number, max: number, given: Partial<NumberShape> = {}): NumberShape {
  const wants = `a ${given.whole ? "whole " : ""}number from ${min} to ${max}`;
  return { kind: "number", min, max, whole: false, wants, ...given };
}

export function choice(...values: readonly (string | boolean)[]): ChoiceShape {
  return { kind: "choice", values, wants: either(values.map((value) => JSON.stringify(value))) };
}

export function list(items: Shape, given: Optional<ListShape, "max" | "wants">): ListShape {
  return { kind: "list", items, min: 0, ...given };
}

export function record(key: TextShape, values: Shape, given: Optional<RecordShape, "wants">): RecordShape {
  return { kind: "record", key, values, min: 0, max: MAX_KEYS, ...given };
}

type KeyOf<T> = T extends unknown ? keyof T & string : never;

/** `T` is what the document type calls it: a key that is forgotten here does not compile. */
export function object<T>(
  wants: string,
  keys: Readonly<Record<KeyOf<T>, Shape>>,
  rules: KeyRules<KeyOf<T>> = {},
  given: Partial<ObjectShape> = {},
): ObjectShape {
  return { kind: "object", wants, keys, rules, ...given };
}

export function union(of: readonly Shape[], given: Partial<UnionShape> = {}): UnionShape {
  const parts = of.flatMap((each): readonly Part[] => (each.kind === "union" ? each.of : [each]));
  return { kind: "union", of: parts, wants: either(parts.map(({ wants }) => wants)), ...given };
}

/** The same shape with the sentence that tells what it is for here. */
export function about<S extends Shape>(sentence: string, shape: S): S {
  return { ...shape, about: sentence };
}

/** `a, b or c`. */
export function either(all: readonly string[]): string {
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} or ${all[all.length - 1]}`;
}
