import fc from "fast-check";
import { describe, test } from "vitest";

import { dayOf } from "../../../shared/day.ts";
import { compileModel } from "../../../shared/scoring/compile.ts";
import type { FullModel } from "../../../shared/scoring/full-model.ts";
import { factsOfActs } from "../../support/facts-of-acts.ts";
import { anyFullModel, anyHistory, anyReadDay } from "../../support/oracle/arbitraries.ts";
import { anyDenseCase } from "../../support/oracle/dense.ts";
import { expectOutlook } from "../../support/outlooks.ts";

const compiled = (full: FullModel) => compileModel(full, { id: "m", version: 1 });
/** `PROPERTY_RUNS=20` runs each property twenty times as often. */
const runs = (count: number) => ({ numRuns: count * Number(process.env["PROPERTY_RUNS"] ?? 1) });

describe("an outlook says of each day what is found when that day is asked for", () => {
  test("under any model", () => {
    fc.assert(
      fc.property(anyFullModel(), anyHistory(), anyReadDay, (full, acts, day) => {
        const known = acts.filter(({ at }) => dayOf(at) <= day);
        expectOutlook(compiled(full), factsOfActs(known), day, 400);
      }),
      runs(60),
    );
  });

  test("where floors, limits and bands are met all the time", () => {
    fc.assert(
      fc.property(anyDenseCase, ({ full, acts, at }) => {
        expectOutlook(compiled(full), factsOfActs(acts), at, 150);
      }),
      runs(60),
    );
  });
});
