import fc from "fast-check";
import { expect, test } from "vitest";

import { readCookies } from "../../shared/lead.ts";

/** Takes the whole header apart. */
function apart(header: string, name: string): string[] {
  return header
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
}

test("a cookie's values are those that stand at the beginning of a part, and nothing else", () => {
  const pieces = fc.constantFrom(
    "vid",
    "vid=",
    "=",
    ";",
    "; ",
    " ",
    "\t",
    "x",
    "vid=a.b",
    "xvid=1",
    ";vid=;",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
      const header = list.join("");
      expect(readCookies(header, "vid")).toEqual(apart(header, "vid"));
    }),
    { numRuns: 3_000 },
  );
  expect(readCookies("a=1; vid=2 ;vid=3;xvid=4; vid=", "vid")).toEqual(["2", "3", ""]);
});
