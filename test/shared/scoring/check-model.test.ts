import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { checkDocument, checkFull } from "../../../shared/scoring/check-model.ts";
import { MAX_ISSUES } from "../../../shared/scoring/collect-issues.ts";
import { expandModel } from "../../../shared/scoring/expand.ts";
import { MAX_RULES } from "../../../shared/scoring/model-limits.ts";
import { readModel } from "../../../shared/scoring/read-model.ts";
import { GOOD_MODELS } from "./good-models.ts";
import { WRONG_MEANINGS } from "./wrong-meanings.ts";
import { WRONG_NAMES } from "./wrong-names.ts";
import { WRONG_SHAPES } from "./wrong-shapes.ts";
import { WRONG_TEXTS } from "./wrong-texts.ts";

const isPartial = (model: unknown) => typeof model === "object" && model !== null && "preset" in model;
const check = (model: unknown) => checkDocument(model, { partial: false });

describe("a model that is right", () => {
  test.each(GOOD_MODELS)("%s", (_, model) => {
    expect(checkDocument(model, { partial: isPartial(model) })).toEqual([]);
  });

  test.each(GOOD_MODELS)("%s, written out in full", (_, model) => {
    const read = readModel(model);
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    const { full } = read;
    expect(checkFull(full)).toEqual([]);
    expect(check(JSON.parse(JSON.stringify(full)))).toEqual([]);
  });
});

describe("a model that is wrong", () => {
  test.each([...WRONG_SHAPES, ...WRONG_NAMES, ...WRONG_MEANINGS, ...WRONG_TEXTS])(
    "%j: %s: %s",
    (model, path, message) => {
      expect(check(model)).toEqual([{ path, message }]);
    },
  );

  test("tells every mistake, not only the first", () => {
    const model = {
      pages: { "/a": "1", "/b": { point: 1 } },
      groups: [{ axis: "fit", rules: [{ when: "x", points: true }, { when: 5 }] }],
    };
    expect(check(model).map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'pages: "/a" wants a number from -100000 to 100000 or an object such as {"points": 5}, got "1"',
      'pages["/b"]: unknown key "point"; did you mean "points"?',
      'groups[0].rules[0]: "points" wants a number from -100000 to 100000, got true',
      'groups[0].rules[1]: "when" wants an event\'s name, an object such as {"page": "/pricing*"}, or a list of them, got 5',
      'groups[0].rules[1]: wants "points", "steps" or "trait"',
      'groups[0]: "axis": unknown axis "fit"; known is "interest"',
    ]);
  });

  test("a line for the value of events, written as that of a trait", () => {
    const rule = { when: "Order Completed", points: 5, value: { gte: 100 } };
    expect(check({ groups: [{ rules: [rule] }] }).map(({ message }) => message)).toEqual([
      '"value" wants true; for the value of events use "per": {"value": 100} or "steps", got an object',
      '"value" wants "trait" beside it',
    ]);
  });

  test("too many rules, over the short and the full form", () => {
    const pages = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`/${i}`, 1]));
    const rules = Array.from({ length: 101 }, () => ({ when: "a", points: 1 }));
    const issue = {
      path: "",
      message: "there are 501 rules, counting each line of the short form: at most 500 can be",
    };
    expect(check({ pages, groups: [{ rules }] })).toEqual([issue]);
    expect(checkFull(expandModel({ pages, groups: [{ rules }] }))).toEqual([issue]);
    expect(check({ pages, groups: [{ rules: rules.slice(1) }] })).toEqual([]);
  });
});

test("too many texts to compare, over all tests of a model", () => {
  const domains = Array.from({ length: 1_000 }, (_, i) => `rival${i}.example`);
  const rule = (at: string) => ({ when: { event: "a", [at]: { endsWith: domains } }, points: 1 });
  const where = { email: { endsWith: domains }, company: { in: domains } };
  const model = (rules: number) => ({
    reset: [{ event: "b", host: domains }],
    exclude: [{ label: "Rivals", where }],
    groups: [{ rules: Array.from({ length: rules }, (_, i) => rule(`p${i}`)) }],
  });
  const issue = {
    path: "",
    message:
      'the tests in "when" and "where" name more than 10000 texts in all; a shorter one often stands for many, such as {"endsWith": ".example"}',
  };
  expect(check(model(8))).toEqual([issue]);
  expect(check(model(7))).toEqual([]);
});

test("too many texts that may stand anywhere in what an event says", () => {
  const anywhere = (count: number) => Array.from({ length: count }, (_, i) => `*/part-${i}/*`);
  const model = (count: number) => ({
    pages: { "*/a/*": 1, "/b/*": 1, "*/c": 1 },
    exclude: [{ label: "Rivals", where: { company: { contains: anywhere(500) } } }],
    groups: [{ rules: [{ when: ["*trial*", { event: "a", plan: { contains: anywhere(9) } }], points: 1 }] }],
    reset: { page: [...anywhere(count), "/p/*", "/q"] },
  });
  const issues = (count: number) => {
    const read = readModel(model(count));
    return read.ok ? [] : read.issues;
  };
  expect(issues(53)).toEqual([]);
  expect(issues(54)).toEqual([
    {
      path: "",
      message:
        'the tests of events name 65 texts that may stand anywhere ("*text*", "contains"): at most 64 can be. Say how the value begins or ends ("/shop/*", "*/pricing"), or name whole values: of these there may be 10000',
    },
  ]);
});

describe("a change of a preset", () => {
  const partial = (model: unknown) => checkDocument(model, { partial: true });

  test("lacks what the preset has", () => {
    const model = {
      preset: "hubspot",
      pages: { "/x": { cap: 5 } },
      decay: { every: "7d" },
      groups: [
        {
          id: "role",
          axis: "fit",
          rules: [
            { id: "seniority", map: { vp: 5 } },
            { id: "form", points: 5 },
          ],
        },
      ],
      bands: [{ name: "a", when: { grade: "B", cell: "A1" } }],
    };
    expect(partial(model)).toEqual([]);
    expect(check(model)).not.toEqual([]);
  });

  test("may not be wrong in itself", () => {
    const model = {
      preset: "hubspot",
      groups: [{ id: "role", rules: [{ id: "a", map: { vp: "5" }, points: 5 }] }],
    };
    expect(partial(model)).toEqual([
      { path: "groups[0].rules[0].map", message: '"vp" wants a number from -100000 to 100000, got "5"' },
      { path: "groups[0].rules[0]", message: '"points" cannot stand beside "map"' },
    ]);
  });
});

describe("a hostile value ends soon, in issues of a few words", () => {
  const cyclic: Record<string, unknown> = { name: "x" };
  cyclic["groups"] = [{ rules: [cyclic] }];
  cyclic["self"] = cyclic;
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const long = "x".repeat(1_000_000);
  const manyKeys = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`key${i}`, i]));
  const shared = Array.from({ length: 1_000 }, () => "x");
  const tests = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`t${i}`, shared]));
  const sharedGroup = { rules: Array.from({ length: MAX_RULES }, () => ({ where: tests, points: 1 })) };
  class Model {
    name = "x";
  }

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
    ["a big integer", 5n],
    ["an instance", new Model()],
    ["a date in it", { name: new Date(0) }],
    ["a map in it", { pages: new Map([["/", 1]]) }],
    ["a cycle", cyclic],
    ["depth", { groups: deep }],
    ["depth in a rule", { groups: [{ rules: [{ when: deep, points: 1 }] }] }],
    ["a long text", { name: long, preset: long }],
    ["a long key", { [long]: 1, pages: { [long]: { [long]: 1 } } }],
    [
      "10,000 rules",
      { groups: [{ rules: Array.from({ length: 10_000 }, () => ({ when: "a", points: 1 })) }] },
    ],
    ["a million entries", { groups: Array.from({ length: 1_000_000 }, () => 1) }],
    [
      "holes",
      {
        groups: Array.from({ length: 3 }).concat(Object.assign([], { length: 5 })),
        bands: Object.assign([], { length: 4e9 }),
      },
    ],
    ["many keys", manyKeys],
    ["many keys of a record", { pages: manyKeys, axes: manyKeys, traits: manyKeys }],
    ["one value in many places", { groups: Array.from({ length: 100 }, () => sharedGroup) }],
    ["not a number", { start: Number.NaN }],
    ["infinity", JSON.parse('{"start": 1e400, "min": -1e400}')],
    ["a huge number", { pages: { "/": 1e300 } }],
    [
      "__proto__",
      JSON.parse('{"__proto__": {"x": 1}, "pages": {"__proto__": 5}, "axes": {"__proto__": {}}}'),
    ],
    [
      "constructor",
      {
        constructor: 1,
        axes: { constructor: {} },
        groups: [{ constructor: 1, rules: [{ hasOwnProperty: 1 }] }],
      },
    ],
    ["a prototype of none", Object.assign(Object.create(null) as object, { toString: 1 })],
    [
      "many cells",
      {
        axes: { a: {}, b: {}, c: {} },
        grid: {
          axes: Object.fromEntries(
            ["a", "b", "c"].map((a) => [
              a,
              Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n${i}`, i])),
            ]),
          ),
        },
      },
    ],
  ])("%s", (_, value) => {
    const issues = check(value);
    const partly = checkDocument(value, { partial: true });
    expect(issues.length).toBeGreaterThan(0);
    for (const { path, message } of [...issues, ...partly]) {
      expect(path.length).toBeLessThan(200);
      expect(message.length).toBeLessThan(500);
    }
    expect(issues.length).toBeLessThanOrEqual(MAX_ISSUES + 1);
  });

  test("what is more than a hundred issues is counted", () => {
    const issues = check({ groups: [{ rules: Array.from({ length: 250 }, () => 1) }] });
    expect(issues).toHaveLength(101);
    expect(issues.at(-1)).toEqual({ path: "", message: "and 150 more" });
  });

  test("long values are cut", () => {
    expect(check({ start: long })).toEqual([
      {
        path: "",
        message: `"start" wants a number from -1000000 to 1000000, got "${"x".repeat(40)}…" (1000000 characters)`,
      },
    ]);
  });

  test.each<[unknown, string, string]>([
    [JSON.parse('{"start": 1e400}'), "", '"start" wants a number from -1000000 to 1000000, got Infinity'],
    [JSON.parse('{"pages": {"__proto__": 5}}'), "pages", 'the key "__proto__" cannot be used'],
    [{ name: undefined }, "", '"name" wants a text of at most 200 characters, got undefined'],
    [{ axes: { constructor: {} } }, "axes", 'the key "constructor" cannot be a name'],
    [
      { groups: Array.from<unknown>({ length: 1 }) },
      "groups[0]",
      'the entry wants an object such as {"rules": []}, got undefined',
    ],
  ])("%j", (model, path, message) => {
    expect(check(model)).toEqual([{ path, message }]);
  });

  test("any value at all", () => {
    const keys = fc.constantFrom(
      "pages",
      "groups",
      "rules",
      "when",
      "bands",
      "axes",
      "grid",
      "grade",
      "steps",
      "limits",
      "points",
      "decay",
      "exclude",
      "traits",
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.anything({ withBigInt: true, withSparseArray: true, withNullPrototype: true }),
        fc.dictionary(fc.oneof(keys, fc.string()), tie("tree")),
        fc.array(tie("tree")),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.boolean(), (value, partial) => {
        const issues = checkDocument(value, { partial });
        expect(issues.every(({ path, message }) => typeof path === "string" && message !== "")).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
