import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import { DAY_MS, env, MODEL, newContact, NOW, parsed } from "./new-contact.ts";

describe("a contact", () => {
  test("writes one row for a batch, and none for a repeat or a read", async () => {
    const { contact, page, intake, rowsWritten, score, ingest } = newContact();
    const batch = intake(NOW, page("/pricing", NOW), page("/about", NOW), page("/", NOW), page("/blog", NOW));
    expect(await ingest(batch)).toMatchObject({ accepted: 4, duplicate: 0 });
    const first = await rowsWritten();
    for (let i = 0; i < 4; i += 1) {
      expect(await ingest(batch)).toMatchObject({ accepted: 0, duplicate: 4 });
    }
    expect(await rowsWritten()).toBe(first);
    await ingest(intake(NOW + 60_000, page("/", NOW + 60_000), page("/", NOW + 60_000)));
    expect(await rowsWritten()).toBe(first + 1);
    for (const day of [0, 31, 61, 91]) await score(MODEL.at + day);
    await contact.timeline();
    expect(await rowsWritten()).toBe(first + 1);
  });

  test("works out a score only for those who are told it", async () => {
    const { page, intake, ingest } = newContact();
    const batch = intake(NOW, page("/pricing", NOW));
    expect(await ingest({ ...batch, wantsScore: false })).not.toHaveProperty("snapshot");
    expect(await ingest(batch)).toMatchObject({ duplicate: 1, snapshot: { score: 10 } });
  });

  test("remembers after it was put out of memory", async () => {
    const { contact, page, intake, score, ingest } = newContact();
    const batch = intake(NOW, page("/pricing", NOW), page("/pricing", NOW));
    await ingest(batch);
    await evictDurableObject(contact);
    expect(await score()).toBe(20);
    await evictDurableObject(contact);
    expect(await ingest(batch)).toMatchObject({
      accepted: 0,
      duplicate: 2,
      acked: { abcdefghijkl: [0, 1] },
    });
    expect(await score()).toBe(20);
  });

  test("packs a day that is over, once, and keeps counting", async () => {
    const { contact, page, intake, rows, score, ingest } = newContact();
    await ingest(intake(NOW, page("/pricing", NOW)));
    expect(await rows()).toHaveLength(1);
    const next = NOW + DAY_MS;
    await ingest(intake(next, page("/about", next)));
    expect((await rows()).map((row) => row.part)).toEqual([0, 1]);
    const packed = (await rows())[1]?.data;
    await ingest(intake(next, page("/blog", next)));
    expect((await rows())[1]?.data).toBe(packed);
    await evictDurableObject(contact);
    expect(await score(MODEL.at + 1)).toBe(12);
    expect(await score(MODEL.at)).toBe(10);
  });

  test("recognises an event of a packed day when it comes again a month later", async () => {
    const { contact, page, intake, ingest } = newContact();
    const early = page("/pricing", NOW);
    await ingest(intake(NOW, early));
    const later = NOW + 29 * DAY_MS;
    await ingest(intake(later, page("/about", later)));
    await evictDurableObject(contact);
    expect(await ingest(intake(later, early))).toMatchObject({ accepted: 0, duplicate: 1 });
  });

  test("keeps its hot row below 8 KB by packing earlier", async () => {
    const { contact, page, intake, rows, ingest } = newContact();
    for (let i = 0; i < 30; i += 1) {
      const pages = Array.from({ length: 10 }, (_, n) => page(`/a-rather-long-path/${i}/${n}`, NOW + i));
      await ingest(intake(NOW + i, ...pages));
      expect(new TextEncoder().encode((await rows())[0]?.data ?? "").length).toBeLessThanOrEqual(8_192);
    }
    await evictDurableObject(contact);
    const { days } = parsed(await contact.timeline()) as { days: { facts: unknown[] }[] };
    expect(days[0]?.facts).toHaveLength(300);
  });

  test("joins a visit whose parts were packed apart", async () => {
    const { contact, page, intake, ingest } = newContact();
    const midnight = (MODEL.at + 1) * DAY_MS;
    const origin = { referrer: "search.example", campaign: "", source: "", medium: "" };
    const visit = { visit: { pages: 1, origin } } as const;
    const [before, after] = [midnight - 60_000, midnight + 60_000];
    await ingest(intake(before, { ...page("/", before), ...visit }));
    await ingest(intake(after, { ...page("/pricing", after), ...visit }));
    await evictDurableObject(contact);
    const { days } = parsed(await contact.timeline()) as { days: { visits: unknown[] }[] };
    expect(days.flatMap((day) => day.visits)).toMatchObject([{ pages: 2, referrer: "search.example" }]);
  });

  test("counts nothing of a batch that could not be written", async () => {
    const { contact, page, intake, score, ingest } = newContact();
    await ingest(intake(NOW, page("/about", NOW)));
    const batch = intake(NOW, page("/pricing", NOW));
    await runInDurableObject(contact, (_, state) => {
      state.storage.sql.exec(
        "CREATE TRIGGER full BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'disk full'); END",
      );
    });
    // Called inside the object, where the failing promise can be looked at.
    const failure = await runInDurableObject(contact, (instance) =>
      instance.ingest(JSON.stringify(batch)).catch(String),
    );
    expect(failure).toContain("disk full");
    await runInDurableObject(contact, (_, state) => {
      state.storage.sql.exec("DROP TRIGGER full");
    });
    expect(await score()).toBe(1);
    expect(await ingest(batch)).toMatchObject({ accepted: 1, duplicate: 0 });
    expect(await score()).toBe(11);
  });

  test("packs nothing of a day when the row after it cannot be written", async () => {
    const { contact, page, intake, rows, score, ingest } = newContact();
    await ingest(intake(NOW, page("/pricing", NOW)));
    const next = NOW + DAY_MS;
    const batch = intake(next, page("/about", next));
    const fail = (statement: string) =>
      runInDurableObject(contact, (_, state) => void state.storage.sql.exec(statement));
    await fail(
      "CREATE TRIGGER full BEFORE UPDATE ON ledger WHEN NEW.part = 0 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
    const failure = await runInDurableObject(contact, (instance) =>
      instance.ingest(JSON.stringify(batch)).catch(String),
    );
    expect(failure).toContain("disk full");
    expect(await rows()).toHaveLength(1);
    await fail("DROP TRIGGER full");
    expect(await score(MODEL.at + 1)).toBe(10);
    expect(await ingest(batch)).toMatchObject({ accepted: 1 });
    await evictDurableObject(contact);
    expect(await score(MODEL.at + 1)).toBe(11);
  });

  test("numbers of refused events leave no gaps", async () => {
    const { page, intake, ingest } = newContact();
    for (let i = 0; i < 100; i += 1) {
      const [bad, good] = [page("/a", NOW), page("/b", NOW)];
      expect(await ingest({ ...intake(NOW, good), refused: [bad.id] })).toMatchObject({ accepted: 1 });
    }
  });

  test("counts each event once when many requests come at the same time", async () => {
    const { page, intake, score, ingest } = newContact();
    const pages = Array.from({ length: 5 }, () => page("/pricing", NOW));
    const answers = await Promise.all(Array.from({ length: 20 }, () => ingest(intake(NOW, ...pages))));
    expect(answers.reduce((sum, answer) => sum + answer.accepted, 0)).toBe(5);
    expect(await score()).toBe(50);
  });

  test("that is unknown stays so when it is asked for", async () => {
    const { contact, ref } = newContact();
    expect(await contact.score(MODEL)).toEqual({ problem: "unknown_contact" });
    expect(await contact.describe()).toEqual({ problem: "unknown_contact" });
    const tables = await runInDurableObject(contact, (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'ledger'").toArray(),
    );
    expect(tables).toEqual([]);
    expect(await env.DIRECTORY.getByName("site").has(ref)).toBe(false);
  });
});
