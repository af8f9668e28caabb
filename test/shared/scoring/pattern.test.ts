import fc from "fast-check";
import { expect, test } from "vitest";

import { compilePattern, compilePatterns } from "../../../shared/scoring/pattern.ts";
import { matches } from "../../support/oracle/match.ts";

const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "é"), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*"), maxLength: 8 });

test("a pattern meets what it says", () => {
  fc.assert(
    fc.property(pattern, text, (one, value) => {
      expect(compilePattern(one)(value)).toBe(matches(value, one));
    }),
    { numRuns: 3_000 },
  );
});

test("a list of patterns is met where one of them is", () => {
  const patterns = fc.array(
    fc.oneof(
      pattern,
      text.map((head) => `${head}*`),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(patterns, text, (list, value) => {
      expect(compilePatterns(list)(value)).toBe(list.some((one) => matches(value, one)));
    }),
    { numRuns: 3_000 },
  );
});
