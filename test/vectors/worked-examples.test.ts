import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { PRESETS } from "../../shared/models/presets/index.ts";
import { type Case, compileOwners, expectReads } from "./expect-reads.ts";

interface WorkedExamples {
  readonly systems: readonly { readonly id: string; readonly cases: readonly WorkedCase[] }[];
}

interface WorkedCase extends Case {
  /** The same model with inactivity of this mode. */
  readonly inactivityMode?: "cumulative" | "replace";
}

const FILE = new URL("worked-examples.json", import.meta.url);
const { systems } = JSON.parse(readFileSync(FILE, "utf8")) as WorkedExamples;

test("every system of the field's guides is a shipped preset, beside the starter", () => {
  expect(Object.keys(PRESETS).sort()).toEqual([...systems.map(({ id }) => id), "starter"].sort());
});

describe.each(systems)("the preset $id", ({ id, cases }) => {
  test.each(cases)("$name", ({ inactivityMode, ...each }) => {
    const changes = inactivityMode ? { inactivity: { mode: inactivityMode } } : {};
    expectReads(compileOwners({ preset: id, ...changes }, id), each);
  });
});
