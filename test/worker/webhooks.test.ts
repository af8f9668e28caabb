import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";

import { answered } from "./two-sites.ts";
import { crossing, newDeliveries, newReceiver } from "./webhook-kit.ts";

describe("a crossing", () => {
  test("reaches a webhook as the spec has it, signed, with a link, once", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver();
    const { id, secret } = await deliveries.make({ type: "webhook", url: receiver.url });
    const record = crossing({ contact: "user:ann/1" });
    await deliveries.take(record);
    expect(await receiver.received()).toEqual([]);
    expect(await deliveries.ring()).toBe(true);
    const [got, ...more] = await receiver.received();
    expect(more).toEqual([]);
    const { id: _, at, ...data } = record;
    expect(new Webhook(secret).verify(got?.body ?? "", got?.headers ?? {})).toEqual({
      type: "contact.band_changed",
      timestamp: new Date(at).toISOString(),
      data: { ...data, link: "http://collector/dashboard#/contacts/user%3Aann%2F1" },
    });
    expect(await deliveries.listed(id)).toMatchObject([
      { id: got?.headers["webhook-id"], status: "delivered", attempts: 1, crossing: { id: record.id } },
    ]);
    // Told again, it is known.
    await Promise.all([deliveries.take(record, record), deliveries.take(record)]);
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
  });

  test("that is handed over three times at once is one", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver();
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    const record = crossing();
    await Promise.all([1, 2, 3].map(() => deliveries.take(record)));
    await deliveries.ring();
    expect([await receiver.received(), await deliveries.listed(id)].map(({ length }) => length)).toEqual([
      1, 1,
    ]);
  });

  test("goes to each destination whose filter it passes, and has another id for each", async () => {
    const deliveries = await newDeliveries();
    const receivers = await Promise.all([newReceiver(), newReceiver(), newReceiver(), newReceiver()]);
    const [all, sql, other, off] = receivers.map(({ url }) => ({ type: "webhook", url }));
    await deliveries.make({ ...all, linkOrigin: "https://score.example.com" });
    await deliveries.make({ ...sql, filter: { model: "product-a", entering: "SQL", minScore: 80 } });
    await deliveries.make({ ...other, filter: { model: "product-b" } });
    await deliveries.make({ ...off, enabled: false });
    await deliveries.take(crossing(), crossing({ to: "MQL", from: null }), crossing({ score: 10 }));
    await deliveries.ring();
    const got = await Promise.all(receivers.map((receiver) => receiver.received()));
    expect(got.map(({ length }) => length)).toEqual([3, 1, 0, 0]);
    const ids = got.flat().map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(4);
    expect(got[0]?.[0]?.body).toContain('"link":"https://score.example.com/dashboard#/contacts/user%3Aann"');
  });

  test("of a site without destinations writes nothing", async () => {
    const deliveries = await newDeliveries();
    await deliveries.take(crossing());
    await deliveries.stub().forget("user:ann");
    expect(
      await deliveries.sql("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'"),
    ).toEqual([]);
    expect(await deliveries.ring()).toBe(false);
  });
});

describe("a receiver that fails", () => {
  test("is tried again with the same id and a new time, and says of each failure what it was", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 500, body: "secret stack trace" }, { status: 404 }, {});
    const { id, secret } = await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing());
    await deliveries.ring();
    const [first] = await deliveries.listed(id, "?status=pending");
    expect(first).toMatchObject({ attempts: 1, error: "It answered 500." });
    expect(Date.parse(first?.nextAttemptAt ?? "")).toBeGreaterThan(Date.now());
    // Not before its time.
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
    await deliveries.later();
    await deliveries.ring();
    expect(await deliveries.listed(id)).toMatchObject([{ attempts: 2, error: "It answered 404." }]);
    await deliveries.later();
    await deliveries.ring();
    expect(await deliveries.listed(id)).toMatchObject([{ status: "delivered", attempts: 3 }]);
    const got = await receiver.received();
    expect(new Set(got.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([first?.id]));
    for (const { body, headers } of got) new Webhook(secret).verify(body, headers);
    expect((await deliveries.call("GET", `/${id}`)).body).not.toHaveProperty("failingSince");
  });

  test("with a redirect is not followed", async () => {
    const deliveries = await newDeliveries();
    const inside = await newReceiver();
    const receiver = await newReceiver({ status: 307, headers: { location: inside.url } });
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing());
    await deliveries.ring();
    expect(await inside.received()).toEqual([]);
    expect(await deliveries.listed(id)).toMatchObject([
      { status: "pending", error: expect.stringContaining("307, a redirect") },
    ]);
  });

  test("with too many requests is asked nothing until it said that it may be", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 429, headers: { "retry-after": "3600" } }, {});
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing(), crossing());
    await deliveries.ring();
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
    const { body } = await deliveries.call("GET", `/${id}`);
    const pause = Date.parse(String(body["pausedUntil"])) - Date.now();
    expect([pause > 3_500_000, pause <= 3_600_000]).toEqual([true, true]);
    await deliveries.later();
    await deliveries.ring();
    expect((await deliveries.listed(id)).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
  });

  test("with 410 is disabled, and what waited and comes can be replayed once it is enabled", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 410 });
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing(), crossing());
    await deliveries.ring();
    await deliveries.take(crossing());
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
    expect((await deliveries.call("GET", `/${id}`)).body).toMatchObject({
      status: "disabled",
      disabled: { reason: expect.stringContaining("410") },
      deliveries: { pending: 0, dead: 3 },
    });
    expect((await deliveries.call("POST", `/${id}/deliveries/replay`)).code).toBe("webhook_disabled");
    expect((await deliveries.call("POST", `/${id}/test`)).code).toBe("webhook_disabled");
    await receiver.answer({});
    expect((await deliveries.call("PATCH", `/${id}`, { enabled: true })).body).toMatchObject({
      status: "active",
    });
    const [newest] = await deliveries.listed(id, "?status=dead");
    const replay = await deliveries.call("POST", `/${id}/deliveries/${newest?.id}/replay`);
    expect([replay.status, replay.body]).toEqual([202, { delivery: newest?.id }]);
    await deliveries.ring();
    expect((await receiver.received()).at(-1)?.headers["webhook-id"]).toBe(newest?.id);
    expect((await deliveries.call("POST", `/${id}/deliveries/replay?status=dead`)).body).toEqual({
      replayed: 2,
    });
    await deliveries.ring();
    expect((await deliveries.listed(id)).map(({ status }) => status)).toEqual(Array(3).fill("delivered"));
  });

  test("for five days is disabled and says so", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 503 });
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing());
    await deliveries.ring();
    await deliveries.later();
    await deliveries.sql("UPDATE destinations SET failing_since = failing_since - 5 * 86400000");
    await deliveries.ring();
    expect((await deliveries.call("GET", `/${id}`)).body).toMatchObject({
      status: "disabled",
      disabled: { reason: "It has failed for five days; the last time: It answered 503." },
      deliveries: { pending: 0, dead: 1 },
    });
  });

  test("ten times leaves a dead letter", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 400 });
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing());
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await deliveries.ring();
      await deliveries.later();
    }
    expect(await receiver.received()).toHaveLength(10);
    expect(await deliveries.listed(id, "?status=dead")).toMatchObject([{ attempts: 10 }]);
  });
});

describe("a secret", () => {
  test("signs beside the one that takes its place, until its time is over", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver();
    const { id, secret } = await deliveries.make({ type: "webhook", url: receiver.url });
    const rotated = await deliveries.call("POST", `/${id}/secret`, { overlapHours: 1 });
    expect([rotated.status, rotated.body["secrets"]]).toEqual([201, [{}, { expiresAt: expect.any(String) }]]);
    const renewed = String(rotated.body["secret"]);
    expect(renewed).not.toBe(secret);
    await deliveries.take(crossing());
    await deliveries.ring();
    const now = await deliveries.call("POST", `/${id}/secret`, { overlapHours: 0 });
    await deliveries.take(crossing());
    await deliveries.ring();
    const [first, second] = await receiver.received();
    const verifies = (by: string, got = first) => {
      try {
        new Webhook(by).verify(got?.body ?? "", got?.headers ?? {});
        return true;
      } catch {
        return false;
      }
    };
    const newest = String(now.body["secret"]);
    expect([secret, renewed, newest].map((by) => verifies(by))).toEqual([true, true, false]);
    // Without an overlap the newest signs alone.
    expect([secret, renewed, newest].map((by) => verifies(by, second))).toEqual([false, false, true]);
    expect((await deliveries.call("POST", `/${id}/secret`, { overlapHours: -1 })).body).toMatchObject({
      error: { code: "invalid_webhook", issues: [{ path: "overlapHours" }] },
    });
  });

  test("is answered when it is made, and by nothing else, nor are tokens and Slack's address", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 500 });
    const { id, secret } = await deliveries.make({ type: "webhook", url: receiver.url });
    const before = answered.length;
    const slack = await deliveries.make({ type: "slack", url: `${receiver.url}/T0/B0/hidden` });
    const hubspot = await deliveries.make({ type: "hubspot", url: receiver.url, token: "pat-hidden" });
    const salesforce = await deliveries.make({
      type: "salesforce",
      url: receiver.url,
      clientId: "shown",
      clientSecret: "hidden-too",
    });
    await deliveries.take(crossing());
    await deliveries.ring();
    for (const each of [id, slack.id, hubspot.id, salesforce.id]) {
      for (const path of ["", "/deliveries"]) await deliveries.call("GET", `/${each}${path}`);
      await deliveries.call("PATCH", `/${each}`, { name: "again" });
      await deliveries.call("PATCH", `/${each}`, { url: 7, token: "not hidden well", clientSecret: " " });
    }
    await deliveries.call("GET", "");
    const told = answered.slice(before).map(({ text }) => text);
    expect(told.filter((text) => text.includes("hidden") || text.includes(secret))).toEqual([]);
    expect(told.join()).toContain("shown");
    expect(JSON.stringify(await deliveries.sql("SELECT * FROM destinations"))).not.toMatch(/hidden|whsec/);
    expect((await deliveries.call("POST", `/${slack.id}/secret`)).code).toBe("no_signing_secret");
  });
});
