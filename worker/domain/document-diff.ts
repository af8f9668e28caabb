import { isObject, type JsonObject } from "../../shared/page-context.ts";

/** A place in which two documents differ; no `from` where it is new, no `to` where it is gone. */
export interface DocumentChange {
  /** `groups[firmo].rules[size].points`, `pages["/pricing*"]`, `exclude[0]`; `""` for the document itself. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/**
 * Where two JSON documents differ, as deep inside as they can be compared. Things in lists that all have an `id`
 * (or all a `name`) are matched by it, and a changed order of them is a change of the list, told by the ids;
 * other lists are compared by place.
 */
export function diffDocuments(from: unknown, to: unknown, path = ""): DocumentChange[] {
  if (isObject(from) && isObject(to)) return diffObjects(from, to, path);
  if (Array.isArray(from) && Array.isArray(to)) return diffLists(from, to, path);
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from, to }];
}

function diffObjects(from: JsonObject, to: JsonObject, path: string): DocumentChange[] {
  return diffMaps(new Map(Object.entries(from)), new Map(Object.entries(to)), (key) => member(path, key));
}

function diffLists(from: readonly unknown[], to: readonly unknown[], path: string): DocumentChange[] {
  for (const key of ["id", "name"]) {
    const before = byKey(from, key);
    const after = byKey(to, key);
    if (!before || !after) continue;
    return [...diffMaps(before, after, (id) => `${path}[${id}]`), ...diffOrder(before, after, path)];
  }
  return diffMaps(new Map(from.entries()), new Map(to.entries()), (place) => `${path}[${place}]`);
}

/** Things by their key; `undefined` where one has none, or two have the same. */
function byKey(list: readonly unknown[], key: string): Map<string, unknown> | undefined {
  const things = new Map<string, unknown>();
  for (const thing of list) {
    const id = isObject(thing) ? thing[key] : undefined;
    if (typeof id !== "string" || things.has(id)) return undefined;
    things.set(id, thing);
  }
  return things;
}

function diffMaps<Key>(
  from: ReadonlyMap<Key, unknown>,
  to: ReadonlyMap<Key, unknown>,
  pathOf: (key: Key) => string,
): DocumentChange[] {
  const changes: DocumentChange[] = [];
  for (const [key, value] of from) {
    if (to.has(key)) changes.push(...diffDocuments(value, to.get(key), pathOf(key)));
    else changes.push({ path: pathOf(key), from: value });
  }
  for (const [key, value] of to) if (!from.has(key)) changes.push({ path: pathOf(key), to: value });
  return changes;
}

function diffOrder(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  path: string,
): DocumentChange[] {
  const from = [...before.keys()].filter((id) => after.has(id));
  const to = [...after.keys()].filter((id) => before.has(id));
  return from.every((id, i) => id === to[i]) ? [] : [{ path, from, to }];
}

function member(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path ? `${path}.${key}` : key;
}
