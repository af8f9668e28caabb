import type { Page, Request } from "playwright-core";
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from "vitest";

import type { WireEvent } from "../../sdk/index.ts";
import { newBrowser, type TestBrowser, visitorOf } from "../support/browser.ts";
import { startTestCollector, type TestCollector } from "../support/collector.ts";
import { keptEvents } from "../support/kept-events.ts";
import { startSite, type TestSite } from "../support/site.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
let site: TestSite;
let browser: TestBrowser;
beforeAll(async () => {
  collector = await startTestCollector();
  site = await startSite(collector.url);
});
afterAll(async () => {
  await site.close();
  await collector.close();
});
beforeEach(async () => {
  browser = await newBrowser();
});
afterEach(() => browser.dispose());

interface Sent {
  readonly batch: readonly WireEvent[];
  readonly confirm: readonly string[];
}

/** What leaves the browser for the collector from now on. */
function watch(page: Page): { parcels: Sent[]; urls: string[] } {
  const [parcels, urls] = [[] as Sent[], [] as string[]];
  page.context().on("request", (request: Request) => {
    if (!request.url().startsWith(collector.url)) return;
    urls.push(request.url());
    if (request.method() === "POST") parcels.push(JSON.parse(request.postData() ?? "{}") as Sent);
  });
  return { parcels, urls };
}

const counted = async (ref: string) =>
  (await collector.timeline(ref).catch(() => []))
    .flatMap((day) => day.facts)
    .reduce((sum, fact) => sum + fact.count, 0);

test("an event right before leaving goes by beacon, is confirmed by the next page, and is not sent again", async () => {
  const page = await browser.open();
  const { parcels } = watch(page);
  await page.goto(`${site.url}/first`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.evaluate(() => {
    (window as unknown as { afterglow: { track(name: string): void } }).afterglow.track("Video Played");
    location.href = "/second";
  });
  await page.waitForURL("**/second");
  const ref = `anon:${await visitorOf(page)}`;
  await until(
    () => counted(ref),
    (count) => count === 3,
  );
  await until(
    () => keptEvents(page),
    (kept) => kept.length === 0,
  );
  const ids = parcels.flatMap((parcel) => parcel.batch.map((event) => event.messageId));
  expect(new Set(ids).size).toBe(ids.length);
  expect(parcels.some((parcel) => parcel.confirm.length > 0)).toBe(true);
});

test("events whose answer was lost are sent again, and counted once", async () => {
  const page = await browser.open();
  let lost = 0;
  await page.context().route(`${collector.url}/v1/batch`, async (route) => {
    if (lost >= 2) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await page.goto(`${site.url}/pricing`);
  const ref = `anon:${await visitorOf(page)}`;
  await until(
    () => keptEvents(page),
    (kept) => kept.length === 0 && lost === 2,
  );
  expect(await counted(ref)).toBe(1);
});

test("a server that answers 500 costs nothing but time", async () => {
  const page = await browser.open();
  let refused = 0;
  await page.context().route(`${collector.url}/v1/batch`, async (route) => {
    if (refused >= 2) return route.continue();
    refused += 1;
    return route.fulfill({ status: 500, body: "no" });
  });
  await page.goto(`${site.url}/pricing`);
  const ref = `anon:${await visitorOf(page)}`;
  await until(
    () => counted(ref),
    (count) => count === 1,
  );
  expect(refused).toBe(2);
});

test("events of a visitor who was left behind still go to that visitor", async () => {
  const page = await browser.open();
  await page.goto(`${site.url}/pricing`);
  const before = `anon:${await visitorOf(page)}`;
  await page.evaluate(async () => {
    const { afterglow } = window as unknown as {
      afterglow: { track(name: string): void; reset(): void; flush(): Promise<void> };
    };
    afterglow.track("Before");
    afterglow.reset();
    afterglow.track("After");
    await afterglow.flush();
  });
  const after = `anon:${await visitorOf(page)}`;
  expect(after).not.toBe(before);
  const names = async (ref: string) =>
    (await collector.timeline(ref)).flatMap((day) => day.facts.map((fact) => fact.event)).toSorted();
  expect([await names(before), await names(after)]).toEqual([["Before", "page"], ["After"]]);
});

for (const [title, consent] of [
  ["denied", "denied"],
  ["not given yet", "required"],
]) {
  test(`with consent ${title} nothing is stored and nothing is sent`, async () => {
    const careful = await startSite(collector.url, `data-consent="${consent}"`);
    try {
      const page = await browser.open();
      const { urls } = watch(page);
      await page.goto(`${careful.url}/pricing`);
      await page.waitForFunction(() => "afterglow" in window);
      await page.evaluate(async () => {
        const { afterglow } = window as unknown as {
          afterglow: { track(name: string): void; score(): Promise<unknown>; flush(): Promise<void> };
        };
        afterglow.track("Hidden");
        await afterglow.score();
        await afterglow.flush();
      });
      await page.goto(`${careful.url}/about`);
      await page.waitForFunction(() => "afterglow" in window);
      expect(urls).toEqual([]);
      expect(await page.context().cookies()).toEqual([]);
      expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
      expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
    } finally {
      await careful.close();
    }
  });
}

test("withdrawn consent deletes what is stored, and given consent starts with the page at hand", async () => {
  const page = await browser.open();
  await page.goto(`${site.url}/pricing`);
  const ref = `anon:${await visitorOf(page)}`;
  await page.evaluate(() => {
    const { afterglow } = window as unknown as {
      afterglow: { track(name: string): void; consent(state: string): void };
    };
    afterglow.track("Unsent");
    afterglow.consent("denied");
  });
  await until(
    () => keptEvents(page),
    (kept) => kept.length === 0,
  );
  expect(await page.context().cookies()).toEqual([]);
  await page.goto("about:blank");
  expect(await counted(ref)).toBeLessThanOrEqual(1);
});
