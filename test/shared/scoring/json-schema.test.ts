import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { PRESETS } from "../../../shared/models/presets/index.ts";
import { checkDocument } from "../../../shared/scoring/check-model.ts";
import { checkShape } from "../../../shared/scoring/check-shape.ts";
import { modelSchema } from "../../../shared/scoring/json-schema.ts";
import { modelShape } from "../../../shared/scoring/model-shape.ts";
import { overrideModel } from "../../../shared/scoring/override.ts";
import { GOOD_MODELS } from "./good-models.ts";
import { WRONG_MEANINGS } from "./wrong-meanings.ts";
import { WRONG_NAMES } from "./wrong-names.ts";
import { WRONG_SHAPES } from "./wrong-shapes.ts";
import { WRONG_TEXTS } from "./wrong-texts.ts";

const schema = modelSchema();
const accepts = new Ajv2020({ strictTypes: true }).compile(schema);

describe("the JSON Schema of a model", () => {
  test.each(GOOD_MODELS)("accepts %s", (_, model) => {
    accepts(model);
    expect(accepts.errors ?? []).toEqual([]);
  });

  test.each([...WRONG_SHAPES, ...WRONG_NAMES])("refuses %j", (model) => {
    expect(accepts(model)).toBe(false);
  });

  test.each([...WRONG_MEANINGS, ...WRONG_TEXTS])("cannot know what is wrong with %j", (model) => {
    expect(accepts(model)).toBe(true);
  });

  test("lets a change of a preset lack what the preset has", () => {
    const model = { groups: [{ id: "role", rules: [{ id: "seniority", map: { vp: 5 } }] }] };
    expect(accepts(model)).toBe(false);
    expect(accepts({ preset: "hubspot", ...model })).toBe(true);
    expect(accepts({ preset: "hubspot", groups: [{ id: "role", rule: [] }] })).toBe(false);
  });

  test("lets null stand in a change where it takes something away, and nowhere else", () => {
    const taken = Object.entries(PRESETS).flatMap(([preset, model]) =>
      nullsOf(model).map((change) => ({ preset, ...change })),
    );
    const isLine = (path: string) => /^(?:bands|grade|grid)\./.test(path);
    let accepted = 0;
    for (const change of taken) {
      const isRight = checkDocument(change, { partial: true }).length === 0;
      expect([change, accepts(change)]).toEqual([change, isRight]);
      const { preset: _, ...alone } = change;
      if (!nullPaths(alone).some(isLine)) expect([alone, accepts(alone)]).toEqual([alone, false]);
      if (!isRight) continue;
      accepted += 1;
      const merged: unknown = overrideModel(PRESETS[change.preset] ?? {}, change);
      expect([change, nullPaths(merged).filter((path) => !isLine(path))]).toEqual([change, []]);
    }
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(taken.length);
  });

  test("says of every key what it is for", () => {
    const silent: string[] = [];
    const look = (part: unknown, path: string): void => {
      if (typeof part !== "object" || part === null) return;
      for (const [key, value] of Object.entries(part)) {
        if (key === "dependentSchemas") continue;
        look(value, `${path}/${key}`);
        if (key !== "properties") continue;
        for (const [name, property] of Object.entries(value as object)) {
          if (typeof property === "object" && !("description" in property)) silent.push(`${path}/${name}`);
        }
      }
    };
    look(schema, "");
    expect(silent).toEqual([]);
  });

  test("agrees with the check on documents that were damaged in one place", () => {
    const models = GOOD_MODELS.map(([, model]) => model);
    const damage = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom("30d", "1m", "none", "day", 0, -5, 1e6, null),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.nat(),
        fc.constantFrom("drop", "mistype", "put"),
        damage,
        (model, place, how, value) => {
          const damaged = structuredClone(model);
          const spots = spotsOf(damaged);
          const [holder, key] = spots[place % Math.max(1, spots.length)] ?? [{}, ""];
          if (how === "mistype" && !Array.isArray(holder)) holder[mistyped(key, place)] = holder[key];
          if (how === "put" || Array.isArray(holder)) holder[key] = value;
          else delete holder[key];
          const partial = Object.hasOwn(damaged as object, "preset");
          const json: unknown = JSON.parse(JSON.stringify(damaged));
          const issues = checkShape({ ...modelShape, ...noChecks }, json, "", { partial });
          if (accepts(json)) expect(issues.filter(isOfShape)).toEqual([]);
          else expect(checkDocument(json, { partial })).not.toEqual([]);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

const noChecks = { also: () => undefined };

/** Mistakes of meaning are beyond a schema. */
const MEANINGS =
  /same (line )?as|at most "max"|never rises|"ages": "last"|for "of"|"of" is|without decay|can be one limit|for entering|test of at least one trait|a test in "where"|nothing to compare|compares nothing|no number is|a path ends before|do nothing here|from the worst to|says nothing/;
const isOfShape = ({ message }: { readonly message: string }) => !MEANINGS.test(message);

type Holder = Record<string, unknown>;

/** A key that lacks a letter, or has one twice. */
function mistyped(key: string, place: number): string {
  const at = place % Math.max(1, key.length);
  return key.slice(0, at) + key.slice(place % 2 === 0 ? at + 1 : Math.max(0, at - 1));
}

/** A change for each key of a model, in which that key is null; groups and rules are named by their id. */
function nullsOf(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]: [string, unknown]): object[] => [
    { [key]: null },
    ...(Array.isArray(part)
      ? part.flatMap((item: unknown) =>
          nullsOf(item).map((change) => ({ [key]: [{ ...idOf(item), ...change }] })),
        )
      : nullsOf(part).map((change) => ({ [key]: change }))),
  ]);
}

function idOf(item: unknown): object {
  return typeof item === "object" && item !== null && "id" in item ? { id: item.id } : {};
}

function nullPaths(value: unknown, path = ""): string[] {
  if (value === null) return [path];
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, part]) =>
    nullPaths(part, path === "" ? key : `${path}.${key}`),
  );
}

function spotsOf(value: unknown): [holder: Holder, key: string][] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Holder;
  return Object.keys(holder).flatMap((key) => [[holder, key] as [Holder, string], ...spotsOf(holder[key])]);
}
