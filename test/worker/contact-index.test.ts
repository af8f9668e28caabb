import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";

import type { Ref } from "../../shared/event.ts";
import { shardOf } from "../../worker/contact-indexes.ts";
import type { IndexNote } from "../../worker/domain/index/entry.ts";
import { shardName } from "../../worker/domain/object-names.ts";
import { contactObjectId } from "../../worker/site-objects.ts";
import { backend, browse, identify, named, pagesOf, split, type TestSite, token, visit } from "./people.ts";
import { fan, list, names, newRankedSite, RANKING_MODEL } from "./ranked-site.ts";
import { env, send } from "./two-sites.ts";

type Stub = Parameters<typeof evictDurableObject>[0];

const object = (site: TestSite, ref: Ref) => contactObjectId(env, site.id, ref);

type Shard = Stub & { note(json: string): Promise<void> };

/** Not by what the test itself knows of the site, which may be old. */
function shardsOf(site: TestSite, count = 1): Shard[] {
  const all = Array.from({ length: count }, (_, shard) => shardName(site.id, count, shard));
  return all.map((name) => env.INDEX.getByName(name) as unknown as Shard);
}

async function rowsOf(site: TestSite, count = 1): Promise<number> {
  const counts = await Promise.all(
    shardsOf(site, count).map((shard) =>
      runInDurableObject(shard, (_, { storage: { sql } }) => {
        const isMade = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'entry'").toArray().length > 0;
        return isMade ? (sql.exec("SELECT COUNT(*) AS n FROM entry").one()["n"] as number) : 0;
      }),
    ),
  );
  return counts.reduce((sum, own) => sum + own, 0);
}

async function evictShards(site: TestSite): Promise<void> {
  for (const shard of shardsOf(site)) await evictDurableObject(shard);
}

/** Lets the walk that is under way come to its end. */
async function walked(site: TestSite, count = 1) {
  for (const shard of shardsOf(site, count)) {
    for (let isOn = true; isOn;) {
      await runDurableObjectAlarm(shard);
      isOn = await runInDurableObject(shard, (instance) => {
        const walk = (instance as unknown as { walkState(): { finishedAt?: number } | null }).walkState();
        return walk !== null && walk.finishedAt === undefined;
      });
    }
  }
}

const listed = (site: TestSite, wanted: readonly string[], query = "") =>
  vi.waitFor(async () => expect(names((await list(site, query)).rows)).toEqual(wanted));

describe("what a contact tells", () => {
  test("again, late or out of order changes nothing", async () => {
    const site = await newRankedSite("index-order");
    const visitor = named("v");
    await browse(site, ...fan(visitor, 2));
    await listed(site, [`anon:${visitor}`]);
    const [shard] = shardsOf(site);
    const at = {
      object: object(site, `anon:${visitor}`),
      epoch: 0,
      lastSeen: 1,
      identity: "anonymous",
    } as const;
    const [, version] = [0, (await list(site)).body["version"] as number];
    const note = (revision: number, units: number): IndexNote => ({
      ...at,
      revision,
      day: Math.floor(Date.now() / 86_400_000),
      standings: { main: { version, units, band: "hot", isExcluded: false } },
    });
    await shard?.note(JSON.stringify([note(0, 7e9), note(1, 8e9)]));
    expect((await list(site)).rows[0]?.score).toBe(20);
    await shard?.note(JSON.stringify([note(50, 50e9), note(49, 49e9), note(50, 51e9)]));
    expect((await list(site)).rows[0]?.score).toBe(50);
  });

  test("is a row when it has been quiet, and told without a row before", async () => {
    const site = await newRankedSite("index-rows");
    const visitor = named("v");
    await browse(site, ...fan(visitor, 1));
    await browse(site, ...fan(visitor, 1));
    await vi.waitFor(async () => {
      const { body } = await send("GET", "/v1/contacts/counts", { key: site.secretKey });
      expect(body["contacts"]).toBe(1);
    });
    // To name it a list asks the contact; that is its one row.
    await listed(site, [`anon:${visitor}`]);
    expect(await rowsOf(site)).toBe(1);
    await evictShards(site);
    await listed(site, [`anon:${visitor}`]);
    expect((await list(site)).rows[0]?.score).toBe(20);
  });

  test("is asked for in its time also where the shard is put out of memory between two looks", async () => {
    const site = await newRankedSite("index-put-out");
    await browse(site, ...fan(named("v"), 2));
    await vi.waitFor(async () => {
      const { body } = await send("GET", "/v1/contacts/counts", { key: site.secretKey });
      expect(body["contacts"]).toBe(1);
    });
    const [shard] = shardsOf(site);
    if (!shard) return expect.unreachable();
    try {
      for (let looks = 0, now = Date.now(); looks < 4; looks += 1) {
        await evictShards(site);
        vi.useFakeTimers({ toFake: ["Date"], now: (now += 21_000) });
        await runDurableObjectAlarm(shard);
      }
    } finally {
      vi.useRealTimers();
    }
    expect(await rowsOf(site)).toBe(1);
  });

  test("survives the end of the shard before it was asked", async () => {
    const site = await newRankedSite("index-waiting");
    const visitor = named("v");
    await browse(site, ...fan(visitor, 2));
    await vi.waitFor(async () => {
      const { body } = await send("GET", "/v1/contacts/counts", { key: site.secretKey });
      expect(body["contacts"]).toBe(1);
    });
    expect(await rowsOf(site)).toBe(0);
    // An object is let go of when what it has to write is written.
    await evictShards(site);
    await listed(site, [`anon:${visitor}`]);
  });
});

describe("of a contact that is deleted", () => {
  test("nothing is listed, and what it told before does not bring it back", async () => {
    const site = await newRankedSite("index-deleted");
    const [gone, stays] = [named("gone"), named("stays")];
    await browse(site, ...fan(gone, 3));
    await browse(site, ...fan(stays, 1));
    await listed(site, [`anon:${gone}`, `anon:${stays}`]);
    const [shard] = shardsOf(site);
    await send("DELETE", `/v1/contacts/anon:${gone}`, { key: site.secretKey });
    await listed(site, [`anon:${stays}`]);
    const late: IndexNote = {
      object: object(site, `anon:${gone}`),
      epoch: 0,
      revision: 99,
      lastSeen: 1,
      identity: "anonymous",
      day: Math.floor(Date.now() / 86_400_000),
      standings: { main: { version: 1, units: 1e9, band: "hot", isExcluded: false } },
    };
    await shard?.note(JSON.stringify([late]));
    expect(names((await list(site)).rows)).toEqual([`anon:${stays}`]);
    await evictShards(site);
    await shard?.note(JSON.stringify([late]));
    expect(names((await list(site)).rows)).toEqual([`anon:${stays}`]);
    // One that begins anew is another one.
    await backend(site, {
      type: "page",
      messageId: named("m"),
      anonymousId: gone,
      timestamp: new Date(Date.now() + 1000).toISOString(),
      properties: { path: "/hot" },
    });
  });
});

describe("of contacts that are merged", () => {
  test("one is listed, and both again after a split", async () => {
    const site = await newRankedSite("index-merged");
    const [visitor, user] = [named("v"), named("u")];
    await browse(site, ...fan(visitor, 1));
    await backend(site, { type: "page", messageId: named("m"), userId: user, properties: { path: "/hot" } });
    await vi.waitFor(async () => expect((await list(site)).rows).toHaveLength(2));
    await browse(site, identify(visitor, user, await token(site, user)));
    await listed(site, [`user:${user}`]);
    await vi.waitFor(async () => expect((await list(site)).rows[0]?.score).toBe(20));
    await split(site, `user:${user}`, `anon:${visitor}`);
    await vi.waitFor(async () => {
      const { rows } = await list(site);
      expect(Object.fromEntries(rows.map(({ contact, score }) => [contact, score]))).toEqual({
        [`anon:${visitor}`]: 10,
        [`user:${user}`]: 10,
      });
    });
  });
});

describe("a model that is changed", () => {
  test("is taken in by asking each contact once, and the list tells which version it is at", async () => {
    const site = await newRankedSite("index-model");
    const visitors = ["a", "b", "c"].map(named);
    for (const [i, visitor] of visitors.entries())
      await browse(site, ...fan(visitor, 3 - i), visit(visitor, "/x"));
    await listed(
      site,
      visitors.map((visitor) => `anon:${visitor}`),
    );
    const { body: before } = await list(site);
    const body = { ...RANKING_MODEL, pages: { "/hot": 1, "/x": 50 } };
    const saved = await send("PUT", "/v1/models/main", {
      key: site.secretKey,
      body,
      headers: { "if-match": "*" },
    });
    expect(saved.status).toBe(200);
    const { body: during, rows } = await list(site);
    expect(during["version"]).toBe((before["version"] as number) + 1);
    expect(during["freshness"]).toMatchObject({ behind: 3, walks: ["models"] });
    expect(rows.map(({ version }) => version)).toEqual(visitors.map(() => before["version"]));
    await walked(site);
    const { body: after, rows: now } = await list(site);
    expect(after["freshness"]).toMatchObject({ behind: 0, walks: [] });
    expect(now.map(({ score, version }) => [score, version])).toEqual([
      [53, undefined],
      [52, undefined],
      [51, undefined],
    ]);
  });
});

test("a model that is changed is taken in also where nobody asks for a list, and who crosses by it is recorded", async () => {
  const site = await newRankedSite("index-model-unasked");
  const visitor = named("v");
  await browse(site, ...fan(visitor, 1));
  await listed(site, [`anon:${visitor}`]);
  const body = { ...RANKING_MODEL, bands: { hot: 5, cold: null } };
  await send("PUT", "/v1/models/main", { key: site.secretKey, body, headers: { "if-match": "*" } });
  await walked(site);
  const { body: told } = await send("GET", `/v1/contacts/anon:${visitor}/timeline`, { key: site.secretKey });
  expect(told["crossings"]).toMatchObject([
    { to: "hot", cause: "model", id: expect.any(String) },
    { to: "warm" },
  ]);
  expect((await list(site)).rows).toMatchObject([{ band: "hot" }]);
});

describe("drift", () => {
  test("is found and mended by a repair: what is wrong, what is missing, and what is no more", async () => {
    const site = await newRankedSite("index-drift");
    const [wrong, missing, right] = [named("wrong"), named("missing"), named("right")];
    for (const visitor of [wrong, missing, right]) await browse(site, ...fan(visitor, 2));
    await vi.waitFor(async () => expect((await list(site)).rows).toHaveLength(3));
    const [shard] = shardsOf(site);
    if (!shard) return expect.unreachable();
    await runDurableObjectAlarm(shard);
    await runInDurableObject(shard, (_, { storage: { sql } }) => {
      sql.exec("DELETE FROM entry WHERE object = ?", object(site, `anon:${missing}`));
      sql.exec("UPDATE entry SET revision = revision - 1 WHERE object = ?", object(site, `anon:${wrong}`));
      const ghost = object(site, "anon:nobody");
      sql.exec(
        "INSERT INTO entry SELECT ?, slot, epoch, revision, seen, identity, sealed, outlooks FROM entry LIMIT 1",
        ghost,
      );
    });
    await evictShards(site);
    const { body } = await send("POST", "/v1/contacts/index/repair", { key: site.secretKey });
    expect(body["shards"]).toMatchObject([{ walk: { reason: "repair", finishedAt: null } }]);
    await walked(site);
    const { body: done } = await send("GET", "/v1/contacts/index", { key: site.secretKey });
    expect(done["shards"]).toMatchObject([{ walk: { asked: 5, mended: 3, finishedAt: expect.any(String) } }]);
    expect(names((await list(site)).rows).toSorted()).toEqual(
      [wrong, missing, right].map((visitor) => `anon:${visitor}`).toSorted(),
    );
  });
});

describe("an index that is divided anew", () => {
  test("lists everybody, before, while and after, once", async () => {
    const site = await newRankedSite("index-divided");
    const visitors = Array.from({ length: 30 }, (_, i) => `d${String(i).padStart(2, "0")}`);
    for (const [i, visitor] of visitors.entries()) await browse(site, ...fan(visitor, 30 - i));
    const all = visitors.map((visitor) => `anon:${visitor}`);
    await listed(site, all);
    for (const indexShards of [4, 2]) {
      const settings = { indexShards };
      const { status } = await send("PATCH", `/v1/sites/${site.id}`, {
        key: site.secretKey,
        body: { settings },
      });
      expect(status).toBe(200);
      expect(names((await list(site)).rows)).toEqual(all);
      await browse(site, visit("d29", "/other"));
      expect(names((await list(site)).rows)).toEqual(all);
      await walked(site, indexShards);
      expect(await rowsOf(site, indexShards)).toBe(30);
      expect(await rowsOf(site, indexShards === 4 ? 1 : 4)).toBe(0);
      const first = await list(site, "?limit=7");
      const second = await list(site, `?limit=30&cursor=${first.cursor ?? ""}`);
      expect(names([...first.rows, ...second.rows])).toEqual(all);
    }
    expect(new Set(all.map((ref) => shardOf(object(site, ref as Ref), 2)))).toEqual(new Set([0, 1]));
    expect(await pagesOf(site, "anon:d29")).toMatchObject({ "anon:d29 /other": 2 });
  });
});
