import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { newBrowser, type TestBrowser, visitorOf } from "../support/browser.ts";
import {
  newVisitor,
  pageVisit,
  SECRET_KEY,
  startTestCollector,
  type TestCollector,
  WRITE_KEY,
} from "../support/collector.ts";
import { startSite } from "../support/site.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
beforeAll(async () => {
  // As behind a proxy of its own, so that a test can send from where it likes.
  collector = await startTestCollector({ addressHeader: "x-forwarded-for" });
});
afterAll(() => collector.close());

const from = (address: string) => ({ "x-forwarded-for": `198.51.100.200, ${address}` });

async function objects(): Promise<number> {
  const names = await readdir(join(collector.stateDir, "objects"), { recursive: true });
  // A site has one index, which hears of its first contact a little later.
  return names.filter((name) => name.endsWith(".sqlite") && !name.startsWith("afterglow-index")).length;
}

interface Refusals {
  readonly days: readonly { events: Record<string, number>; requests: Record<string, number> }[];
  readonly deployment: Refusals["days"];
}

async function refused(): Promise<{ events: Record<string, number>; requests: Record<string, number> }> {
  const response = await collector.read("/v1/sites/main/rejections");
  const { days } = (await response.json()) as Refusals;
  return { events: days[0]?.events ?? {}, requests: days[0]?.requests ?? {} };
}

async function setLimits(limits: object): Promise<void> {
  const response = await collector.request("PATCH", "/v1/sites/main", { settings: { limits } });
  expect(response.status).toBe(200);
}

/** So many more may have passed, at one a minute. */
const minutesSince = (time: number) => Math.ceil((Date.now() - time) / 60_000);

describe("a flood of made-up visitors with the public key", () => {
  test("from one address makes no more objects than the limit, and the owner sees what was refused", async () => {
    await setLimits({ newVisitorsPerAddress: { burst: 50, perMinute: 1 } });
    const before = await objects();
    const started = Date.now();
    const statuses = [];
    for (let i = 0; i < 30; i += 1) {
      const batch = Array.from({ length: 10 }, () => pageVisit(newVisitor(), "/"));
      statuses.push((await collector.send({ writeKey: WRITE_KEY, batch }, from("203.0.113.9"))).status);
    }
    const made = (await objects()) - before;
    expect(made).toBeGreaterThanOrEqual(50);
    expect(made).toBeLessThanOrEqual(50 + minutesSince(started));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(
      24 - minutesSince(started),
    );
    expect((await refused()).events["new_visitors_of_address"]).toBe(300 - made);
    // Anybody else goes on.
    const guest = await collector.send(
      { writeKey: WRITE_KEY, batch: [pageVisit(newVisitor(), "/")] },
      from("203.0.113.10"),
    );
    expect(guest.status).toBe(200);
  });

  test("from as many addresses is held by the limit of the key", async () => {
    await setLimits({ newVisitorsPerKey: { burst: 40, perMinute: 1 } });
    const before = await objects();
    const started = Date.now();
    for (let i = 0; i < 120; i += 1) {
      const batch = [pageVisit(newVisitor(), "/")];
      await collector.send({ writeKey: WRITE_KEY, batch }, from(`2001:db8:${i.toString(16)}::1`));
    }
    const made = (await objects()) - before;
    // The visitors of the test before may have left the bucket a token short.
    expect(made).toBeGreaterThanOrEqual(39);
    expect(made).toBeLessThanOrEqual(40 + minutesSince(started));
    expect((await refused()).events["new_visitors_of_key"]).toBe(120 - made);
    await setLimits({});
  });
});

test("who has been here before is no new visitor, also to a collector that has just been started", async () => {
  const regular = newVisitor();
  await collector.batch([pageVisit(regular, "/")]);
  await setLimits({ newVisitorsPerAddress: { burst: 2, perMinute: 1 } });
  await collector.killAndRestart();
  const visit = async (visitor: string) =>
    (
      await collector.send(
        { writeKey: WRITE_KEY, batch: [pageVisit(visitor, "/pricing")] },
        from("203.0.113.77"),
      )
    ).status;
  const madeUp = [];
  for (let i = 0; i < 5; i += 1) madeUp.push(await visit(newVisitor()));
  expect(madeUp.at(-1)).toBe(429);
  expect(await visit(regular)).toBe(200);
  await setLimits({});
});

test("reads of made-up visitors make no object, and guess no id", async () => {
  const victim = newVisitor();
  await collector.batch([pageVisit(victim, "/pricing")]);
  const before = await objects();
  for (let i = 0; i < 100; i += 1) {
    const guess = `${victim.slice(0, -2)}${i.toString(36).padStart(2, "0")}`;
    if (guess === victim) continue;
    const query = `writeKey=${WRITE_KEY}&anonymousId=${guess}`;
    expect((await fetch(`${collector.url}/v1/me/score?${query}`)).status).toBe(404);
    // Reads of contacts are not the public key's at all.
    const headers = { authorization: `Bearer ${WRITE_KEY}` };
    const path = `${collector.url}/v1/contacts/anon:${encodeURIComponent(victim)}`;
    expect((await fetch(path, { headers })).status).toBe(401);
  }
  expect(await objects()).toBe(before);
});

test("a visitor who has sent too much waits on, though the collector was killed and started again", async () => {
  await setLimits({ eventsPerVisitor: { burst: 20, perMinute: 1 } });
  const visitor = newVisitor();
  const visits = (count: number) => Array.from({ length: count }, () => pageVisit(visitor, "/pricing"));
  await collector.batch(visits(20));
  await collector.killAndRestart();
  const over = await collector.send({ writeKey: WRITE_KEY, batch: visits(5) });
  expect([over.status, over.headers.has("retry-after")]).toEqual([429, true]);
  expect(await over.json()).toMatchObject({ error: { code: "rate_limited" } });
  await setLimits({});
  await collector.batch(visits(5));
});

test("a visitor cannot inflate a score: not by value, by time, by another's name, by hand, or from the future", async () => {
  await collector.putModel("inflated", {
    groups: [
      {
        rules: [
          { id: "value", when: { event: "Order" }, points: 1, per: { value: 100 }, cap: 50 },
          { id: "pricing", when: { page: "/pricing" }, points: 10, cap: 30 },
        ],
      },
    ],
    bands: { hot: 500, cold: null },
  });
  const visitor = newVisitor();
  const track = (event: string, properties: object, more: object = {}) => ({
    type: "track",
    event,
    anonymousId: visitor,
    properties,
    ...more,
  });
  const future = new Date(Date.now() + 3 * 86_400_000).toISOString();
  const past = new Date(Date.now() - 31 * 86_400_000).toISOString();
  const answer = await collector.batch([
    ...Array.from({ length: 200 }, () => pageVisit(visitor, "/pricing")),
    track("Order", { value: 1e300 }),
    track("Order", { value: "1e9" }),
    track("Page Engaged", { path: "/pricing", active_ms: 1e12 }),
    track("Score Adjusted", { axis: "interest", value: 1_000 }),
    track("Score Reset", {}),
    track("Visit Summary", { pages: 1_000 }),
    { type: "track", event: "Order", userId: "ann", properties: { value: 100 } },
    pageVisit(visitor, "/pricing", { timestamp: future }),
    pageVisit(visitor, "/pricing", { timestamp: past }),
  ]);
  expect(answer.rejected.map(({ reason }) => reason)).toEqual([
    "invalid_value",
    "invalid_active_ms",
    "reserved_event",
    "reserved_event",
    "reserved_event",
    "unverified_user",
    "timestamp_in_future",
    "timestamp_too_old",
  ]);
  expect((await collector.score(`anon:${visitor}`, "model=inflated&explain=1")).score).toBe(80);
  expect((await collector.read("/v1/contacts/user:ann")).status).toBe(404);
});

test("a visitor who claims to be somebody else becomes nobody else", async () => {
  const [victim, visitor] = [`user-${newVisitor()}`, newVisitor()];
  const known = {
    batch: [{ type: "page", userId: victim, messageId: "own", properties: { path: "/pricing" } }],
  };
  await collector.send(known, { authorization: `Bearer ${SECRET_KEY}` });
  const before = await (await collector.read(`/v1/contacts/user:${victim}`)).text();
  const claim = (type: string, more: object = {}) => ({
    type,
    anonymousId: visitor,
    userId: victim,
    messageId: `${type}-${visitor}`,
    ...more,
  });
  const answer = await collector.batch([
    claim("identify", { traits: { plan: "enterprise" } }),
    claim("alias", { previousId: victim }),
    claim("track", { event: "Unsubscribed" }),
    { ...claim("page"), anonymousId: undefined },
    { ...claim("page"), anonymousId: "", messageId: "none" },
    ...Array.from({ length: 30 }, (_, i) => ({
      ...claim("identify"),
      userId: `other-${i}`,
      messageId: `i${i}`,
    })),
  ]);
  expect(answer.rejected.map(({ reason }) => reason)).toEqual(["unverified_user", "unverified_user"]);
  expect(await (await collector.read(`/v1/contacts/user:${victim}`)).text()).toBe(before);
  const own = (await (await collector.read(`/v1/contacts/anon:${visitor}`)).json()) as {
    contact: string;
    claims: string[];
  };
  expect(own.contact).toBe(`anon:${visitor}`);
  expect([own.claims.length, own.claims[0]]).toEqual([16, `user:${victim}`]);
  expect((await collector.read("/v1/contacts/user:other-1")).status).toBe(404);
});

describe("our script, on a page", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await newBrowser();
  });
  afterAll(() => browser.dispose());

  test("keeps what is refused for the moment, and delivers it all when it may", async () => {
    await setLimits({ eventsPerVisitor: { burst: 3, perMinute: 1 } });
    const site = await startSite(collector.url);
    try {
      const page = await browser.open();
      const refusals: number[] = [];
      page.on("response", (response) => {
        if (response.status() === 429) refusals.push(response.status());
      });
      await page.clock.install();
      await page.goto(`${site.url}/a`);
      await page.waitForFunction("!!window.afterglow?.flush");
      const ref = `anon:${await visitorOf(page)}`;
      await until(
        () => collector.read(`/v1/contacts/${encodeURIComponent(ref)}`),
        ({ status }) => status === 200,
      );
      const track = (name: string) =>
        page.evaluate(`afterglow.track(${JSON.stringify(name)}), afterglow.flush()`);
      for (const name of ["One", "Two", "Three", "Four"]) await track(name);
      await until(
        () => Promise.resolve(refusals.length),
        (count) => count > 0,
      );
      await setLimits({});
      const names = await until(
        async () => {
          // Its own patience, and what Retry-After asks for.
          await page.clock.runFor(3_600_000);
          const days = await collector.timeline(ref);
          return days.flatMap(({ facts }) => facts.map(({ event, count }) => `${event} ${count}`));
        },
        (found) => ["One 1", "Two 1", "Three 1", "Four 1"].every((each) => found.includes(each)),
      );
      expect(names).toContain("page 1");
    } finally {
      await site.close();
    }
  });
});
