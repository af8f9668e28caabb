import { readFileSync } from "node:fs";

import { describe, test } from "vitest";

import type { ModelDocument } from "../../../shared/scoring/document.ts";
import { expectOutlook } from "../../support/outlooks.ts";
import { type Case, compileOwners } from "../../vectors/expect-reads.ts";
import { DAY_0, factsOfCase } from "../../vectors/facts-of-case.ts";
import { modelOf, SYSTEMS } from "../../vectors/worked-examples.ts";

interface System {
  readonly id: string;
  readonly model: ModelDocument;
  readonly cases: readonly Case[];
}

const FILE = new URL("../../vectors/more-examples.json", import.meta.url);
const { systems } = JSON.parse(readFileSync(FILE, "utf8")) as { readonly systems: readonly System[] };

/** Looks ahead from the last day on which something happens. */
function expectCase(model: object, id: string, each: Case): void {
  const last = Math.max(0, ...each.facts.map(({ day }) => day));
  expectOutlook(compileOwners(model, id), factsOfCase(each), DAY_0 + last, 400);
}

describe.each(SYSTEMS)("the outlook under the preset $id", ({ id, cases }) => {
  test.each(cases)("$name", (each) => {
    expectCase(modelOf(id, each), id, each);
  });
});

describe.each(systems)("the outlook under $id", ({ id, model, cases }) => {
  test.each(cases)("$name", (each) => {
    expectCase(model, id, each);
  });
});
