import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { expect, test, vi } from "vitest";

import { MAX_WATCHERS } from "../../worker/domain/index/index-limits.ts";
import { shardName } from "../../worker/domain/object-names.ts";
import { browse, identify, named, token } from "./people.ts";
import { fan, list, newRankedSite } from "./ranked-site.ts";
import { env, send } from "./two-sites.ts";
import { watch } from "./watching.ts";

test("who watches is told where a contact stands as soon as it has done something, and of no other site", async () => {
  const [site, other] = [await newRankedSite("live-one"), await newRankedSite("live-other")];
  const visitor = named("v");
  const reader = await watch(site);
  expect([reader.status, reader.protocol]).toEqual([101, "afterglow"]);
  await vi.waitFor(() => expect(reader.told).toEqual([{ type: "watching", model: "main", version: 1 }]));
  await browse(other, ...fan(named("w"), 3));
  await browse(site, ...fan(visitor, 2));
  await vi.waitFor(() =>
    expect(reader.told[1]).toMatchObject({
      type: "contact",
      contact: `anon:${visitor}`,
      score: 20,
      band: "hot",
    }),
  );
  await browse(site, ...fan(visitor, 1), identify(visitor, "ann", await token(site, "ann")));
  await vi.waitFor(() => expect(reader.told.at(-1)).toMatchObject({ contact: "user:ann", score: 30 }));
  expect(reader.told.filter(({ contact }) => contact?.startsWith("anon:w"))).toEqual([]);
  reader.close();
  await vi.waitFor(async () => {
    const { body } = await send("GET", "/v1/contacts/index", { key: site.secretKey });
    expect(body["shards"]).toMatchObject([{ watchers: 0 }]);
  });
});

test("who watches some is told of those, and when one is none of them", async () => {
  const site = await newRankedSite("live-some");
  const visitor = named("v");
  const reader = await watch(site, "?band=warm");
  await browse(site, ...fan(visitor, 1));
  await vi.waitFor(() => expect(reader.told.at(-1)).toMatchObject({ type: "contact", band: "warm" }));
  await browse(site, ...fan(visitor, 1));
  await vi.waitFor(() =>
    expect(reader.told.at(-1)).toEqual({ type: "unlisted", contact: `anon:${visitor}` }),
  );
});

test("who watches goes on when the index was put out of memory, and where it is divided", async () => {
  const site = await newRankedSite("live-divided");
  const settings = { indexShards: 4 };
  await send("PATCH", `/v1/sites/${site.id}`, { key: site.secretKey, body: { settings } });
  const reader = await watch(site);
  const first = env.INDEX.getByName(shardName(site.id, 4, 0));
  await evictDurableObject(first);
  const visitors = Array.from({ length: 12 }, (_, i) => `d${i}`);
  for (const visitor of visitors) await browse(site, ...fan(visitor, 1));
  const all = visitors.map((visitor) => `anon:${visitor}`).toSorted();
  await vi.waitFor(
    () => expect([...new Set(reader.told.flatMap(({ contact }) => contact ?? []))].toSorted()).toEqual(all),
    { timeout: 20_000 },
  );
  await runDurableObjectAlarm(first);
  expect((await list(site)).rows).toHaveLength(12);
});

test("without a WebSocket, a key or a question that can be answered nobody watches", async () => {
  const site = await newRankedSite("live-refused");
  const plain = await send("GET", "/v1/contacts/live", { key: site.secretKey });
  expect([plain.status, plain.code]).toEqual([426, "websocket_required"]);
  expect((await watch({ ...site, secretKey: "sk_wrong" })).status).toBe(401);
  expect((await watch({ ...site, secretKey: site.writeKey })).status).toBe(401);
  expect((await watch(site, "?band=what")).status).toBe(400);
});

test("who comes when a thousand watch already is told so, and gets in when one has gone", async () => {
  const site = await newRankedSite("live-crowd");
  const readers: Awaited<ReturnType<typeof watch>>[] = [];
  while (readers.length < MAX_WATCHERS) readers.push(await watch(site));
  expect(readers.filter(({ status }) => status !== 101)).toEqual([]);
  const headers = { upgrade: "websocket", "sec-websocket-protocol": `afterglow, key.${site.secretKey}` };
  const refused = await send("GET", "/v1/contacts/live", { headers });
  expect(refused).toMatchObject({ status: 503, code: "too_many_watchers" });
  expect([refused.headers.get("retry-after"), JSON.stringify(refused.body)]).toEqual([
    "5",
    expect.stringContaining("1000"),
  ]);
  readers[0]?.close();
  await vi.waitFor(async () => expect((await watch(site)).status).toBe(101));
  for (const { close } of readers) close();
});

test("whose key is revoked hears nothing more, and the others do", async () => {
  const site = await newRankedSite("live-revoked");
  const path = `/v1/sites/${site.id}/keys`;
  const made = await send("POST", path, { key: site.secretKey, body: { kind: "secret" } });
  const { kid, key: secretKey } = made.body as { kid: string; key: string };
  const [left, stays] = [await watch({ ...site, secretKey }), await watch(site)];
  await browse(site, ...fan(named("v"), 1));
  await vi.waitFor(() => expect([left.told.length, stays.told.length]).toEqual([2, 2]));
  expect((await send("DELETE", `${path}/${kid}`, { key: site.secretKey })).status).toBe(204);
  await browse(site, ...fan(named("v"), 1));
  await vi.waitFor(() =>
    expect([left.told.length, stays.told.length, left.isClosed()]).toEqual([2, 3, true]),
  );
});

test("a question that is too long to be kept for a watcher is refused", async () => {
  const site = await newRankedSite("live-long");
  const query = Array.from({ length: 40 }, (_, i) => `trait.t${i}=${"x".repeat(100)}`).join("&");
  expect((await list(site, `?${query}`)).status).toBe(200);
  const headers = { upgrade: "websocket" };
  const refused = await send("GET", `/v1/contacts/live?${query}`, { key: site.secretKey, headers });
  expect([refused.status, refused.code]).toEqual([400, "invalid_query"]);
});
