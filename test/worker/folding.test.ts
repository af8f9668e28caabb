import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import { MAX_BUCKETS_PER_CONTACT } from "../../shared/limits.ts";
import type { Intake, Ledger } from "../../worker/domain/ledger.ts";
import { DAY_MS, newContact, NOW } from "./new-contact.ts";

/** Pairs of day and signal in a stored row. */
function bucketsIn(data: string): number {
  const row = JSON.parse(data) as Ledger & { ledger?: Ledger };
  return Object.values((row.ledger ?? row).facts)
    .flatMap((own) => Object.values(own.days))
    .reduce((sum, buckets) => sum + Object.keys(buckets).length, 0);
}

describe("a contact past the limit of days and signals", () => {
  test("folds its oldest days, and knows the same after it was put out of memory", async () => {
    const { contact, page, intake, ingest, visitDays, timeline } = newContact();
    const [perDay, days] = [200, 110];
    await visitDays(-days, 0, perDay);
    const known = await timeline();
    expect(known).toHaveLength(MAX_BUCKETS_PER_CONTACT / perDay);
    await evictDurableObject(contact);
    expect(await timeline()).toEqual(known);
    const late = NOW - days * DAY_MS;
    expect(await ingest(intake(NOW + days, page("/late", late)))).toMatchObject({ accepted: 1 });
    await evictDurableObject(contact);
    expect(await timeline()).toEqual(known);
  });

  test("takes rows off the disk when all of their days are folded, and still knows what was counted", async () => {
    const { contact, ingest, rows, visitDays, timeline } = newContact();
    const perDay = 1_000;
    const first = await visitDays(0, 2, perDay);
    const foreign = {
      ...first[0],
      events: [{ ...first[0]?.events[0], id: "from-another-client" }],
    } as Intake;
    expect(await ingest(foreign)).toMatchObject({ accepted: 1 });
    await visitDays(2, 20, perDay);
    const before = (await rows()).filter(({ part }) => part >= 0).length;
    await visitDays(20, 28, perDay);
    const after = (await rows()).filter(({ part }) => part >= 0);
    // One row may hold days that are folded beside such as are not.
    expect(after.length).toBeLessThanOrEqual(before + 1);
    const stored = after.reduce((sum, { data }) => sum + bucketsIn(data), 0);
    expect(stored).toBeLessThan(MAX_BUCKETS_PER_CONTACT * 1.5);
    const known = await timeline();
    await evictDurableObject(contact);
    expect(await timeline()).toEqual(known);
    for (const batch of [...first, foreign]) {
      const again = { ...batch, receivedAt: NOW + 28 * DAY_MS };
      expect(await ingest(again)).toMatchObject({ accepted: 0, duplicate: batch.events.length });
    }
  });

  test("packs a day by reading and writing no other row", async () => {
    const { contact, page, intake, ingest, rows, meter, visitDays } = newContact();
    await visitDays(0, 110, 200);
    const next = NOW + 111 * DAY_MS;
    await evictDurableObject(contact);
    await ingest(intake(next, page("/1", next)));
    expect((await rows()).length).toBeGreaterThan(5);
    for (let day = 1; day <= 5; day += 1) {
      const before = await meter();
      await ingest(intake(next + day * DAY_MS, page("/1", next + day * DAY_MS)));
      const after = await meter();
      // One more where the packed row takes another page.
      expect(after.rowsWritten - before.rowsWritten).toBeLessThanOrEqual(3);
      expect(after.rowsRead - before.rowsRead).toBeLessThanOrEqual(5);
    }
  });
});
