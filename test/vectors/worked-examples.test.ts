import { describe, expect, test } from "vitest";

import { PRESETS } from "../../shared/models/presets/index.ts";
import { compileOwners, expectReads } from "./expect-reads.ts";
import { modelOf, SYSTEMS } from "./worked-examples.ts";

test("every system of the field's guides is a shipped preset, beside the starter", () => {
  expect(Object.keys(PRESETS).sort()).toEqual([...SYSTEMS.map(({ id }) => id), "starter"].sort());
});

describe.each(SYSTEMS)("the preset $id", ({ id, cases }) => {
  test.each(cases)("$name", (each) => {
    expectReads(compileOwners(modelOf(id, each), id), each);
  });
});
