import { collectIssues, type Report } from "./collect-issues.ts";
import type { Issue } from "./issue.ts";
import { MAX_MODEL_BYTES } from "./model-limits.ts";
import { hint, nearest } from "./nearest.ts";
import type {
  CheckOptions,
  Leaf,
  ListShape,
  ObjectShape,
  Part,
  RecordShape,
  Shape,
  TextShape,
  UnionShape,
} from "./shape.ts";
import { either, isTaken } from "./shape.ts";
import { isObject, type JsonObject, jsonType, show, showText, within } from "./show.ts";

/** Each value of a JSON text takes two bytes at least; only objects made by a program hold more. */
const MAX_VALUES = MAX_MODEL_BYTES / 2;

/** Every mistake of a value, by path. Any value may come in: it throws never and ends soon. */
export function checkShape(shape: Shape, value: unknown, path: string, options: CheckOptions): Issue[] {
  return collectIssues((report) => reportShape(shape, value, path, options, report));
}

/** `checkShape` for a check that has more to say. */
export function reportShape(
  shape: Shape,
  value: unknown,
  path: string,
  options: CheckOptions,
  report: Report,
): void {
  const walk: Walk = { report, options, left: MAX_VALUES };
  visit(walk, shape, value, { path, holder: path, subject: path === "" ? "the model" : "it" });
  if (walk.left < 0) report(path, () => `more than ${MAX_VALUES} values: the rest was not read`);
}

interface Walk {
  readonly report: Report;
  readonly options: CheckOptions;
  /** How many values may still be read. */
  left: number;
}

interface Place {
  readonly path: string;
  /** The path under which a mistake of the value as a whole is told, and what it is called there. */
  readonly holder: string;
  readonly subject: string;
}

function visit(walk: Walk, shape: Shape, value: unknown, place: Place): void {
  walk.left -= 1;
  if (walk.left < 0) return;
  if (shape.kind === "union") visitUnion(walk, shape, value, place);
  else if (isOfType(shape, value)) visitInside(walk, shape, value, place);
  else refuse(walk, shape.wants, value, place);
}

/** Looks into a value that is of the shape's type. */
function visitInside(walk: Walk, shape: Part, value: unknown, place: Place): void {
  switch (shape.kind) {
    case "list":
      return visitList(walk, shape, value as readonly unknown[], place);
    case "record":
      return visitRecord(walk, shape, value as JsonObject, place);
    case "object":
      return visitObject(walk, shape, value as JsonObject, place);
    default:
      return visitLeaf(walk, shape, value, place);
  }
}

function refuse(walk: Walk, wants: string, value: unknown, { holder, subject }: Place): void {
  walk.report(holder, () => `${subject} wants ${wants}, got ${show(value)}`);
}

function isOfType(shape: Part, value: unknown): boolean {
  switch (shape.kind) {
    case "choice":
      return shape.values.some((each) => typeof each === typeof value);
    case "record":
      return isObject(value);
    default:
      return jsonType(value) === shape.kind;
  }
}

function visitUnion(walk: Walk, shape: UnionShape, value: unknown, place: Place): void {
  const fitting = shape.of.filter((part) => isOfType(part, value));
  const [first, second] = fitting;
  if (first === undefined) return refuse(walk, shape.wants, value, place);
  if (second === undefined && first.kind !== "choice") return visitInside(walk, first, value, place);
  const leaves = fitting as readonly Leaf[];
  if (leaves.some((leaf) => mistake(leaf, value) === undefined)) return;
  refuse(walk, leaves.map((leaf) => nearMiss(leaf, value)).find(Boolean) ?? shape.wants, value, place);
}

function visitLeaf(walk: Walk, leaf: Leaf, value: unknown, place: Place): void {
  const wants = mistake(leaf, value);
  if (wants === undefined) return;
  const why = leaf.kind === "text" ? refusal(leaf, value as string) : undefined;
  if (why !== undefined) return walk.report(place.holder, () => `${place.subject} ${why}`);
  if (leaf.kind !== "choice" || typeof value !== "string") return refuse(walk, wants, value, place);
  const known = leaf.values.map(String);
  walk.report(
    place.holder,
    () => `${place.subject} wants ${wants}, got ${show(value)}${nearHint(value, known)}`,
  );
}

function nearHint(value: string, known: readonly string[]): string {
  const said = hint(value, known);
  return said.endsWith("?") ? said : "";
}

/** What is wanted instead, for a value of the leaf's type. */
function mistake(leaf: Leaf, value: unknown): string | undefined {
  switch (leaf.kind) {
    case "null":
      return undefined;
    case "choice":
      return leaf.values.includes(value as string | boolean) ? undefined : leaf.wants;
    case "number": {
      const given = value as number;
      const isRight = given >= leaf.min && given <= leaf.max && (!leaf.whole || Number.isInteger(given));
      return isRight ? undefined : leaf.wants;
    }
    case "text": {
      const given = value as string;
      const fits = given.length >= leaf.min && given.length <= leaf.max;
      const isRight = fits && (leaf.pattern?.test(given) ?? true) && refusal(leaf, given) === undefined;
      return isRight ? undefined : (nearMiss(leaf, given) ?? leaf.wants);
    }
  }
}

function nearMiss(leaf: Leaf, value: unknown): string | undefined {
  if (leaf.kind !== "text" || leaf.nearly === undefined || typeof value !== "string") return undefined;
  return value.length <= leaf.max && leaf.nearly.pattern.test(value) ? leaf.nearly.wants : undefined;
}

function refusal({ refuses }: TextShape, value: string): string | undefined {
  return refuses && Object.hasOwn(refuses, value) ? refuses[value] : undefined;
}

function visitList(
  walk: Walk,
  { items, min, max, wants }: ListShape,
  value: readonly unknown[],
  place: Place,
): void {
  if (value.length < min) return refuse(walk, wants, value, place);
  if (value.length > max) {
    walk.report(place.holder, () => `${place.subject} wants at most ${max} entries, got ${value.length}`);
  }
  for (let i = 0; i < value.length && i < max && walk.left >= 0; i++) {
    const path = within(place.path, i);
    visit(walk, items, value[i], { path, holder: path, subject: "the entry" });
  }
}

function visitRecord(walk: Walk, shape: RecordShape, value: JsonObject, place: Place): void {
  const keys = Object.keys(value);
  const { min, max } = shape;
  const { holder, subject } = place;
  if (keys.length < min) walk.report(holder, () => `${subject} wants ${shape.wants}, got an empty object`);
  if (keys.length > max)
    walk.report(holder, () => `${subject} wants at most ${max} keys, got ${keys.length}`);
  for (const key of keys.slice(0, max)) visitEntry(walk, shape, key, value[key], place.path);
  shape.also?.(value, place.path, walk.report, walk.options);
}

function visitEntry(walk: Walk, record: RecordShape, key: string, value: unknown, path: string): void {
  if (walk.left < 0) return;
  const { key: shape, values } = record;
  const why = key === "__proto__" ? "cannot be used" : refusal(shape, key);
  // What stands under a key that cannot be used is not worth a word of its own.
  if (why !== undefined) return walk.report(path, () => `the key ${showText(key)} ${why}`);
  const wrong = mistake(shape, key);
  if (wrong !== undefined) walk.report(path, () => `the key ${showText(key)} wants to be ${wrong}`);
  if (isTaken(record, key, value, walk.options)) return;
  visit(walk, values, value, { path: within(path, key), holder: path, subject: showText(key) });
}

function visitObject(walk: Walk, shape: ObjectShape, value: JsonObject, { path }: Place): void {
  const keys = Object.keys(value);
  let others = 0;
  for (const key of keys) {
    const at = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
    if (walk.left < 0) break;
    if (at && isTaken(shape, key, value[key], walk.options)) continue;
    if (at) visit(walk, at, value[key], { path: within(path, key), holder: path, subject: `"${key}"` });
    else if (!shape.rest) walk.report(path, () => `unknown key ${showText(key)}${keyHint(shape, key)}`);
    else if (++others <= shape.rest.max) visitEntry(walk, shape.rest, key, value[key], path);
  }
  if (shape.rest && others > shape.rest.max) {
    walk.report(path, () => `there are at most ${shape.rest?.max} other keys, got ${others}`);
  }
  checkKeys(walk, shape, value, path);
  shape.also?.(value, path, walk.report, walk.options);
}

function keyHint(shape: ObjectShape, key: string): string {
  const mistaken = mistakenFor(shape, key);
  return mistaken ? `; ${mistaken[1]}` : hint(key, Object.keys(shape.keys));
}

function mistakenFor({ mistaken = {} }: ObjectShape, key: string): readonly [string, string] | undefined {
  return Object.hasOwn(mistaken, key) ? mistaken[key] : undefined;
}

function checkKeys(walk: Walk, shape: ObjectShape, value: JsonObject, path: string): void {
  const { rules, keys } = shape;
  const { required = [], some = [], one = [], needs = {}, bars = {}, instead = {} } = rules;
  const has = (key: string) => Object.hasOwn(value, key) && !isTaken(shape, key, value[key], walk.options);
  const say = (message: () => string) => walk.report(path, message);
  const barred = new Set<string>();
  for (const [key, others = []] of Object.entries(bars)) {
    for (const other of has(key) ? others.filter(has) : []) {
      const wants = instead[key];
      const advice = wants === undefined ? "" : `: ${wants}`;
      if (!barred.has(other)) say(() => `"${other}" cannot stand beside "${key}"${advice}`);
      barred.add(other);
    }
  }
  for (const group of one) {
    const [first, ...others] = group.filter(has);
    for (const other of others) say(() => `"${other}" cannot stand beside "${first}"`);
  }
  if (walk.options.partial) return;
  const meant = meantBy(shape, value);
  const lacks = (group: readonly string[]) => !group.some((key) => has(key) || meant.has(key));
  for (const key of required) if (lacks([key])) say(() => `"${key}" is missing: ${keys[key]?.wants}`);
  for (const group of [...some, ...one]) {
    if (lacks(group)) say(() => `wants ${quoted(group)}${mistypedHint(shape, value, group)}`);
  }
  for (const [key, groups = []] of Object.entries(needs)) {
    if (!has(key) || barred.has(key)) continue;
    const missing = groups.filter(lacks);
    for (const group of missing) say(() => `"${key}" wants ${quoted(group)} beside it`);
  }
}

/** What mistyped keys were meant to be, where that has been told of them: so it is not missing too. */
function meantBy(shape: ObjectShape, value: JsonObject): ReadonlySet<string | undefined> {
  if (shape.rest) return new Set();
  const known = Object.keys(shape.keys);
  return new Set(strangeKeys(shape, value).map((key) => mistakenFor(shape, key)?.[0] ?? nearest(key, known)));
}

/** Where other keys may stand, one that is like a key that is wanted. */
function mistypedHint(shape: ObjectShape, value: JsonObject, wanted: readonly string[]): string {
  for (const key of shape.rest ? strangeKeys(shape, value) : []) {
    const meant = nearest(key, wanted);
    if (meant !== undefined) return `; did you mean "${meant}" by ${showText(key)}?`;
  }
  return "";
}

function strangeKeys({ keys }: ObjectShape, value: JsonObject): string[] {
  return Object.keys(value)
    .filter((key) => !Object.hasOwn(keys, key))
    .slice(0, MAX_MISTYPED_KEYS);
}

const MAX_MISTYPED_KEYS = 10;

function quoted(keys: readonly string[]): string {
  return either(keys.map((key) => `"${key}"`));
}
