import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test } from "vitest";

import { objectsOf } from "../../worker/site-objects.ts";
import { DAY_MS, newContact, NOW, parsed } from "./new-contact.ts";
import { env, send } from "./two-sites.ts";

const SECRET = { key: "sk_test" };
const directory = () => objectsOf(env, "main").directory();

async function setSettings(settings: object) {
  return send("PATCH", "/v1/sites/main", { ...SECRET, body: { settings } });
}

afterEach(async () => {
  await setSettings({ retentionDays: null, purgeIdleVisitorsAfterDays: 90 });
});

async function alarmOf({ contact }: ReturnType<typeof newContact>): Promise<number | null> {
  return runInDurableObject(contact, (_, state) => state.storage.getAlarm());
}

async function tablesOf({ contact }: ReturnType<typeof newContact>): Promise<number> {
  return runInDurableObject(
    contact,
    (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'ledger'").toArray().length,
  );
}

describe("the settings of keeping", () => {
  test("are told back, and what is wrong of them is said", async () => {
    const { status, body } = await setSettings({ retentionDays: 395, purgeIdleVisitorsAfterDays: null });
    expect([status, body["settings"]]).toEqual([
      200,
      { retentionDays: 395, purgeIdleVisitorsAfterDays: null },
    ]);
    const wrong = await setSettings({ retentionDays: 30, purgeIdleVisitorsAfterDays: 90.5, retention: 1 });
    expect(wrong.code).toBe("invalid_site");
    expect((wrong.body["error"] as { issues: unknown }).issues).toEqual([
      {
        path: "settings",
        message: expect.stringMatching(/^Unknown key "retention"; known are .*"retentionDays"/),
      },
      {
        path: "settings.retentionDays",
        message:
          "wants a whole number of days from 31 (events may come 30 days late) to 36500, or null for ever, got 30",
      },
      {
        path: "settings.purgeIdleVisitorsAfterDays",
        message: expect.stringContaining("or null to purge none"),
      },
    ]);
  });
});

describe("an idle visitor of one visit", () => {
  test("is purged when it is due, and begins anew when they come back", async () => {
    const visitor = newContact();
    const { ref, contact, page, intake, ingest } = visitor;
    const then = NOW - 90 * DAY_MS;
    await ingest(intake(then, page("/pricing", then)));
    expect(await directory().has(ref)).toBe(true);
    await runDurableObjectAlarm(contact);
    expect([await tablesOf(visitor), await alarmOf(visitor), await directory().has(ref)]).toEqual([
      0,
      null,
      false,
    ]);
    const again = await ingest(intake(NOW, page("/", NOW)));
    expect([again.accepted, again.snapshot?.score]).toEqual([1, 1]);
    expect(await directory().has(ref)).toBe(true);
  });

  test("stays when something came meanwhile: the alarm only looks later again, and no beacon moves it", async () => {
    const visitor = newContact();
    const { contact, page, intake, ingest } = visitor;
    const then = NOW - 40 * DAY_MS;
    await ingest(intake(then, page("/pricing", then)));
    await runInDurableObject(contact, (_, state) => state.storage.setAlarm(then + 90 * DAY_MS));
    await evictDurableObject(contact);
    const early = NOW - 5 * DAY_MS;
    for (let i = 0; i < 5; i += 1) await ingest(intake(early + i, page("/", early + i)));
    expect(await alarmOf(visitor)).toBe(then + 90 * DAY_MS);
    await runDurableObjectAlarm(contact);
    expect(await tablesOf(visitor)).toBe(1);
    const next = (await alarmOf(visitor)) ?? 0;
    // Counted from when they were here last.
    expect(Math.round((next - Date.now()) / DAY_MS)).toBe(85);
  });

  test("is kept where the site wants it so", async () => {
    await setSettings({ purgeIdleVisitorsAfterDays: null });
    const visitor = newContact();
    const then = NOW - 400 * DAY_MS;
    await visitor.ingest(visitor.intake(then, visitor.page("/pricing", then)));
    await runDurableObjectAlarm(visitor.contact);
    expect(await visitor.timeline()).toHaveLength(1);
    expect(await alarmOf(visitor)).toBeGreaterThan(Date.now() + 89 * DAY_MS);
  });

  test("who comes back while the purge is broken off is entered again before anything is counted", async () => {
    const visitor = newContact();
    const { ref, contact, page, intake, ingest, rows } = visitor;
    const then = NOW - 90 * DAY_MS;
    await ingest(intake(then, page("/pricing", then)));
    // As a kill leaves it after the directory has let go.
    await directory().leave(ref);
    await runInDurableObject(contact, (_, { storage }) => {
      storage.sql.exec("UPDATE ledger SET data = json_set(data, '$.unlisted', json('true')) WHERE part = 0");
    });
    await evictDurableObject(contact);
    expect(await ingest(intake(NOW, page("/", NOW)))).toMatchObject({ accepted: 1 });
    expect(await directory().has(ref)).toBe(true);
    expect((await rows())[0]?.data).not.toContain("unlisted");
    await runDurableObjectAlarm(contact);
    expect(await visitor.timeline()).toHaveLength(2);
  });
});

describe("what is older than a site keeps", () => {
  test("goes from scores and timeline at once, and from the rows when it is due", async () => {
    const visitor = newContact();
    const { contact, page, intake, ingest, rows, timeline, score } = visitor;
    for (const daysAgo of [120, 110, 70, 0]) {
      const at = NOW - daysAgo * DAY_MS;
      await ingest(intake(at, page("/pricing", at), page(`/${daysAgo}-days-ago`, at)));
    }
    const before = await timeline();
    expect(before).toHaveLength(4);
    const whole = await score();
    await setSettings({ retentionDays: 100 });
    expect(await timeline()).toEqual(before.slice(0, 2));
    expect(await score()).toBeLessThan(whole as number);
    const shown = await contact.score({ model: "starter", at: Math.floor(NOW / DAY_MS), explain: true });
    expect(JSON.stringify(await rows())).toContain("120-days-ago");

    await runDurableObjectAlarm(contact);
    const text = JSON.stringify(await rows());
    expect([
      text.includes("120-days-ago"),
      text.includes("110-days-ago"),
      text.includes("70-days-ago"),
    ]).toEqual([false, false, true]);
    await evictDurableObject(contact);
    expect(await timeline()).toEqual(before.slice(0, 2));
    expect(
      parsed(await contact.score({ model: "starter", at: Math.floor(NOW / DAY_MS), explain: true })),
    ).toEqual(parsed(shown));
    // A longer time shows what is still there, and brings nothing back.
    await setSettings({ retentionDays: null });
    expect(await timeline()).toEqual(before.slice(0, 2));
  });

  test("is shown again where the time is made longer before it has gone", async () => {
    const { page, intake, ingest, timeline } = newContact();
    for (const daysAgo of [60, 0]) {
      const at = NOW - daysAgo * DAY_MS;
      await ingest(intake(at, page("/", at)));
    }
    await setSettings({ retentionDays: 40 });
    expect(await timeline()).toHaveLength(1);
    await setSettings({ retentionDays: 365 });
    expect(await timeline()).toHaveLength(2);
  });

  test("is refused when it comes, and repeats are still known after it has gone", async () => {
    await setSettings({ retentionDays: 31 });
    const visitor = newContact();
    const { contact, page, intake, ingest, rows } = visitor;
    const old = NOW - 20 * DAY_MS;
    const early = page("/early", old);
    await ingest(intake(old, early));
    const late = await ingest(intake(NOW, page("/imported", NOW - 32 * DAY_MS), page("/", NOW)));
    expect(late).toMatchObject({ accepted: 1, rejected: [{ index: 0, reason: "past_retention" }] });
    await runInDurableObject(contact, (instance) => expect(instance).toBeDefined());
    const packed = (await rows()).length;
    expect(packed).toBe(2);
    expect(await ingest(intake(NOW, early))).toMatchObject({ accepted: 0, duplicate: 1 });
  });

  test("takes the whole contact along when nothing of it is left", async () => {
    await setSettings({ retentionDays: 31, purgeIdleVisitorsAfterDays: null });
    const visitor = newContact();
    const then = NOW - 32 * DAY_MS;
    await visitor.ingest(visitor.intake(then - DAY_MS, visitor.page("/", then - DAY_MS)));
    await visitor.ingest(visitor.intake(then, visitor.page("/", then)));
    await runDurableObjectAlarm(visitor.contact);
    expect([await tablesOf(visitor), await directory().has(visitor.ref)]).toEqual([0, false]);
  });
});

test("a contact from before there were alarms has one after its next write", async () => {
  const visitor = newContact();
  const { contact, page, intake, ingest } = visitor;
  await ingest(intake(NOW, page("/", NOW)));
  await runInDurableObject(contact, (_, state) => state.storage.deleteAlarm());
  await evictDurableObject(contact);
  await ingest(intake(NOW, page("/again", NOW)));
  expect(await alarmOf(visitor)).toBe(NOW + 90 * DAY_MS);
});

test("an alarm that cannot do what is due does not throw, and looks again", async () => {
  const visitor = newContact();
  const { contact, page, intake, ingest } = visitor;
  await ingest(intake(NOW, page("/", NOW)));
  await runInDurableObject(contact, (_, { storage }) => {
    storage.sql.exec("UPDATE ledger SET data = '{'");
  });
  await evictDurableObject(contact);
  const before = Date.now();
  expect(await runDurableObjectAlarm(contact)).toBe(true);
  const next = (await alarmOf(visitor)) ?? 0;
  expect(next - before).toBeGreaterThanOrEqual(6 * 3_600_000);
  // And a deletion reaches rows that nobody can read.
  await send("DELETE", `/v1/contacts/${visitor.ref}`, SECRET);
  expect(await tablesOf(visitor)).toBe(0);
});
