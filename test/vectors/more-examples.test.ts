import { readFileSync } from "node:fs";

import { describe, test } from "vitest";

import type { ModelDocument } from "../../shared/scoring/document.ts";
import { type Case, compileOwners, expectReads } from "./expect-reads.ts";

interface MoreExamples {
  readonly systems: readonly {
    readonly id: string;
    readonly about: string;
    readonly model: ModelDocument;
    readonly cases: readonly (Case & { readonly why: string })[];
  }[];
}

const FILE = new URL("more-examples.json", import.meta.url);
const { systems } = JSON.parse(readFileSync(FILE, "utf8")) as MoreExamples;

describe.each(systems)("$id: $about", ({ id, model, cases }) => {
  test.each(cases)("$name", (each) => {
    expectReads(compileOwners(model, id), each);
  });
});
