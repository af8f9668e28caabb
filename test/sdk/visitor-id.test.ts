import { expect, test } from "vitest";

import { randomId } from "../../sdk/identity.ts";

test("a visitor's id has more than 128 bits that nobody can guess", () => {
  const ids = Array.from({ length: 20_000 }, () => randomId(26));
  expect(new Set(ids).size).toBe(ids.length);
  // By the character that comes most often at each place, which is what a guess begins with.
  let bits = 0;
  for (let place = 0; place < 26; place += 1) {
    const counts = new Map<string, number>();
    for (const id of ids) counts.set(id[place] ?? "", (counts.get(id[place] ?? "") ?? 0) + 1);
    expect(counts.size).toBe(36);
    const often = [...counts.values()].toSorted((a, b) => b - a).slice(0, 4);
    bits -= Math.log2(often.reduce((sum, count) => sum + count, 0) / 4 / ids.length);
  }
  expect(bits).toBeGreaterThan(128);
  expect(bits).toBeLessThan(26 * Math.log2(36));
});
