import { readdir } from "node:fs/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { bytesOnDisk, textsOnDisk } from "../support/bytes-on-disk.ts";
import { startSealedRows } from "../support/sealed-rows.ts";
import { until } from "../support/until.ts";

let rows: Awaited<ReturnType<typeof startSealedRows>>;
beforeAll(async () => {
  rows = await startSealedRows();
});
afterAll(() => rows.close());

/** More than one block of keys. */
const NAMES = Array.from({ length: 2_500 }, (_, i) => `row-${i}`);
const FORGOTTEN = NAMES.filter((_, i) => i % 20 === 0);
const LEFT = NAMES.filter((_, i) => i % 20 !== 0);
const TEXT = "Ann of Corp, ann@corp.example, is hot now. ".repeat(20);

test("what is sealed with a shredded key can be opened by nothing that is on disk", async () => {
  await rows.put(NAMES, TEXT);
  const keys = await rows.keysOf(NAMES);
  expect(new Set(keys).size).toBe(NAMES.length);
  const ofNames = (names: readonly string[]) => names.map((name) => keys[NAMES.indexOf(name)] ?? "");
  const [gone, kept] = [ofNames(FORGOTTEN), ofNames(LEFT.slice(0, 100))];
  await outOfMemory();
  // Else nothing would be found below either.
  expect(await keysOnDisk(gone)).toEqual(gone);
  expect(await textsOnDisk(rows.objects, ["ann@corp.example"])).toEqual([]);

  await rows.forget(FORGOTTEN);
  await outOfMemory();
  expect(await keysOnDisk(gone)).toEqual([]);
  expect(await keysOnDisk(kept)).toEqual(kept);
  expect(await rows.get(LEFT)).toEqual(LEFT.map(() => TEXT));
  expect(await rows.get(FORGOTTEN)).toEqual(FORGOTTEN.map(() => null));

  // Their places are taken again, and nobody else's.
  await rows.put(FORGOTTEN, "somebody else");
  expect(await rows.get(LEFT)).toEqual(LEFT.map(() => TEXT));
  expect(new Set(await rows.get(FORGOTTEN))).toEqual(new Set(["somebody else"]));
});

/** Those of which a half is found: a key may begin in one page and end in another. */
async function keysOnDisk(keys: readonly string[]): Promise<string[]> {
  const halves = keys.flatMap((key) => [key.slice(0, 16), key.slice(16)]);
  const found = await bytesOnDisk(
    rows.objects,
    halves.map((half) => Buffer.from(half, "hex")),
  );
  const onDisk = new Set(found.map(({ bytes }) => bytes.toString("hex")));
  return keys.filter((key) => onDisk.has(key.slice(0, 16)) || onDisk.has(key.slice(16)));
}

/** The log of an object's database goes, with what was written before, when the object leaves memory. */
async function outOfMemory(): Promise<void> {
  const isOfObject = (file: string) => /[0-9a-f]{64}\.sqlite/.test(file);
  const files = await until(
    async () => (await readdir(rows.objects, { recursive: true })).filter(isOfObject),
    (found) => found.length === 1,
  );
  expect(files[0]).toMatch(/\.sqlite$/);
}
