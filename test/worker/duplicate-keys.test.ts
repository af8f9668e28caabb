import fc from "fast-check";
import { expect, test } from "vitest";

import { duplicateKeys } from "../../worker/domain/duplicate-keys.ts";

test("a key that stands twice in one object is told by its path, once", () => {
  expect(duplicateKeys('{"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}]}')).toEqual([]);
  expect(duplicateKeys('{"a": 1, "\\u0061": 2, "a": 3}')).toEqual(["a"]);
  expect(duplicateKeys('{"g": [1, [], {"x": {"k": [], "k": "}"}}], "p": {"/a*": 1, "/a*": 2}}')).toEqual([
    "g[2].x.k",
    'p["/a*"]',
  ]);
  expect(duplicateKeys('{"__proto__": 1, "constructor": 2, "": 3}')).toEqual([]);
  expect(duplicateKeys('{"__proto__": 1, "__proto__": 2}')).toEqual(["__proto__"]);
  expect(duplicateKeys('"a"')).toEqual([]);
});

test("of a large text, a bounded part is told", () => {
  const deep = `${'{"a":'.repeat(50_000)}{"b":1,"b":2}${"}".repeat(50_000)}`;
  const [path = ""] = duplicateKeys(deep);
  expect(path.length).toBeLessThan(200);
  const many = `{${Array.from({ length: 20_000 }, (_, i) => `"k${i >> 1}":0`).join()}}`;
  expect(duplicateKeys(many).length).toBeLessThan(100);
  expect(duplicateKeys(`{"a":"${"\\\\".repeat(100_000)}","a":0}`)).toEqual(["a"]);
});

/** JSON as it is written: the entries of an object in a list, so that keys may repeat. */
type Written = string | { readonly list: Written[] } | { readonly entries: [string, Written][] };

const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
    fc.record({ list: fc.array(tie("written"), { maxLength: 4 }) }),
    fc.record({ entries: fc.array(fc.tuple(anyKey(), tie("written")), { maxLength: 5 }) }),
  ),
}));

function anyKey() {
  return fc.oneof(fc.constantFrom("a", "b", '"', "\\", "{", ",", "a b", "é"), fc.string({ unit: "binary" }));
}

function write(value: Written, space: string): string {
  if (typeof value === "string") return value;
  if ("list" in value) return `[${space}${value.list.map((each) => write(each, space)).join(`,${space}`)}]`;
  const entries = value.entries.map(
    ([key, each]) => `${JSON.stringify(key)}${space}:${space}${write(each, space)}`,
  );
  return `{${entries.join(`${space},`)}${space}}`;
}

function keysWritten(value: Written): number {
  if (typeof value === "string") return 0;
  const inside = "list" in value ? value.list : value.entries.map(([, each]) => each);
  return inside.reduce((sum, each) => sum + keysWritten(each), "list" in value ? 0 : inside.length);
}

function keysRead(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside: unknown[] = Object.values(value);
  return inside.reduce<number>((sum, each) => sum + keysRead(each), Array.isArray(value) ? 0 : inside.length);
}

test("it is told exactly where reading a text loses a key", () => {
  let lost = 0;
  fc.assert(
    fc.property(written, fc.constantFrom("", " ", "\n\t "), (value, space) => {
      const text = write(value, space);
      const loses = keysRead(JSON.parse(text)) < keysWritten(value);
      lost += Number(loses);
      expect(duplicateKeys(text).length > 0).toBe(loses);
    }),
    { numRuns: 2_000 },
  );
  expect(lost).toBeGreaterThan(100);
});

test("nothing is told of what JSON.stringify has written", () => {
  fc.assert(
    fc.property(fc.json(), (text) => duplicateKeys(text).length === 0),
    { numRuns: 1_000 },
  );
});
