import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import { dayOf, dayToIso } from "../../shared/day.ts";
import {
  createTally,
  mergeRefused,
  nothingRefused,
  type RefusedOnDay,
} from "../../worker/domain/rejections.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import { beacon, env, newSite, page, send } from "./two-sites.ts";

const TODAY = dayOf(Date.now());
const GOOGLEBOT = {
  "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
};

interface Told {
  readonly from: string;
  readonly to: string;
  readonly days: readonly { day: string; events: Record<string, number>; requests: Record<string, number> }[];
  readonly deployment?: Told["days"];
  readonly reasons: Readonly<Record<string, string>>;
}

async function refused(site: string, key: string, query = ""): Promise<Told> {
  const { status, body } = await send("GET", `/v1/sites/${site}/rejections${query}`, { key });
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body as unknown as Told;
}

const exists = async (secretKey: string, visitor: string) =>
  (await send("GET", `/v1/contacts/anon:${visitor}`, { key: secretKey })).status === 200;

const directoryRows = (site: string) =>
  runInDurableObject(objectsOf(env, site).directory(), (_, state) => {
    const { sql } = state.storage;
    const tables = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .toArray();
    const has = tables.some(({ name }) => name === "rejections");
    return has ? sql.exec<{ counts: string }>("SELECT counts FROM rejections").toArray() : [];
  });

describe("a bot", () => {
  test("is answered so that it does not come again, is counted, and becomes no contact", async () => {
    const site = await newSite("crawled");
    const answer = await beacon(site.writeKey, [page("crawler", "/"), page("crawler", "/a")], GOOGLEBOT);
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        success: true,
        accepted: 0,
        duplicate: 0,
        rejected: [
          expect.objectContaining({
            index: 0,
            reason: "bot",
            message: expect.stringContaining("settings.bots") as string,
          }),
          expect.objectContaining({ index: 1, reason: "bot" }),
        ],
      },
    ]);
    expect(await exists(site.secretKey, "crawler")).toBe(false);
    const told = await refused("crawled", site.secretKey);
    expect(told.days).toEqual([{ day: dayToIso(TODAY), events: { bot: 2 }, requests: {} }]);
    expect(told.reasons["bot"]).toContain("settings.bots");
  });

  test("adds nothing to a contact that there is, either", async () => {
    const site = await newSite("half-crawled");
    await beacon(site.writeKey, [page("ann", "/")]);
    await beacon(site.writeKey, [page("ann", "/pricing")], GOOGLEBOT);
    const { body } = await send("GET", "/v1/contacts/anon:ann/timeline", { key: site.secretKey });
    expect(JSON.stringify(body)).not.toContain("/pricing");
  });

  test("counts like people where the site says so, and with the secret key it is a backend's own word", async () => {
    const site = await newSite("for-bots");
    const imported = await send("POST", "/v1/batch", {
      key: site.secretKey,
      body: { batch: [page("imported", "/")] },
      headers: GOOGLEBOT,
    });
    expect(imported.body).toMatchObject({ accepted: 1 });
    const settings = { bots: "count" };
    await send("PATCH", "/v1/sites/for-bots", { key: site.secretKey, body: { settings } });
    expect((await beacon(site.writeKey, [page("crawler", "/")], GOOGLEBOT)).body).toMatchObject({
      accepted: 1,
    });
    expect(await exists(site.secretKey, "crawler")).toBe(true);
  });
});

describe("what is refused", () => {
  test("is told by day and reason, events and whole requests, with what each means", async () => {
    const site = await newSite("counted", ["https://www.counted.example"]);
    const ofPage = { origin: "https://www.counted.example" };
    await beacon(
      site.writeKey,
      [
        page("ann", "/"),
        { type: "page" },
        { type: "page" },
        { ...page("ann", "/"), timestamp: "3000-01-01T00:00:00Z" },
      ],
      ofPage,
    );
    await beacon(site.writeKey, [page("ann", "/")], { origin: "https://evil.example" });
    await send("POST", "/v1/batch", { key: site.writeKey, body: "{", headers: ofPage });
    await send("POST", "/v1/batch", { key: site.writeKey, body: {}, headers: ofPage });
    await send("POST", "/v1/batch", { key: site.writeKey, body: "x".repeat(600_000), headers: ofPage });
    const told = await refused("counted", site.secretKey);
    expect(told.days).toEqual([
      {
        day: dayToIso(TODAY),
        events: { unverified_user: 2, timestamp_in_future: 1 },
        requests: { origin_not_allowed: 1, invalid_json: 1, invalid_batch: 1, too_large: 1 },
      },
    ]);
    expect(Object.keys(told.reasons).toSorted()).toEqual(
      [
        "unverified_user",
        "timestamp_in_future",
        "origin_not_allowed",
        "invalid_json",
        "invalid_batch",
        "too_large",
      ].toSorted(),
    );
    for (const meaning of Object.values(told.reasons)) expect(meaning.length).toBeGreaterThan(20);
    expect(JSON.stringify(told)).not.toMatch(/ann|evil|wk_|sk_/);
  });

  test("costs no row an event: a thousand are one row, and that is written once a minute", async () => {
    const site = await newSite("thrifty");
    await beacon(site.writeKey, [page("ann", "/")]);
    for (let i = 0; i < 20; i += 1) {
      await beacon(
        site.writeKey,
        Array.from({ length: 50 }, () => ({ type: "page" })),
      );
    }
    expect((await refused("thrifty", site.secretKey)).days).toMatchObject([
      { events: { unverified_user: 1_000 } },
    ]);
    const rows = await directoryRows("thrifty");
    // At most the first request's: the tests before have used this minute's write, or this one has.
    expect(rows.length).toBeLessThanOrEqual(1);
    const kept =
      (JSON.parse(rows[0]?.counts ?? '{"events":{}}') as RefusedOnDay).events["unverified_user"] ?? 0;
    expect(kept).toBeLessThanOrEqual(50);
  });

  test("without a key that is any site's counts for the deployment, which the main site alone is told of", async () => {
    const before = await refused("main", "sk_test");
    const countOf = ({ deployment }: Told) => deployment?.[0]?.requests["invalid_key"] ?? 0;
    await beacon("wk_made-up", [page("ann", "/")]);
    await send("POST", "/v1/batch", { body: { batch: [] } });
    const after = await refused("main", "sk_test");
    expect(countOf(after) - countOf(before)).toBe(2);
    const site = await newSite("not-main");
    expect(await refused("not-main", site.secretKey)).not.toHaveProperty("deployment");
  });

  test("of preflights, which carry no key, counts for the deployment, too", async () => {
    const countOf = async () =>
      (await refused("main", "sk_test")).deployment?.[0]?.requests["origin_not_allowed"] ?? 0;
    const sites = await send("GET", "/v1/sites", { key: "sk_test" });
    const open = (sites.body["sites"] as { id: string; origins: string[] }[]).filter(
      ({ origins }) => origins.length === 0,
    );
    const restrict = (origins: readonly string[]) =>
      Promise.all(
        open.map(({ id }) => send("PATCH", `/v1/sites/${id}`, { key: "sk_test", body: { origins } })),
      );
    const before = await countOf();
    await restrict(["https://www.example.com"]);
    const preflight = await send("OPTIONS", "/v1/batch", { headers: { origin: "https://evil.example" } });
    await restrict([]);
    expect([preflight.status, preflight.code]).toEqual([403, "origin_not_allowed"]);
    expect((await countOf()) - before).toBe(1);
  });

  test("is told to the site's own secret key only", async () => {
    const [one, two] = [await newSite("open-book"), await newSite("closed-book")];
    const ask = async (key: string) => (await send("GET", "/v1/sites/open-book/rejections", { key })).code;
    expect(await ask(two.secretKey)).toBe("unknown_site");
    expect(await ask(one.writeKey)).toBe("secret_key_required");
    expect(await ask("sk_test")).toBeUndefined();
    const nowhere = await send("GET", "/v1/sites/nowhere/rejections", { key: "sk_test" });
    expect([nowhere.status, nowhere.code]).toEqual([404, "unknown_site"]);
    const turned = "/v1/sites/open-book/rejections?from=2026-11-25&to=2026-11-01";
    expect((await send("GET", turned, { key: one.secretKey })).body).toMatchObject({
      error: { code: "invalid_request", message: expect.stringContaining('"to"') as unknown },
    });
    const badDay = await send("GET", "/v1/sites/open-book/rejections?from=yesterday", { key: one.secretKey });
    expect([badDay.status, badDay.code]).toEqual([400, "invalid_request"]);
  });

  test("stays on its day, is added to what is there, and can be asked for by days", async () => {
    const site = await newSite("kept");
    const directory = objectsOf(env, "kept").directory();
    const on = (day: number, count: number): RefusedOnDay => ({
      ...nothingRefused(day, "site"),
      events: { bot: count },
    });
    await directory.countRefused(JSON.stringify([on(TODAY - 500, 1), on(TODAY - 60, 5), on(TODAY - 2, 7)]));
    await directory.countRefused(JSON.stringify([on(TODAY - 2, 3), on(TODAY, 1)]));
    const days = ({ days: told }: Told) => told.map(({ day, events }) => [day, events["bot"]]);
    expect(days(await refused("kept", site.secretKey))).toEqual([
      [dayToIso(TODAY - 2), 10],
      [dayToIso(TODAY), 1],
    ]);
    const from = dayToIso(TODAY - 600);
    const all = await refused("kept", site.secretKey, `?from=${from}&to=${dayToIso(TODAY - 1)}`);
    // What is older than 400 days has gone with the first row of a later one.
    expect(days(all)).toEqual([
      [dayToIso(TODAY - 60), 5],
      [dayToIso(TODAY - 2), 10],
    ]);
    expect(await directoryRows("kept")).toHaveLength(3);
  });
});

describe("a tally", () => {
  test("hands over everything once, and takes back what could not be kept", () => {
    const tally = createTally<string>();
    tally.add("shop", "site", 1, "events", "bot", 2);
    tally.add("shop", "site", 1, "events", "bot", 3);
    tally.add("shop", "site", 2, "requests", "too_large", 1);
    tally.add("main", "deployment", 1, "requests", "invalid_key", 1);
    tally.add("main", "site", 1, "events", "constructor", 1);
    const taken = tally.take();
    expect(tally.isEmpty).toBe(true);
    tally.add("shop", "site", 1, "events", "bot", 1);
    tally.putBack("shop", taken.get("shop") ?? []);
    expect(tally.of("shop")).toEqual([
      { day: 1, whose: "site", events: { bot: 6 }, requests: {} },
      { day: 2, whose: "site", events: {}, requests: { too_large: 1 } },
    ]);
    expect(taken.get("main")).toEqual([
      { day: 1, whose: "deployment", events: {}, requests: { invalid_key: 1 } },
      { day: 1, whose: "site", events: JSON.parse(`{"constructor":1}`) as unknown, requests: {} },
    ]);
    expect(mergeRefused()).toEqual([]);
  });
});
