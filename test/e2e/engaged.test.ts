import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import type { WireEvent } from "../../sdk/index.ts";
import { readFor, type TestBrowser, visitorOf } from "../support/browser.ts";
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

/** A page whose clock stands still until the story lets it run. */
async function openPage(path: string): Promise<Page> {
  const page = await browser.open();
  await page.clock.install();
  await page.goto(wired.site.url + path);
  await page.waitForFunction(() => "afterglow" in window);
  await page.clock.pauseAt(Date.now() + 1_000);
  return page;
}

const engagedOf = (events: readonly WireEvent[]) => events.filter(({ event }) => event === "Page Engaged");
const msOf = (event: WireEvent | undefined) => Number(event?.properties?.["active_ms"] ?? 0);

/** Waits until the browser's store holds engaged time for which this holds. */
const untilEngaged = (page: Page, holds: (events: readonly WireEvent[]) => boolean) =>
  until(async () => engagedOf(await keptEvents(page)), holds);

/** The engaged time that the collector has of the page's visitor, by path, in milliseconds. */
async function countedMs(page: Page): Promise<Record<string, number>> {
  const days = await wired.collector.timeline(`anon:${await visitorOf(page)}`).catch(() => []);
  const counted: Record<string, number> = {};
  for (const { properties, activeMs } of days.flatMap(({ facts }) => facts)) {
    const path = properties["path"] ?? "";
    if (activeMs > 0) counted[path] = (counted[path] ?? 0) + activeMs;
  }
  return counted;
}

/** What was sent of engaged time since `from`. */
const sentSince = (from: number) =>
  wired.relay
    .heard()
    .slice(from)
    .match(/"event":"Page Engaged"/g) ?? [];

test("engaged time grows in the browser's store under one id, and is sent once, when the page is left", async () => {
  const from = wired.relay.heard().length;
  const page = await openPage("/long");
  await readFor(page, 20);
  const [first] = await untilEngaged(page, ([event]) => msOf(event) >= 14_000);
  await readFor(page, 40);
  const later = await untilEngaged(page, ([event]) => msOf(event) >= 59_000);
  expect(later.map(({ messageId }) => messageId)).toEqual([first?.messageId]);
  expect(sentSince(from)).toEqual([]);

  await page.goto(`${wired.site.url}/next`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.clock.runFor(100);
  await until(
    () => countedMs(page),
    (counted) => (counted["/long"] ?? 0) >= 59_000,
  );
  expect(sentSince(from)).toHaveLength(1);
  expect((await countedMs(page))["/long"]).toBeLessThan(63_000);
});

test("what another page that is still read has gathered is left alone, and counted once", async () => {
  const from = wired.relay.heard().length;
  const reading = await openPage("/reading");
  await readFor(reading, 20);
  await untilEngaged(reading, ([event]) => msOf(event) >= 14_000);
  const other = await browser.context().newPage();
  await other.goto(`${wired.site.url}/other`);
  await other.waitForFunction(() => "afterglow" in window);
  await other.clock.runFor(2_000);
  await until(
    () => keptEvents(other),
    (events) => events.every(({ event }) => event === "Page Engaged"),
  );
  expect(sentSince(from)).toEqual([]);
  expect(engagedOf(await keptEvents(other))).toHaveLength(1);

  await reading.bringToFront();
  await readFor(reading, 20);
  await reading.goto("about:blank");
  await until(
    () => countedMs(other),
    (counted) => (counted["/reading"] ?? 0) >= 39_000,
  );
});

test("of a page that crashed, what was gathered until 15 seconds before is sent a minute later, once", async () => {
  const page = await openPage("/crashing");
  await readFor(page, 40);
  await untilEngaged(page, ([event]) => msOf(event) >= 29_000);
  const from = wired.relay.heard().length;
  const after = await browser.context().newPage();
  const crashed = page.waitForEvent("crash");
  const session = await browser.context().newCDPSession(page);
  // The answer never comes.
  session.send("Page.crash").catch(() => undefined);
  await crashed;
  await page.close();

  await after.goto(`${wired.site.url}/after`);
  await after.waitForFunction(() => "afterglow" in window);
  await after.clock.runFor(2_000);
  await until(
    () => keptEvents(after),
    (events) => events.length === 1,
  );
  expect(sentSince(from)).toEqual([]);
  await after.clock.runFor(60_000);
  await after.evaluate(() => {
    void (window as unknown as { afterglow: PageApi }).afterglow.flush();
  });
  const counted = await until(
    () => countedMs(after),
    (all) => (all["/crashing"] ?? 0) > 0,
  );
  expect(counted["/crashing"]).toBeGreaterThanOrEqual(29_000);
  await until(
    () => keptEvents(after),
    (events) => events.length === 0,
  );
  expect(sentSince(from).length).toBeLessThanOrEqual(2);
  expect((await countedMs(after))["/crashing"]).toBe(counted["/crashing"]);
});

test("a pause ends one measurement, and reading on begins another: no second is lost or counted twice", async () => {
  const page = await openPage("/paused");
  await readFor(page, 20);
  const [first] = await untilEngaged(page, ([event]) => msOf(event) > 0);
  expect(first?.draft).toBe(true);
  // Nothing happens for longer than a visitor counts as present, and than time may still grow.
  await page.clock.runFor(120_000);
  await untilEngaged(page, (events) => events.every(({ draft }) => !draft));
  await readFor(page, 20);
  const [second] = await untilEngaged(page, (events) => events.some(({ draft }) => draft)).then((events) =>
    events.filter(({ draft }) => draft),
  );
  expect(second?.messageId).not.toBe(first?.messageId);
  await page.goto(`${wired.site.url}/next`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.clock.runFor(100);
  const counted = await until(
    () => countedMs(page),
    (all) => (all["/paused"] ?? 0) > 45_000,
  );
  // 30 seconds after the only act of the first part, as nobody can know that the visitor has gone; then 20.
  expect(counted["/paused"]).toBeGreaterThanOrEqual(49_000);
  expect(counted["/paused"]).toBeLessThanOrEqual(52_000);
});

test("on a single-page site each page has its own, and stopping ends the last one", async () => {
  const page = await openPage("/one");
  await readFor(page, 20);
  await page.evaluate(() => history.pushState({}, "", "/two"));
  await page.clock.runFor(100);
  await readFor(page, 10);
  await page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.stop());
  await readFor(page, 20);
  await page.goto(`${wired.site.url}/next`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.clock.runFor(2_000);
  const counted = await until(
    () => countedMs(page),
    (all) => (all["/two"] ?? 0) > 0 && (all["/one"] ?? 0) > 0,
  );
  expect(counted["/one"]).toBeGreaterThanOrEqual(19_000);
  expect(counted["/one"]).toBeLessThan(22_000);
  expect(counted["/two"]).toBeGreaterThanOrEqual(9_000);
  expect(counted["/two"]).toBeLessThan(12_000);
});
