import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import { formatSdkEventId } from "../../shared/event-id.ts";
import type { Rejected } from "../../shared/wire.ts";
import { isWithin } from "../../worker/middleware/limits.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import { beacon, env, newSite, page, send } from "./two-sites.ts";

type Limits = Readonly<Record<string, { burst?: number; perMinute?: number }>>;

/** A site of the test's own, with limits of its own. */
async function limitedSite(id: string, limits: Limits) {
  const site = await newSite(id);
  const settings = { limits };
  const { status } = await send("PATCH", `/v1/sites/${id}`, { key: site.secretKey, body: { settings } });
  if (status !== 200) throw new Error(`${status}`);
  const refused = async () => {
    const { body } = await send("GET", `/v1/sites/${id}/rejections`, { key: site.secretKey });
    const [today] = body["days"] as { events: Record<string, number>; requests: Record<string, number> }[];
    return { events: today?.events ?? {}, requests: today?.requests ?? {} };
  };
  return { ...site, refused };
}

const many = (visitor: string, count: number, path = "/") =>
  Array.from({ length: count }, () => page(visitor, path));

async function contact(site: string, secretKey: string, visitor: string) {
  const { status, body } = await send("GET", `/v1/contacts/anon:${visitor}`, { key: secretKey });
  const storage = (body["storage"] ?? {}) as { rowsWritten?: number };
  return { site, status, rowsWritten: storage.rowsWritten };
}

const reasonsOf = ({ body }: { body: Record<string, unknown> }) =>
  (body["rejected"] as readonly Rejected[]).map(({ index, reason }) => [index, reason]);

/** An address of the test's own, of those that are kept for documents. */
let addresses = 0;
const newAddress = () => ({ "cf-connecting-ip": `203.0.113.${(addresses += 1)}` });

describe("a visitor who sends too much", () => {
  test("is told when to come again, and nothing is written for it", async () => {
    const site = await limitedSite("loud", { eventsPerVisitor: { burst: 10, perMinute: 1 } });
    const first = many("ann", 10);
    expect((await beacon(site.writeKey, first)).body).toMatchObject({ accepted: 10 });
    const before = await contact("loud", site.secretKey, "ann");
    const over = await beacon(site.writeKey, many("ann", 3));
    expect([over.status, over.code]).toEqual([429, "rate_limited"]);
    // Half a token may have come back while the test ran.
    expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(20);
    expect(Number(over.headers.get("retry-after"))).toBeLessThanOrEqual(60);
    expect(await contact("loud", site.secretKey, "ann")).toEqual(before);
    // What was acknowledged is confirmed at any time, and others go on.
    expect((await beacon(site.writeKey, first)).body).toMatchObject({ accepted: 0, duplicate: 10 });
    expect((await beacon(site.writeKey, many("ben", 3))).body).toMatchObject({ accepted: 3 });
    expect((await site.refused()).events).toEqual({ visitor_limit: 3 });
  });

  test("stays told so when its object has left memory", async () => {
    const site = await limitedSite("evicted", { eventsPerVisitor: { burst: 5, perMinute: 1 } });
    await beacon(site.writeKey, many("ann", 5));
    await evictDurableObject(objectsOf(env, "evicted").contact("anon:ann"));
    expect((await beacon(site.writeKey, many("ann", 1))).status).toBe(429);
  });

  test("may send one piece that is larger than its bucket, and has that to make good", async () => {
    const site = await limitedSite("pieces", { eventsPerVisitor: { burst: 5, perMinute: 60 } });
    expect((await beacon(site.writeKey, many("ann", 50))).body).toMatchObject({ accepted: 50 });
    const over = await beacon(site.writeKey, many("ann", 1));
    expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(30);
  });

  test("costs the other visitors of a batch nothing: its events are named, and the rest is counted", async () => {
    const site = await limitedSite("mixed", { eventsPerVisitor: { burst: 2, perMinute: 1 } });
    await beacon(site.writeKey, many("ann", 2));
    const batch = [page("ann", "/a"), page("ben", "/b"), { type: "nothing" }, page("ann", "/c")];
    const mixed = await beacon(site.writeKey, batch);
    expect([mixed.status, mixed.body["accepted"]]).toEqual([200, 1]);
    expect(reasonsOf(mixed)).toEqual([
      [2, "unknown_type"],
      [0, "rate_limited"],
      [3, "rate_limited"],
    ]);
    expect(Number(mixed.headers.get("retry-after"))).toBeGreaterThan(0);
    // With nothing but a bad event beside it, nothing is taken: its sender keeps all.
    expect((await beacon(site.writeKey, [page("ann", "/a"), { type: "nothing" }])).status).toBe(429);
  });

  test("is nobody's backend: with the secret key as much as it likes", async () => {
    const site = await limitedSite("backend", { eventsPerVisitor: { burst: 2, perMinute: 1 } });
    for (let i = 0; i < 3; i += 1) {
      const answer = await send("POST", "/v1/batch", {
        key: site.secretKey,
        body: { batch: many("ann", 20) },
      });
      expect(answer.body).toMatchObject({ accepted: 20 });
    }
    expect((await beacon(site.writeKey, many("ann", 2))).body).toMatchObject({ accepted: 2 });
  });
});

test("1,000 events that were kept through a day without network pass at once, in parcels as our script sends them", async () => {
  const { writeKey } = await newSite("offline");
  const day = Date.now() - 86_400_000;
  for (let sent = 0; sent < 1_000; sent += 100) {
    const batch = Array.from({ length: 100 }, (_, i) => ({
      ...page("ann", `/${i}`),
      messageId: formatSdkEventId("abcdefghijkl", sent + i),
      timestamp: new Date(day + (sent + i) * 60_000).toISOString(),
    }));
    expect((await beacon(writeKey, batch, newAddress())).body).toMatchObject({ accepted: 100, rejected: [] });
  }
});

describe("made-up visitors", () => {
  test("of one address become contacts up to a limit; those who have been there before come in", async () => {
    const site = await limitedSite("crowd", { newVisitorsPerAddress: { burst: 5, perMinute: 1 } });
    const address = newAddress();
    const visit = (visitor: string, from = address) =>
      beacon(site.writeKey, [page(visitor, "/")], from).then(({ status }) => status);
    expect(await visit("regular", newAddress())).toBe(200);
    const statuses = [];
    for (let i = 0; i < 12; i += 1) statuses.push(await visit(`made-up-${i}`));
    expect(statuses).toEqual([
      ...Array.from({ length: 5 }, () => 200),
      ...Array.from({ length: 7 }, () => 429),
    ]);
    expect((await contact("crowd", site.secretKey, "made-up-4")).status).toBe(200);
    expect((await contact("crowd", site.secretKey, "made-up-5")).status).toBe(404);
    expect(await visit("regular")).toBe(200);
    expect(await visit("made-up-0")).toBe(200);
    expect(await visit("somebody-else", newAddress())).toBe(200);
    expect((await site.refused()).events).toEqual({ new_visitors_of_address: 7 });
  });

  test("of one batch become contacts up to the limit, and the others are named", async () => {
    const site = await limitedSite("batch-crowd", { newVisitorsPerAddress: { burst: 3, perMinute: 1 } });
    const batch = Array.from({ length: 6 }, (_, i) => page(`guest-${i}`, "/"));
    const answer = await beacon(site.writeKey, batch, newAddress());
    expect(answer.body).toMatchObject({ accepted: 3 });
    expect(reasonsOf(answer)).toEqual([
      [3, "rate_limited"],
      [4, "rate_limited"],
      [5, "rate_limited"],
    ]);
    expect((await contact("batch-crowd", site.secretKey, "guest-5")).status).toBe(404);
  });

  test("of many addresses are held by the limit of the key", async () => {
    const site = await limitedSite("botnet", { newVisitorsPerKey: { burst: 4, perMinute: 1 } });
    const statuses = [];
    for (let i = 0; i < 8; i += 1) {
      const { status } = await beacon(site.writeKey, [page(`bot-${i}`, "/")], newAddress());
      statuses.push(status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429, 429, 429]);
    expect((await site.refused()).events).toEqual({ new_visitors_of_key: 4 });
    const imported = await send("POST", "/v1/batch", {
      key: site.secretKey,
      body: { batch: Array.from({ length: 20 }, (_, i) => page(`import-${i}`, "/")) },
    });
    expect(imported.body).toMatchObject({ accepted: 20 });
  });
});

describe("an address", () => {
  test("that sends too much waits, for any visitor, and so do its questions for scores", async () => {
    const site = await limitedSite("flood", { eventsPerAddress: { burst: 6, perMinute: 1 } });
    const address = newAddress();
    expect((await beacon(site.writeKey, many("ann", 5), address)).status).toBe(200);
    const own = (headers: Record<string, string>) =>
      send("GET", `/v1/me/score?writeKey=${site.writeKey}&anonymousId=ann`, { headers });
    expect((await own(address)).status).toBe(200);
    const asked = await own(address);
    expect([asked.status, asked.code]).toEqual([429, "rate_limited"]);
    expect(Number(asked.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await beacon(site.writeKey, many("ben", 2), address)).status).toBe(429);
    expect((await own(newAddress())).status).toBe(200);
    expect(await site.refused()).toEqual({ events: { address_limit: 2 }, requests: { rate_limited: 1 } });
  });

  test("is held by each site for itself", async () => {
    const address = newAddress();
    const limits = { eventsPerAddress: { burst: 2, perMinute: 1 } };
    const [one, two] = [await limitedSite("one-door", limits), await limitedSite("next-door", limits)];
    expect((await beacon(one.writeKey, many("ann", 2), address)).status).toBe(200);
    expect((await beacon(one.writeKey, many("ann", 2), address)).status).toBe(429);
    expect((await beacon(two.writeKey, many("ann", 2), address)).status).toBe(200);
  });
});

describe("a key", () => {
  test("is held to its requests, the secret one as well, each for itself", async () => {
    const site = await limitedSite("keys", { requestsPerKey: { burst: 3, perMinute: 1 } });
    const statuses = [];
    for (let i = 0; i < 5; i += 1) {
      statuses.push((await beacon(site.writeKey, many(`v${i}`, 2))).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const backend = [];
    for (let i = 0; i < 4; i += 1) {
      const body = { batch: many("ann", 1) };
      backend.push((await send("POST", "/v1/batch", { key: site.secretKey, body })).status);
    }
    expect(backend).toEqual([200, 200, 200, 429]);
    expect((await site.refused()).events).toEqual({ key_limit: 5 });
  });

  test("is held by Cloudflare's own limit where that is bound", async () => {
    const { TEST_LIMIT } = env as unknown as { TEST_LIMIT: RateLimit };
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push(await isWithin(TEST_LIMIT, "one key"));
    expect(answers).toEqual([true, true, true, false]);
    expect(await isWithin(TEST_LIMIT, "another key")).toBe(true);
  });
});

test("settings that are none are refused with their place, and an empty list of limits is the usual ones", async () => {
  const site = await limitedSite("settings", { eventsPerVisitor: { burst: 1, perMinute: 1 } });
  const patch = (settings: unknown) =>
    send("PATCH", "/v1/sites/settings", { key: site.secretKey, body: { settings } });
  const wrong = await patch({
    bots: "maybe",
    limits: { eventsPerVisitor: { burst: 0, speed: 3 }, eventsPerAddress: 7, perPlanet: {} },
  });
  expect([wrong.status, wrong.code]).toEqual([400, "invalid_site"]);
  const { issues } = wrong.body["error"] as { issues: { path: string; message: string }[] };
  expect(issues.map(({ path }) => path)).toEqual([
    "settings.bots",
    "settings.limits",
    "settings.limits.eventsPerVisitor",
    "settings.limits.eventsPerVisitor.burst",
    "settings.limits.eventsPerAddress",
  ]);
  for (const { message } of issues) expect(message.length).toBeGreaterThan(20);
  await beacon(site.writeKey, many("ann", 1));
  expect((await beacon(site.writeKey, many("ann", 1))).status).toBe(429);
  expect((await patch({ limits: {} })).body["settings"]).toEqual({ limits: {} });
  expect((await beacon(site.writeKey, many("ann", 50))).status).toBe(200);
});
