import { evictDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test, vi } from "vitest";

import { shardName } from "../../worker/domain/object-names.ts";
import { backend, browse, identify, named, siteWithTokens, type TestSite, token, visit } from "./people.ts";
import { fan, list, names, newRankedSite } from "./ranked-site.ts";
import { env, send } from "./two-sites.ts";

let site: TestSite;
beforeAll(async () => {
  site = await newRankedSite("ranking");
});

test("contacts are ranked by what they have done, each as its own score says", async () => {
  const [cold, warm, hot] = [named("cold"), named("warm"), named("hot")];
  await browse(site, ...fan(warm, 1));
  await browse(site, visit(cold, "/other"));
  await browse(site, ...fan(hot, 3));
  await vi.waitFor(async () => {
    expect(names((await list(site)).rows)).toEqual([`anon:${hot}`, `anon:${warm}`, `anon:${cold}`]);
  });
  const { rows, body } = await list(site);
  expect(rows.map(({ score, band }) => [score, band])).toEqual([
    [30, "hot"],
    [10, "warm"],
    [1, "cold"],
  ]);
  expect(body).toMatchObject({ model: "main", freshness: { unsure: 0, behind: 0 } });
});

describe("a list", () => {
  let shop: TestSite;
  const [ann, bob, cid, dan] = ["ann", "bob", "cid", "dan"];
  beforeAll(async () => {
    shop = await newRankedSite("ranking-filters");
    await browse(shop, ...fan(ann, 4), identify(ann, "user-ann", await token(shop, "user-ann")));
    await browse(shop, ...fan(bob, 2), identify(bob, "user-bob"));
    await browse(shop, ...fan(cid, 1));
    await browse(shop, visit(dan, "/other"));
    await backend(shop, {
      type: "identify",
      messageId: named("m"),
      userId: "user-ann",
      traits: { email: "Ann@Example.com", plan: "pro", seats: 20 },
    });
    await vi.waitFor(async () => expect(names((await list(shop)).rows)).toHaveLength(4));
    await vi.waitFor(async () => expect((await list(shop, "?q=example.com")).rows).toHaveLength(1));
  });

  test.each([
    ["", ["user:user-ann", "anon:bob", "anon:cid", "anon:dan"]],
    ["?band=hot", ["user:user-ann", "anon:bob"]],
    ["?band=hot,warm", ["user:user-ann", "anon:bob", "anon:cid"]],
    ["?band=warm&band=cold", ["anon:cid", "anon:dan"]],
    ["?band=none", []],
    ["?minScore=10", ["user:user-ann", "anon:bob", "anon:cid"]],
    ["?minScore=10.5", ["user:user-ann", "anon:bob"]],
    ["?identity=verified", ["user:user-ann"]],
    ["?identity=claimed", ["anon:bob"]],
    ["?identity=anonymous&band=cold", ["anon:dan"]],
    ["?trait.plan=pro", ["user:user-ann"]],
    ["?trait.plan=free", []],
    ["?trait.seats=20&trait.plan=pro", ["user:user-ann"]],
    ["?q=EXAMPLE", ["user:user-ann"]],
    ["?q=bob", ["anon:bob"]],
    ["?q=user-", ["user:user-ann", "anon:bob"]],
    ["?seenSince=2020-01-01&limit=2", ["user:user-ann", "anon:bob"]],
    ["?seenBefore=2020-01-01", []],
    ["?model=main&limit=1", ["user:user-ann"]],
  ])("by %s", async (query, wanted) => {
    const { status, rows } = await list(shop, query);
    expect([status, names(rows)]).toEqual([200, wanted]);
  });

  test.each([
    ["?bnad=hot", /"bnad" .* did you mean "band"\?/],
    ["?band=boiling", /no band "boiling": it has hot, warm, cold/],
    ["?grade=A", /gives no grades/],
    ["?minScore=much", /"minScore" wants a number, such as 50, got "much"/],
    ["?limit=0", /"limit" wants a whole number from 1 to 500, got 0/],
    ["?limit=501", /from 1 to 500/],
    ["?seenSince=yesterday", /ISO 8601/],
    ["?identity=known", /wants verified, claimed, anonymous, got "known"/],
    ["?cursor=what", /"cursor" was not given to this list/],
    ["?trait.=x", /"trait\." is not something/],
    [`?q=${"a".repeat(201)}`, /at most 200 characters/],
  ])("refuses %s and says why", async (query, message) => {
    const { status, body } = await list(shop, query);
    expect([status, (body["error"] as { message: string }).message]).toEqual([
      400,
      expect.stringMatching(message),
    ]);
  });

  test("an unknown model is one, and no other site's contacts are seen", async () => {
    expect((await list(shop, "?model=what")).status).toBe(404);
    const other = await siteWithTokens("ranking-other");
    expect((await list(other)).rows).toEqual([]);
    expect((await send("GET", "/v1/contacts", { key: shop.writeKey })).status).toBe(401);
  });

  test("tells who somebody is, and how sure that is", async () => {
    const [first, second] = (await list(shop)).rows;
    expect(first).toMatchObject({
      identity: "verified",
      traits: { email: "Ann@Example.com", plan: "pro", seats: 20 },
    });
    expect(second).toMatchObject({ identity: "claimed", claims: ["user:user-bob"], score: 20, band: "hot" });
  });

  test("counts who is in which band", async () => {
    const { body } = await send("GET", "/v1/contacts/counts", { key: shop.secretKey });
    expect(body).toMatchObject({
      contacts: 4,
      bands: [
        { band: "hot", contacts: 2 },
        { band: "warm", contacts: 1 },
        { band: "cold", contacts: 1 },
        { band: null, contacts: 0 },
      ],
    });
  });
});

test("pages go on where they ended although scores move meanwhile, and nobody comes twice or is left out", async () => {
  const many = await newRankedSite("ranking-pages");
  const visitors = Array.from({ length: 12 }, (_, i) => `v${String(i).padStart(2, "0")}`);
  for (const [i, visitor] of visitors.entries()) await browse(many, ...fan(visitor, 12 - i));
  await vi.waitFor(async () => expect((await list(many)).rows).toHaveLength(12));
  const first = await list(many, "?limit=5");
  expect(names(first.rows)).toEqual(visitors.slice(0, 5).map((visitor) => `anon:${visitor}`));
  // The last one becomes the first.
  await browse(many, ...fan("v11", 40));
  await vi.waitFor(async () => expect(names((await list(many, "?limit=1")).rows)).toEqual(["anon:v11"]));
  const second = await list(many, `?limit=5&cursor=${first.cursor ?? ""}`);
  const third = await list(many, `?limit=5&cursor=${second.cursor ?? ""}`);
  expect(names([...first.rows, ...second.rows, ...third.rows])).toEqual(
    visitors.map((visitor) => `anon:${visitor}`),
  );
  expect(third.cursor).toBeUndefined();
  // What the shard kept for them is gone: the list goes on after the place.
  await evictDurableObject(env.INDEX.getByName(shardName(many.id, 1, 0)));
  await vi.waitFor(async () => expect((await list(many)).rows).toHaveLength(12));
  const again = await list(many, `?limit=5&cursor=${first.cursor ?? ""}`);
  expect(names(again.rows)).toEqual(visitors.slice(5, 10).map((visitor) => `anon:${visitor}`));
  expect((await list(many, `?limit=5&band=hot&cursor=${first.cursor ?? ""}`)).status).toBe(400);
});
