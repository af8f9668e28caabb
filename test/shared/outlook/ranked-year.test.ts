import { expect, test } from "vitest";

import { DATES } from "../../support/fading-model.ts";
import { compareYear, yearOf } from "../../support/ranked-year.ts";

const CONTACTS = 2_000;

test(`${CONTACTS} entries are ranked on ten dates over a year without events as their scores say, worked out one by one`, () => {
  const contacts = Array.from({ length: CONTACTS }, (_, n) => yearOf(n, 6));
  const { compared, differing, examples, moved } = compareYear(contacts);
  expect(examples).toEqual([]);
  expect([differing, compared]).toEqual([0, CONTACTS * DATES.length]);
  // Else nothing would have been tried.
  expect(moved).toBeGreaterThan(CONTACTS * 5);
});
