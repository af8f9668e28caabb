import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";

import type { Ref } from "../../shared/event.ts";
import { contactObjectId, objectsOf } from "../../worker/site-objects.ts";
import { backend, browse, identify, named, type TestSite, token, visit } from "./people.ts";
import { fan, newRankedSite, RANKING_MODEL } from "./ranked-site.ts";
import { env, newSite, send } from "./two-sites.ts";

const DAY_MS = 86_400_000;

let site: TestSite;
beforeAll(async () => {
  site = await newRankedSite("crossings-recorded");
});

interface Told {
  readonly id?: string;
  readonly at: string;
  readonly time?: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: string;
  readonly version: number;
  readonly score?: number;
  readonly reasons?: readonly { readonly rule: string; readonly label: string; readonly points: number }[];
}

async function crossingsOf(ref: Ref, of = site): Promise<Told[]> {
  const path = `/v1/contacts/${encodeURIComponent(ref)}/timeline`;
  const { body } = await send("GET", path, { key: of.secretKey });
  return body["crossings"] as Told[];
}

const recorded = async (ref: Ref, of = site) =>
  (await crossingsOf(ref, of)).filter(({ id }) => id !== undefined);
const ways = (told: readonly Told[]) => told.map(({ from, to, cause }) => `${from} > ${to} (${cause})`);
const contact = (ref: Ref, of = site) => objectsOf(env, of.id).contact(ref) as never;

function inRows(ref: Ref, statement: string, of = site): Promise<void> {
  return runInDurableObject(contact(ref, of), (_, { storage }) => void storage.sql.exec(statement));
}

/** As if the contact had been seen last in a band, on an earlier day. */
async function seenBefore(ref: Ref, band: string): Promise<void> {
  const day = Math.floor(Date.now() / DAY_MS) - 3;
  const mark = `json_set(data, '$.marks.main[0]', '${band}', '$.marks.main[2]', ${day})`;
  await inRows(ref, `UPDATE ledger SET data = ${mark} WHERE part = 0`);
  await evictDurableObject(contact(ref));
}

test("an event that brings a contact into a band is recorded with it, once, with the score and its reasons", async () => {
  const visitor = named("v");
  const ref: Ref = `anon:${visitor}`;
  const events = [...fan(visitor, 2), visit(visitor, "/a")];
  await browse(site, ...events.slice(0, 1));
  await browse(site, ...events);
  await browse(site, ...events);
  await browse(site, visit(visitor, "/b"));
  const told = await recorded(ref);
  expect(ways(told)).toEqual(["warm > hot (event)", "null > warm (event)"]);
  expect(told[0]).toMatchObject({ score: 21, id: expect.stringMatching(/^cr_[0-9a-f]{32}$/) });
  expect(told[0]?.reasons).toMatchObject([{ points: 20 }, { points: 1 }]);
  expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  // What follows from the facts of the day is the same, and is not told beside it.
  expect(await crossingsOf(ref)).toEqual(told);
  await evictDurableObject(contact(ref));
  expect(await recorded(ref)).toEqual(told);
});

test("neither the event nor the crossing is there when their write is broken off, and then both", async () => {
  const visitor = named("v");
  const ref: Ref = `anon:${visitor}`;
  await browse(site, visit(visitor, "/a"));
  const stop = "SELECT RAISE(ABORT, 'killed')";
  await inRows(ref, `CREATE TRIGGER stop BEFORE INSERT ON ledger WHEN NEW.part = -2 BEGIN ${stop}; END`);
  const events = fan(visitor, 2);
  expect((await browse(site, ...events)).status).toBe(503);
  await evictDurableObject(contact(ref));
  await inRows(ref, "DROP TRIGGER stop");
  expect(ways(await recorded(ref))).toEqual([]);
  expect((await browse(site, ...events)).body).toMatchObject({ accepted: 2, duplicate: 0 });
  expect(ways(await recorded(ref))).toEqual(["null > hot (event)"]);
});

test("an adjustment is one by hand", async () => {
  const visitor = named("v");
  const ref: Ref = `anon:${visitor}`;
  await browse(site, ...fan(visitor, 1));
  const body = { points: 30, reason: "met at the fair", author: "ann" };
  const path = `/v1/contacts/${encodeURIComponent(ref)}/adjustments`;
  expect((await send("POST", path, { key: site.secretKey, body })).status).toBeLessThan(300);
  expect(ways(await recorded(ref))).toEqual(["warm > hot (manual)", "null > warm (event)"]);
});

test("the alarm finds that points have faded, on the day on which they have, and sets itself for the next time", async () => {
  const visitor = named("v");
  const ref: Ref = `anon:${visitor}`;
  await browse(site, ...fan(visitor, 1));
  const tomorrow = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS;
  // The first one sees to it that the crossing was handed on.
  await runDurableObjectAlarm(contact(ref));
  // Ten points are warm today, and not quite ten tomorrow.
  const at = await runInDurableObject(contact(ref), (_, { storage }) => storage.getAlarm());
  expect(at).toBeGreaterThanOrEqual(tomorrow);
  expect(at).toBeLessThan(tomorrow + 600_000);
  await seenBefore(ref, "hot");
  await runDurableObjectAlarm(contact(ref));
  expect(ways(await recorded(ref))).toEqual(["hot > warm (decay)", "null > warm (event)"]);
  await runDurableObjectAlarm(contact(ref));
  expect(await recorded(ref)).toHaveLength(2);
  const next = await runInDurableObject(contact(ref), (_, { storage }) => storage.getAlarm());
  expect(next).toBeGreaterThan(Date.now());
});

test("what has faded before an event comes is told before the event's own crossing", async () => {
  const visitor = named("v");
  const ref: Ref = `anon:${visitor}`;
  await browse(site, ...fan(visitor, 1));
  await seenBefore(ref, "hot");
  await browse(site, ...fan(visitor, 1));
  expect(ways(await recorded(ref))).toEqual([
    "warm > hot (event)",
    "hot > warm (decay)",
    "null > warm (event)",
  ]);
});

test("a changed model is the cause where the index asks the contact", async () => {
  const own = await newRankedSite("crossings-model");
  const visitor = named("v");
  const ref: Ref = `anon:${visitor}`;
  await browse(own, ...fan(visitor, 1));
  const body = { ...RANKING_MODEL, bands: { hot: 5, cold: null } };
  await send("PUT", "/v1/models/main", { key: own.secretKey, body, headers: { "if-match": "*" } });
  const stub = env.CONTACT.get(env.CONTACT.idFromString(contactObjectId(env, own.id, ref)));
  await stub.entry();
  await stub.entry();
  expect(ways(await crossingsOf(ref, own))).toEqual(["warm > hot (model)", "null > warm (event)"]);
  expect(await recorded(ref, own)).toHaveLength(2);
});

test("a merge is the cause where another contact's facts have come", async () => {
  const [visitor, user] = [named("v"), named("u")];
  await backend(site, { type: "page", messageId: named("m"), userId: user, properties: { path: "/hot" } });
  await browse(site, ...fan(visitor, 1));
  await browse(site, identify(visitor, user, await token(site, user)));
  expect(ways(await recorded(`user:${user}`))).toContain("warm > hot (merge)");
});

test("a band that could not be looked at when it was due is looked at again soon, and not with the next visit", async () => {
  const other = await newSite("crossings-later");
  const models = objectsOf(env, other.id).models();
  const inModels = async (...statements: readonly string[]) => {
    await runInDurableObject(models, (_, { storage }) => {
      for (const statement of statements) storage.sql.exec(statement);
    });
    await evictDurableObject(models);
  };
  // No isolate has known the site's models yet, so that a contact cannot be scored.
  await models.changes(0);
  await inModels("ALTER TABLE versions RENAME TO gone", "CREATE TABLE versions (broken TEXT)");
  const ref: Ref = `anon:${named("v")}`;
  await browse(other, visit(ref.slice("anon:".length), "/a"));
  const before = Date.now();
  expect(await runDurableObjectAlarm(contact(ref, other))).toBe(true);
  const next = await runInDurableObject(contact(ref, other), (_, { storage }) => storage.getAlarm());
  expect((next ?? Infinity) - before).toBeLessThan(10 * 60_000);
  await inModels("DROP TABLE versions", "ALTER TABLE gone RENAME TO versions");
});
