import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import { formatSdkEventId } from "../../shared/event-id.ts";
import { FOREIGN_IDS_PER_CONTACT, MAX_PRODUCERS_PER_SOURCE } from "../../shared/limits.ts";
import { DAY_MS, newContact, NOW } from "./new-contact.ts";

/** A producer of 12 characters. */
const producer = (n: number) => n.toString(36).padStart(12, "_");

async function charsOf({ rows }: ReturnType<typeof newContact>): Promise<number> {
  return (await rows()).reduce((sum, { data }) => sum + data.length, 0);
}

describe("what a contact remembers of events counted", () => {
  test("of other clients takes no more room after a hundred thousand, and the last are known", async () => {
    const own = newContact();
    const { contact, page, intake, ingest, timeline } = own;
    const batch = (k: number, at = NOW) =>
      intake(at, ...Array.from({ length: 2_500 }, (_, i) => ({ ...page("/", at), id: `message-${k}-${i}` })));
    for (let k = 0; k < 40; k += 1) expect(await ingest(batch(k))).toMatchObject({ accepted: 2_500 });
    // Those that are known, as many that are on their way out, and the row that is begun; an id takes 16 to 18 characters.
    expect(await charsOf(own)).toBeLessThan(3 * FOREIGN_IDS_PER_CONTACT * 18);
    await evictDurableObject(contact);
    expect(await timeline()).toMatchObject([{ facts: [{ count: 100_000 }] }]);
    for (const k of [38, 39]) expect(await ingest(batch(k))).toMatchObject({ accepted: 0, duplicate: 2_500 });
    expect(FOREIGN_IDS_PER_CONTACT).toBe(5_000);
    // Days stay what they were, while the row that they were in goes.
    await ingest(batch(40, NOW + DAY_MS));
    await evictDurableObject(contact);
    expect(await timeline()).toMatchObject([{ facts: [{ count: 2_500 }] }, { facts: [{ count: 100_000 }] }]);
  });

  test("of our script ends with the pages that can be loaded in a month, and what is known stays so", async () => {
    const own = newContact();
    const { page, intake, ingest } = own;
    const pages = (from: number, to: number, at = NOW) => {
      const numbers = Array.from({ length: to - from }, (_, i) => formatSdkEventId(producer(from + i), 1));
      return intake(at, ...numbers.map((id) => ({ ...page("/", at), id })));
    };
    for (let from = 0; from < MAX_PRODUCERS_PER_SOURCE; from += 2_500) {
      expect(await ingest(pages(from, from + 2_500))).toMatchObject({ accepted: 2_500 });
    }
    const full = MAX_PRODUCERS_PER_SOURCE;
    const size = await charsOf(own);
    expect(await ingest(pages(full - 10, full + 10))).toMatchObject({
      accepted: 0,
      duplicate: 10,
      rejected: Array.from({ length: 10 }, () => ({ reason: "too_many_producers" })),
    });
    // A page that is there goes on counting.
    expect(
      await ingest(intake(NOW, { ...page("/", NOW), id: formatSdkEventId(producer(0), 2) })),
    ).toMatchObject({ accepted: 1 });
    expect(await charsOf(own)).toBeLessThan(size + 1_000);
    // Nothing of a month ago can come again.
    expect(await ingest(pages(full, full + 10, NOW + 40 * DAY_MS))).toMatchObject({ accepted: 10 });
  });

  test("is not filled by events that are refused", async () => {
    const own = newContact();
    const { page, intake, ingest } = own;
    await ingest(intake(NOW, page("/", NOW)));
    const before = await charsOf(own);
    const refused = [
      ...Array.from({ length: 2_000 }, (_, n) => formatSdkEventId(producer(n), 1)),
      ...Array.from({ length: 2_000 }, (_, n) => formatSdkEventId("abcdefghijkl", 1_000 + 2 * n)),
    ];
    expect(await ingest({ ...intake(NOW, page("/", NOW)), refused })).toMatchObject({ accepted: 1 });
    expect(await charsOf(own)).toBeLessThan(before + 100);
    expect(await ingest(intake(NOW, page("/", NOW)))).toMatchObject({
      acked: { abcdefghijkl: [0, 2] },
    });
  });
});
