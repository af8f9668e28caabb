import { AXIS_KEYS, type ModelDocument, ONLY_AXIS } from "./document.ts";

/** How the parts of a document meet those of a preset. `null` takes away what the preset has (RFC 7396). */
export interface Merge {
  /** What is taken as it is. */
  readonly whole?: readonly string[];
  /** Of these, one takes the place of the others. */
  readonly instead?: readonly (readonly string[])[];
  /** How a part meets the preset's; parts not named are merged key by key. */
  readonly parts?: Readonly<Record<string, Merge>>;
  /** How each item of a list, or each value of a record, meets the one of the same name. */
  readonly each?: Merge;
  /** An item of a list that has lost all of these is taken out of it. */
  readonly livesBy?: readonly string[];
}

export const PLAIN: Merge = {};

const RULE: Merge = {
  whole: ["when", "where", "map", "per", "count", "steps", "decay", "cap", "limits"],
  instead: [
    ["per", "count", "steps"],
    ["map", "value"],
  ],
  livesBy: ["points", "steps", "map", "value"],
};

const GROUP: Merge = { whole: ["decay", "limits"], parts: { rules: { each: RULE } }, livesBy: ["rules"] };

const INACTIVITY: Merge = {
  whole: ["signals", "steps"],
  instead: [
    ["steps", "every"],
    ["steps", "points"],
    ["steps", "most"],
  ],
};

const AXIS: Merge = { whole: ["reset"], parts: { inactivity: INACTIVITY } };

export const DOCUMENT: Merge = {
  whole: ["reset", "decay", "bands", "grade", "grid", "total", "exclude"],
  parts: {
    ...AXIS.parts,
    pages: { each: RULE },
    minutes: { each: RULE },
    forms: { each: RULE },
    events: { each: RULE },
    axes: { each: AXIS },
    groups: { each: GROUP },
  },
};

/**
 * A preset with the owner's changes: objects are merged key by key, groups and rules by their `id` (new ones come
 * last); bands, grade, grid, total and exclusions, and the parts that make up a rule, are replaced whole.
 */
export function overrideModel(preset: ModelDocument, own: ModelDocument): ModelDocument {
  const { preset: _, ...changes } = own;
  const base = withAxes(preset);
  return override(base, inFirstAxis(base, changes), DOCUMENT);
}

/** A preset whose one axis is written out, so that others can be put beside it. */
export function withAxes(preset: ModelDocument): ModelDocument {
  if (preset.axes) return preset;
  const [ofAxis, rest] = split(preset);
  return { ...rest, axes: { [ONLY_AXIS]: ofAxis } };
}

/** What the owner says of the one axis belongs into the preset's first. */
function inFirstAxis({ axes = {} }: ModelDocument, changes: ModelDocument): object {
  const [first = ONLY_AXIS] = Object.keys(axes);
  const [ofAxis, rest] = split(changes);
  if (Object.keys(ofAxis).length === 0) return changes;
  return { ...rest, axes: { ...changes.axes, [first]: { ...ofAxis, ...changes.axes?.[first] } } };
}

/** What a document says of its one axis, and all else. */
function split(document: object): [ofAxis: object, rest: object] {
  const entries = Object.entries(document) as [string, unknown][];
  return [
    Object.fromEntries(entries.filter(([key]) => isOfAxis(key))),
    Object.fromEntries(entries.filter(([key]) => !isOfAxis(key))),
  ];
}

export function isOfAxis(key: string): boolean {
  return (AXIS_KEYS as readonly string[]).includes(key);
}

function override(base: object, own: object, how: Merge): object {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own) as [string, unknown][]) {
    if (value === null) {
      delete merged[key];
      continue;
    }
    for (const group of how.instead ?? []) {
      if (group.includes(key)) for (const other of group) if (other !== key) delete merged[other];
    }
    merged[key] = how.whole?.includes(key) ? value : met(merged[key], value, partOf(how, key));
  }
  return merged;
}

/** How a part that is not taken whole meets the preset's. */
export function partOf({ each, parts = {} }: Merge, key: string): Merge {
  return each ?? (Object.hasOwn(parts, key) ? parts[key] : undefined) ?? PLAIN;
}

function met(base: unknown, own: unknown, how: Merge): unknown {
  if (isList(base) && isList(own)) return overrideList(base, own, how.each ?? PLAIN);
  return isJson(base) && isJson(own) ? override(base, own, how) : own;
}

function overrideList(base: readonly unknown[], own: readonly unknown[], how: Merge): unknown[] {
  const merged = [...base];
  const gone = new Set<unknown>();
  for (const item of own) {
    const place = placeOf(item, base);
    if (place === -1) {
      merged.push(item);
      continue;
    }
    const changed = met(base[place], item, how);
    merged[place] = changed;
    if (isJson(changed) && how.livesBy?.every((key) => !(key in changed))) gone.add(changed);
  }
  return merged.filter((item) => !gone.has(item));
}

/** Where a list has the item with the id of this one; −1 where it has none. */
export function placeOf(item: unknown, list: readonly unknown[]): number {
  const id = idOf(item);
  return id === undefined ? -1 : list.findIndex((other) => idOf(other) === id);
}

function idOf(item: unknown): unknown {
  return isJson(item) && "id" in item ? item.id : undefined;
}

export function isJson(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
