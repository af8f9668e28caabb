import type { Day } from "../day.ts";
import { type Bucket, VALUE_UNITS } from "../facts.ts";
import { SCORE_RESET } from "../reserved-events.ts";
import type { Signal, SignalKey } from "../signal.ts";
import { type CompiledModel, isOccurrenceRule, isStepsRule, readSignal } from "./compile.ts";
import type { FullRule } from "./full-model.ts";
import type { Column, History } from "./history.ts";
import { toUnits, type Units } from "./units.ts";

/** What a rule has to look at: parallel lists, ascending by day. */
export interface Feed {
  readonly days: Day[];
  /** Times, active milliseconds or ten-thousandths of value, as the rule measures. */
  readonly amounts: number[];
  /** The values of the property of which the rule counts different ones. */
  readonly values?: string[];
  /** The day from which an entry no longer holds. */
  readonly untils?: number[];
}

/** What a history holds for one model. */
export interface Feeds {
  /** By the rule's place; states (traits, tests of traits) have none. */
  readonly rules: readonly (Feed | undefined)[];
  /** By the axis' place, all ascending. */
  readonly resets: readonly (readonly Reset[])[];
  readonly acts: readonly (readonly Day[])[];
  readonly adjustments: readonly (readonly Adjustment[])[];
  /** The first day of each exclusion's event. */
  readonly excluded: readonly Day[];
}

interface Reset {
  readonly day: Day;
  readonly label: string;
}

interface Adjustment {
  readonly day: Day;
  readonly units: Units;
  readonly label: string;
}

/** What is measured of a bucket. */
type Measure = (bucket: Readonly<Bucket>) => number;

const COUNT: Measure = (bucket) => bucket[0];
const ACTIVE_MS: Measure = (bucket) => bucket[1];
const VALUE: Measure = (bucket) => bucket[2];
const MAX: Measure = (bucket) => bucket[3] ?? -Infinity;
const MEASURES = [COUNT, ACTIVE_MS, VALUE, MAX];

/** Sorts a history by what looks at it. Each signal is matched once. */
export function feedsOf(compiled: CompiledModel, history: History): Feeds {
  const columnsOf = compiled.rules.map((): [SignalKey, Column][] => []);
  const resets = compiled.axes.map((): Reset[] => []);
  const acts = compiled.axes.map(() => new Set<Day>());
  const adjustments = compiled.axes.map((): Adjustment[] => []);
  const exclusions = compiled.exclusions.map(() => new Set<Day>());
  for (const entry of history.columns) {
    const [key, column] = entry;
    const match = compiled.match(key);
    for (const place of match.rules) columnsOf[place]?.push(entry);
    for (const axis of match.resets) resets[axis]?.push(...resetsOf(history, column, readSignal(key)));
    for (const axis of match.acts) {
      addDays(acts[axis], column, history, (bucket) => bucket[0] > 0 || bucket[1] > 0);
    }
    for (const which of match.exclusions) {
      addDays(exclusions[which], column, history, (bucket) => bucket[0] > 0);
    }
    if (match.adjusts !== undefined) {
      adjustments[match.adjusts]?.push(...adjustmentsOf(history, column, readSignal(key).props));
    }
  }
  // Rules that measure the same of the same signals share a feed.
  const shared = new Map<string, Feed>();
  const ordinals = new Map([...history.columns.keys()].map((key, i) => [key, i]));
  function sharedFeed(rule: FullRule, columns: readonly [SignalKey, Column][]): Feed {
    const measured = `${MEASURES.indexOf(measureOf(rule))} ${distinctOf(rule) ?? ""}`;
    const which = `${measured}\n${columns.map(([key]) => ordinals.get(key)).join(" ")}`;
    let feed = shared.get(which);
    if (feed === undefined) shared.set(which, (feed = feedOf(rule, columns, history)));
    return feed;
  }
  return {
    rules: compiled.rules.map(({ rule }, place) =>
      "when" in rule ? sharedFeed(rule, columnsOf[place] ?? []) : undefined,
    ),
    resets: resets.map((list) => list.sort((a, b) => a.day - b.day || (a.label < b.label ? -1 : 1))),
    acts: acts.map(ascending),
    adjustments: adjustments.map((list) => list.sort(byDayAndText)),
    excluded: exclusions.map((days) => Math.min(Infinity, ...days)),
  };
}

function addDays(
  days: Set<Day> | undefined,
  { at, buckets }: Column,
  history: History,
  counts: (bucket: Readonly<Bucket>) => boolean,
): void {
  for (const [i, place] of at.entries()) {
    if (counts(buckets[i] ?? NO_BUCKET)) days?.add(dayAt(history, place));
  }
}

function dayAt({ days }: History, place: number): Day {
  return days[place] ?? 0;
}

function ascending(days: ReadonlySet<Day>): Day[] {
  return [...days].sort((a, b) => a - b);
}

function resetsOf(history: History, column: Column, { name, props }: Signal): Reset[] {
  const label = name === SCORE_RESET ? byHand("Reset", props) : `Reset by “${name}”`;
  return column.at.flatMap((at, i) =>
    (column.buckets[i] ?? NO_BUCKET)[0] > 0 ? [{ day: dayAt(history, at), label }] : [],
  );
}

/** What a person did, who it was, and why. */
function byHand(what: string, props: ReadonlyMap<string, string>): string {
  const author = props.get("author");
  const reason = props.get("reason");
  return `${what}${author ? ` by ${author}` : ""}${reason ? `: ${reason}` : ""}`;
}

function adjustmentsOf(history: History, column: Column, props: ReadonlyMap<string, string>): Adjustment[] {
  const label = byHand("Adjusted", props);
  return column.at.map((at, i) => ({
    day: dayAt(history, at),
    units: toUnits(VALUE(column.buckets[i] ?? NO_BUCKET) / VALUE_UNITS),
    label,
  }));
}

function measureOf(rule: FullRule): Measure {
  if (isStepsRule(rule)) {
    const { of } = rule.steps;
    return of === "active" ? ACTIVE_MS : of === "value" ? VALUE : of === "max" ? MAX : COUNT;
  }
  const per = isOccurrenceRule(rule) ? rule.per : undefined;
  if (typeof per !== "object") return COUNT;
  return "active" in per ? ACTIVE_MS : "value" in per ? VALUE : COUNT;
}

/** The property of which a rule counts different values. */
function distinctOf(rule: FullRule): string | undefined {
  if (isStepsRule(rule)) return rule.steps.distinct;
  if (!isOccurrenceRule(rule)) return undefined;
  if (rule.count) return rule.count.distinct;
  return typeof rule.per === "object" && "distinct" in rule.per ? rule.per.distinct : undefined;
}

function feedOf(rule: FullRule, columns: readonly [SignalKey, Column][], history: History): Feed {
  const measure = measureOf(rule);
  const property = distinctOf(rule);
  if (property === undefined && columns.every(([, column]) => column.until === undefined)) {
    const [only] = columns;
    if (only && columns.length === 1) return feedOfOne(only[1], measure, history);
    return feedOfMany(columns, measure, history);
  }
  const entries = entriesOf(columns, measure, property, history);
  entries.sort((a, b) => a.day - b.day || (a.value < b.value ? -1 : Number(a.value > b.value)));
  return {
    days: entries.map(({ day }) => day),
    amounts: entries.map(({ amount }) => amount),
    ...(property === undefined ? {} : { values: entries.map(({ value }) => value) }),
    ...(entries.some(({ until }) => until < Infinity) ? { untils: entries.map(({ until }) => until) } : {}),
  };
}

interface Entry {
  readonly day: Day;
  readonly value: string;
  readonly until: number;
  amount: number;
}

/** What is of one day, of one value and holds equally long is added up: it may be paid for together. */
function entriesOf(
  columns: readonly [SignalKey, Column][],
  measure: Measure,
  property: string | undefined,
  history: History,
): Entry[] {
  const byKind = new Map<string, Entry>();
  for (const [key, column] of columns) {
    const value = property === undefined ? "" : readSignal(key).props.get(property);
    if (value === undefined) continue;
    column.at.forEach((at, i) => {
      const amount = measure(column.buckets[i] ?? NO_BUCKET);
      const until = column.until?.[i] ?? Infinity;
      if (isNothing(amount)) return;
      const kind = `${at} ${until} ${value}`;
      const known = byKind.get(kind);
      if (known === undefined) byKind.set(kind, { day: dayAt(history, at), value, until, amount });
      else known.amount = measure === MAX ? Math.max(known.amount, amount) : known.amount + amount;
    });
  }
  return [...byKind.values()].filter(({ amount }) => !isNothing(amount));
}

function isNothing(amount: number): boolean {
  return amount === 0 || amount === -Infinity;
}

const NO_BUCKET: Readonly<Bucket> = [0, 0, 0, null, 0, 0];

function feedOfOne({ at, buckets }: Column, measure: Measure, history: History): Feed {
  const days: Day[] = [];
  const amounts: number[] = [];
  for (let i = 0; i < at.length; i += 1) {
    const amount = measure(buckets[i] ?? NO_BUCKET);
    if (isNothing(amount)) continue;
    days.push(dayAt(history, at[i] ?? 0));
    amounts.push(amount);
  }
  return { days, amounts };
}

/** Adds up by day (of the largest value, takes the largest), in a list as long as the history has days. */
function feedOfMany(columns: readonly [SignalKey, Column][], measure: Measure, history: History): Feed {
  const nothing = measure === MAX ? -Infinity : 0;
  const byPlace = new Float64Array(columns.length === 0 ? 0 : history.days.length).fill(nothing);
  for (const [, { at, buckets }] of columns) {
    for (let i = 0; i < at.length; i += 1) {
      const place = at[i] ?? 0;
      const before = byPlace[place] ?? nothing;
      const amount = measure(buckets[i] ?? NO_BUCKET);
      byPlace[place] = measure === MAX ? Math.max(before, amount) : before + amount;
    }
  }
  const days: Day[] = [];
  const amounts: number[] = [];
  byPlace.forEach((amount, place) => {
    if (isNothing(amount)) return;
    days.push(dayAt(history, place));
    amounts.push(amount);
  });
  return { days, amounts };
}

function byDayAndText(a: Adjustment, b: Adjustment): number {
  if (a.day !== b.day) return a.day - b.day;
  return a.label === b.label ? a.units - b.units : a.label < b.label ? -1 : 1;
}
