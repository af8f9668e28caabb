import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { readFor, type TestBrowser, visitorOf } from "../support/browser.ts";
import { factsOfVisitor } from "../support/facts.ts";
import { keptEvents } from "../support/kept-events.ts";
import type { PageApi } from "../support/page-api.ts";
import { until } from "../support/until.ts";
import { eachWithBrowser, type WiredSite } from "../support/wired-site.ts";

let wired: WiredSite;
let browser: TestBrowser;
eachWithBrowser((site, own) => {
  wired = site;
  browser = own;
});

/** Until the page has heard that its visit is counted, and has looked for what others have left. */
async function untilShown(page: Page, path: string): Promise<void> {
  await page.waitForURL(`**${path}`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.clock.runFor(500);
  await page.waitForFunction(() => (window as unknown as { isHeard?: true }).isHeard);
  await page.clock.runFor(3_000);
  await page.evaluate(async () => {
    const { held = [] } = await navigator.locks.query();
    for (const { name = "" } of held) await navigator.locks.request(name, () => undefined);
  });
}

/** The first page of a visit. By its clock, time passes only as the story says. */
async function arrive(path: string): Promise<Page> {
  const page = await browser.open();
  await page.addInitScript(() => {
    document.addEventListener("afterglow", (event) => {
      const { type } = (event as CustomEvent<{ type: string }>).detail;
      if (type === "acked") Object.assign(window, { isHeard: true });
    });
  });
  await page.clock.install();
  await page.goto(wired.site.url + path);
  await untilShown(page, path);
  return page;
}

/** Goes on as by a link of the page. */
async function goOn(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => location.assign(to), path);
  await untilShown(page, path);
}

const track = (page: Page, ...names: readonly string[]) =>
  page.evaluate((all) => {
    for (const name of all) (window as unknown as { afterglow: PageApi }).afterglow.track(name);
  }, names);

/** What has been posted since `from`, each with all events of it. */
const postsSince = (from: number) =>
  wired.relay
    .heard()
    .slice(from)
    .split("POST /v1/batch")
    .slice(1)
    .map((post) => [...post.matchAll(/"event":"([^"]+)"|"type":"page"/g)].map(([, name]) => name ?? "page"));

/** How often each event was counted; visits by path. */
async function counted(visitor: string): Promise<Record<string, number>> {
  const facts = await factsOfVisitor(wired.collector, visitor).catch(() => []);
  const counts: Record<string, number> = {};
  for (const { event, properties, count } of facts) {
    const name = event === "page" ? (properties["path"] ?? "") : event;
    if (count > 0) counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
}

const PATHS = ["/one", "/two", "/three", "/four", "/five"];

test("a visit of five pages with four events each takes six requests, and each event is sent once", async () => {
  const from = wired.relay.heard().length;
  const page = await arrive("/one");
  const visitor = await visitorOf(page);
  for (const path of PATHS) {
    if (path !== "/one") await goOn(page, path);
    await readFor(page, 20);
    await track(page, `Video Played ${path}`, `Tour Taken ${path}`);
    await readFor(page, 20);
  }
  await page.goto("about:blank");
  const expected = PATHS.flatMap((path) => [
    [path, 1],
    [`Video Played ${path}`, 1],
    [`Tour Taken ${path}`, 1],
  ]);
  await until(
    () => counted(visitor),
    (counts) => Object.keys(counts).length === expected.length,
  );
  expect(await counted(visitor)).toEqual(Object.fromEntries(expected));
  const facts = await factsOfVisitor(wired.collector, visitor);
  // The site's own pages are nowhere to come from.
  expect(facts.filter(({ properties }) => properties["referrer"])).toEqual([]);
  const engaged = facts.filter(({ activeMs }) => activeMs > 0);
  expect(new Set(engaged.map(({ properties }) => properties["path"]))).toEqual(new Set(PATHS));
  for (const { activeMs } of engaged) expect(activeMs).toBeGreaterThanOrEqual(39_000);
  const posts = postsSince(from);
  expect(posts).toHaveLength(PATHS.length + 1);
  expect(posts.flat().toSorted()).toEqual(
    PATHS.flatMap((path) => [
      "page",
      "Page Engaged",
      `Video Played ${path}`,
      `Tour Taken ${path}`,
    ]).toSorted(),
  );
});

test("what waits when a visitor goes on to a page without the script arrives with the next that has it", async () => {
  const from = wired.relay.heard().length;
  const page = await arrive("/one");
  const visitor = await visitorOf(page);
  await track(page, "Video Played");
  // The script itself, shown as text: a page of the same site.
  await page.evaluate(() => location.assign("/afterglow.js"));
  await page.waitForURL("**/afterglow.js");
  await browser.close();
  expect(postsSince(from)).toEqual([["page"]]);

  const later = await browser.open();
  await later.goto(`${wired.site.url}/later`);
  await until(
    () => counted(visitor),
    (counts) => Object.keys(counts).length === 3,
  );
  expect(await counted(visitor)).toEqual({ "/one": 1, "Video Played": 1, "/later": 1 });
  await until(
    () => keptEvents(later),
    (kept) => kept.length === 0,
  );
});

test("what waits is sent when the visitor goes on to another site, and when the tab is closed", async () => {
  const page = await arrive("/one");
  const visitor = await visitorOf(page);
  const other = wired.site.url.replace("localhost", "127.0.0.1");
  await track(page, "Left");
  await page.evaluate((to) => location.assign(to), `${other}/afterglow.js`);
  await page.waitForURL(`${other}/**`);
  await until(
    () => counted(visitor),
    (counts) => counts["Left"] === 1,
  );
  await page.evaluate((to) => location.assign(to), `${wired.site.url}/two`);
  await untilShown(page, "/two");
  const facts = await factsOfVisitor(wired.collector, visitor);
  const referrers = facts.map(({ properties }) => properties["referrer"]).filter(Boolean);
  expect(referrers).toEqual([new URL(other).host]);
  await track(page, "Closed");
  await browser.context().newPage();
  await page.close({ runBeforeUnload: true });
  await until(
    () => counted(visitor),
    (counts) => counts["Closed"] === 1,
  );
});

test("events gather for a minute; a visit, an identity and a form that is sent take them along at once", async () => {
  const from = wired.relay.heard().length;
  const page = await arrive("/one");
  const visitor = await visitorOf(page);
  /** And until the page has heard of it: what happens before shares the next request of a series. */
  const untilCounts = async (name: string) => {
    await until(
      () => counted(visitor),
      (counts) => name in counts,
    );
    await until(
      () => keptEvents(page),
      (kept) => kept.every(({ draft }) => draft),
    );
  };
  await untilCounts("/one");
  // From when the page looks for what others have left.
  await page.clock.runFor(60_000);
  await track(page, "First");
  await page.clock.runFor(30_000);
  await track(page, "Second");
  await page.clock.runFor(20_000);
  expect(postsSince(from)).toEqual([["page"]]);
  await page.clock.runFor(15_000);
  await untilCounts("Second");
  const gathered = postsSince(from)[1]?.filter((name) => name !== "Page Engaged");
  expect(gathered).toEqual(["First", "Second"]);

  await track(page, "Third");
  await page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.identify("42"));
  await untilCounts("identify");
  await track(page, "Fourth");
  await page.evaluate(() => history.pushState({}, "", "/two"));
  await page.clock.runFor(100);
  await untilCounts("/two");
  await page.evaluate(() => addEventListener("submit", (event) => event.preventDefault()));
  await page.fill("input", "ann@corp.example");
  await page.click("button");
  await untilCounts("Form Submitted");
  expect(await counted(visitor)).toEqual({
    "/one": 1,
    "/two": 1,
    First: 1,
    Second: 1,
    Third: 1,
    Fourth: 1,
    identify: 1,
    "Form Started": 1,
    "Form Submitted": 1,
  });
  expect(postsSince(from)).toHaveLength(5);
});
