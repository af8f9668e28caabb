import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { expect, test } from "vitest";

import { findContact, knownContact } from "../../sdk/edge/contacts.ts";
import { readSnapshotCookies, readVisitorCookies } from "../../shared/lead.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const HEADERS = 300;
const HEADER_BYTES = 100_000;

/** Of another visitor each time, and a text of its own. */
function longHeader(n: number): string {
  const cookies = `afterglow_vid=${String(n).padStart(26, "v")}.${"m".repeat(24)}; afterglow_lead=${"c".repeat(300)}.${"s".repeat(43)}`;
  return Buffer.from(`${cookies}; other=${"x".repeat(HEADER_BYTES)}`).toString("latin1");
}

/** How many bytes more are in use with what `work` has kept. */
async function bytesKept(work: (header: string) => unknown): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept: unknown[] = [];
  for (let n = 0; n < HEADERS; n += 1) kept.push(await work(longHeader(n)));
  collectGarbage();
  const after = process.memoryUsage().heapUsed;
  expect(kept.every(Boolean)).toBe(true);
  return after - before;
}

test("what is kept of a visitor's cookies keeps no whole header in memory", async () => {
  const whole = HEADERS * HEADER_BYTES;
  // So that it can be seen at all.
  expect(await bytesKept((header) => header)).toBeGreaterThan(whole * 0.9);
  expect(await bytesKept((header) => readVisitorCookies(header, "main")[0])).toBeLessThan(whole * 0.2);
  expect(await bytesKept((header) => readSnapshotCookies(header, "main")[0])).toBeLessThan(whole * 0.2);
  const collector = { contactObject: () => Promise.resolve("the-id-of-an-object") };
  expect(await bytesKept((header) => findContact(header, "", "main", collector))).toBeLessThan(whole * 0.2);
  expect(knownContact(longHeader(HEADERS - 1), "main")).toBeDefined();
});
