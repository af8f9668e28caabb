import { AXIS_KEYS, type ModelDocument } from "./document.ts";

/** How the parts of a document meet those of a preset. */
interface Merge {
  /** What is taken as it is. */
  readonly whole?: readonly string[];
  /** Of these, one takes the place of the others. */
  readonly instead?: readonly (readonly string[])[];
  /** How a part meets the preset's; parts not named are merged key by key. */
  readonly parts?: Readonly<Record<string, Merge>>;
  /** How each item of a list, or each value of a record, meets the one of the same name. */
  readonly each?: Merge;
}

const PLAIN: Merge = {};

const RULE: Merge = {
  whole: ["when", "where", "map", "per", "count", "steps", "decay", "cap", "limits"],
  instead: [
    ["per", "count", "steps"],
    ["map", "value"],
  ],
};

const INACTIVITY: Merge = {
  whole: ["signals", "steps"],
  instead: [
    ["steps", "every"],
    ["steps", "points"],
    ["steps", "most"],
  ],
};

const AXIS: Merge = { whole: ["reset"], parts: { inactivity: INACTIVITY } };

const DOCUMENT: Merge = {
  whole: ["reset", "decay", "bands", "grade", "grid", "total", "exclude"],
  parts: {
    ...AXIS.parts,
    axes: { each: AXIS },
    groups: { each: { whole: ["decay", "limits"], parts: { rules: { each: RULE } } } },
  },
};

/**
 * A preset with the owner's changes: objects are merged key by key, groups and rules by their `id` (new ones come
 * last); bands, grade, grid, total and exclusions, and the parts that make up a rule, are replaced whole.
 */
export function overrideModel(preset: ModelDocument, own: ModelDocument): ModelDocument {
  const { preset: _, ...changes } = own;
  return override(preset, inFirstAxis(preset, changes), DOCUMENT);
}

/** What the owner says of the one axis belongs into the preset's first axis, where that is written out. */
function inFirstAxis({ axes = {} }: ModelDocument, changes: object): object {
  const [first] = Object.keys(axes);
  const ofAxis = Object.fromEntries(Object.entries(changes).filter(isOfAxis));
  if (first === undefined || Object.keys(ofAxis).length === 0) return changes;
  const rest = Object.fromEntries(Object.entries(changes).filter((entry) => !isOfAxis(entry)));
  return override({ axes: { [first]: ofAxis } }, rest, DOCUMENT);
}

function isOfAxis([key]: [string, unknown]): boolean {
  return (AXIS_KEYS as readonly string[]).includes(key);
}

function override(base: object, own: object, { whole = [], instead = [], parts = {}, each }: Merge): object {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own) as [string, unknown][]) {
    for (const group of instead) {
      if (group.includes(key)) for (const other of group) if (other !== key) delete merged[other];
    }
    const how = each ?? (Object.hasOwn(parts, key) ? parts[key] : undefined) ?? PLAIN;
    merged[key] = whole.includes(key) ? value : met(merged[key], value, how);
  }
  return merged;
}

function met(base: unknown, own: unknown, how: Merge): unknown {
  if (isList(base) && isList(own)) return overrideList(base, own, how.each ?? PLAIN);
  return isJson(base) && isJson(own) ? override(base, own, how) : own;
}

function overrideList(base: readonly unknown[], own: readonly unknown[], how: Merge): unknown[] {
  const merged = [...base];
  for (const item of own) {
    const id = idOf(item);
    const place = id === undefined ? -1 : base.findIndex((other) => idOf(other) === id);
    if (place === -1) merged.push(item);
    else merged[place] = met(base[place], item, how);
  }
  return merged;
}

function idOf(item: unknown): unknown {
  return isJson(item) && "id" in item ? item.id : undefined;
}

function isJson(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
