import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";

import type { StoredLedger } from "../../worker/store/ledger-codec.ts";
import { packLedger, unpackLedger } from "../../worker/store/packed-ledger.ts";
import { DAY_MS, newContact, NOW } from "./new-contact.ts";

const text = fc.string({ unit: "binary", maxLength: 20 });
const whole = fc.integer({ min: -1e15, max: 1e15 });
const ref = fc.tuple(fc.constantFrom("anon", "user"), text).map((parts) => parts.join(":"));
const bucket = fc.tuple(fc.nat(), whole, whole, fc.option(fc.double({ noNaN: true })), whole, whole);
const origin = fc.option(fc.tuple(whole, text, text, text, text));
const facts = fc.record({
  days: fc.dictionary(
    fc.integer({ min: -40_000, max: 40_000 }).map(String),
    fc.dictionary(
      text.map((name) => `${name}\n`),
      bucket,
    ),
  ),
  visits: fc.array(fc.tuple(whole, whole, fc.nat(), whole, origin)),
  traits: fc.dictionary(text, fc.array(fc.tuple(whole, fc.oneof(text, fc.boolean(), whole)))),
  claims: fc.dictionary(ref, fc.tuple(whole, whole)),
});
const seen = fc.record({
  producers: fc.dictionary(text, fc.array(whole, { minLength: 1 })),
  ids: fc.array(text),
});
const ledger = fc.record({ facts: fc.dictionary(ref, facts), seen: fc.dictionary(ref, seen) });

test("a packed row holds everything, in its order", () => {
  fc.assert(
    fc.property(ledger, (any) => {
      // As it comes out of JSON: no zero with a sign.
      const stored = JSON.parse(JSON.stringify(any)) as StoredLedger;
      expect(JSON.stringify(unpackLedger(packLedger(stored)).ledger)).toBe(JSON.stringify(stored));
    }),
    { numRuns: 300 },
  );
});

test("rows of the first releases, which are plain JSON, are read", () => {
  fc.assert(
    fc.property(ledger, (any) => {
      const stored = JSON.parse(JSON.stringify(any)) as StoredLedger;
      expect(unpackLedger(JSON.stringify(stored)).ledger).toEqual(stored);
    }),
    { numRuns: 20 },
  );
});

test("twenty visits of five pages on twenty days take one page of their own: 16 KB with the file's first three", async () => {
  const { contact, page, intake, ingest } = newContact();
  for (let day = 0; day < 20; day += 1) {
    const at = NOW + day * 3 * DAY_MS;
    for (let n = 0; n < 5; n += 1) {
      const path = `/section-${(day + n) % 4}/article-${(day * 7 + n * 3) % 12}`;
      const pages = Array.from({ length: 4 }, (_, i) =>
        page(i === 0 ? path : `${path}#${i}`, at + n * 60_000 + i * 9_871),
      );
      expect(await ingest(intake(at + n * 60_000 + 40_000, ...pages))).toMatchObject({ accepted: 4 });
    }
  }
  const bytes = await runInDurableObject(contact, (_, { storage }) => storage.sql.databaseSize);
  expect(bytes).toBeLessThanOrEqual(16 * 1024);
});
