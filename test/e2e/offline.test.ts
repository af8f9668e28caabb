import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { dayToIso } from "../../shared/day.ts";
import { newBrowser, readFor, type TestBrowser, visitorOf } from "../support/browser.ts";
import { keptEvents } from "../support/kept-events.ts";
import { until } from "../support/until.ts";
import { startWiredSite, type WiredSite } from "../support/wired-site.ts";

let wired: WiredSite;
let collector: WiredSite["collector"];
let relay: WiredSite["relay"];
let site: WiredSite["site"];
let browser: TestBrowser;
beforeAll(async () => {
  wired = await startWiredSite();
  ({ collector, relay, site } = wired);
  browser = await newBrowser();
});
afterAll(async () => {
  await browser.dispose();
  await wired.close();
});

const DAY_MS = 86_400_000;
const PATHS = ["/", "/pricing", "/about", "/careers"];

test("four pages visited without network arrive another day, once, on the day they were visited", async () => {
  const today = Math.floor(Date.now() / DAY_MS);
  let page = await browser.open();
  // It is noon, two days ago. The site is at hand (a cache would do); the network to the collector is gone.
  await page.clock.install({ time: (today - 2) * DAY_MS + DAY_MS / 2 });
  await relay.cut();
  for (const path of PATHS) {
    await page.goto(site.url + path);
    await page.waitForFunction(() => "afterglow" in window);
    await until(
      () => keptPaths(page),
      (paths) => paths.includes(path),
    );
  }
  // The last page is read for a while: what is engaged of it is kept as it grows, not only when the page is left.
  await readFor(page, 40);
  await until(
    () => keptEvents(page),
    (events) => events.some(({ properties }) => Number(properties?.["active_ms"]) >= 29_000),
  );
  const ref = `anon:${await visitorOf(page)}`;
  await browser.close();

  await relay.mend();
  page = await browser.open();
  await page.goto(`${site.url}/blog`);
  const days = await until(
    () => collector.timeline(ref).catch(() => []),
    (all) => all.flatMap((day) => day.facts.filter((fact) => fact.count > 0)).length === PATHS.length + 1,
  );
  const visits = days.map(({ day, facts }) => [
    day,
    Object.fromEntries(
      facts.filter((fact) => fact.count > 0).map((fact) => [fact.properties["path"], fact.count]),
    ),
  ]);
  expect(Object.fromEntries(visits)).toEqual({
    [dayToIso(today)]: { "/blog": 1 },
    [dayToIso(today - 2)]: { "/": 1, "/pricing": 1, "/about": 1, "/careers": 1 },
  });
  const engagedMs = days.find(({ day }) => day === dayToIso(today - 2))?.facts.map((fact) => fact.activeMs);
  expect(engagedMs?.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(29_000);
  await until(
    () => keptEvents(page),
    (events) => events.length === 0,
  );
});

/** The paths of the page visits that the browser still keeps. */
async function keptPaths(page: Page): Promise<unknown[]> {
  const events = await keptEvents(page);
  return events.filter(({ type }) => type === "page").map(({ properties }) => properties?.["path"]);
}
