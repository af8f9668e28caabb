import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";

import { newBrowser, type TestBrowser } from "../support/browser.ts";
import { type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { flush, type PageApi, untilRunning } from "../support/page-api.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
let browser: TestBrowser;
withCollector((own) => {
  collector = own;
});
beforeEach(async () => {
  browser = await newBrowser();
});
afterEach(() => browser.dispose());

const USUAL = "Stop the crane for the wind, not for the forecast.";
const HOT = "Now see it on your own crane.";

const hero = (page: Page) => page.locator(".hero .words");
const heading = (page: Page) => hero(page).locator("h1").innerText();
const actions = (page: Page) => hero(page).locator(".actions a:visible").allInnerTexts();

/** Five visits of Pricing are 50 points. */
async function becomeHot(page: Page): Promise<void> {
  await page.goto(`${collector.url}/demo/pricing`);
  await untilRunning(page);
  await page.evaluate(() => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    for (let n = 0; n < 4; n += 1) afterglow.page({ path: "/demo/pricing" });
  });
  await flush(page);
  const score = () => page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.score());
  await until(score, (answer) => answer?.band === "hot");
}

/** What has moved by itself within a part of the page. */
function shiftsIn(page: Page, part: string): Promise<string[]> {
  return page.evaluate(
    (selector) =>
      new Promise<string[]>((resolve) => {
        type Shift = PerformanceEntry & { readonly sources: readonly { readonly node?: Node }[] };
        const moved = (entries: readonly PerformanceEntry[]) =>
          (entries as readonly Shift[])
            .flatMap(({ sources }) => sources.map(({ node }) => node))
            .filter((node) => node && document.querySelector(selector)?.contains(node))
            .map((node) => (node as Element).outerHTML ?? String(node?.textContent));
        new PerformanceObserver((list) => resolve(moved(list.getEntries()))).observe({
          type: "layout-shift",
          buffered: true,
        });
        // Where nothing has moved at all, nobody is called.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve([])));
      }),
    part,
  );
}

test("a hot visitor is greeted by another hero and a call to book, painted so from the first moment on", async () => {
  const page = await browser.open();
  await page.goto(`${collector.url}/demo/`);
  expect(await heading(page)).toBe(USUAL);
  expect(await actions(page)).toEqual(["Request a demo", "What it costs"]);
  await becomeHot(page);

  // Our script comes after the first picture is taken.
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route("**/afterglow.js", (route) => released.then(() => route.continue()));
  await page.goto(`${collector.url}/demo/`, { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  const first = await hero(page).screenshot();
  expect(await heading(page)).toBe(HOT);
  expect(await actions(page)).toEqual(["Book a call", "What it costs"]);
  release();
  await untilRunning(page);
  await flush(page);
  expect((await hero(page).screenshot()).equals(first)).toBe(true);
  expect(await shiftsIn(page, ".hero")).toEqual([]);
  await page.getByRole("link", { name: "Book a call" }).click();
  await page.waitForURL("**/demo/book-a-call");
});

test("the same visitor sees it with JavaScript switched off, and another one does not", async () => {
  await becomeHot(await browser.open());
  await browser.close();
  const page = await browser.open({ javaScriptEnabled: false });
  await page.goto(`${collector.url}/demo/`);
  expect(await heading(page)).toBe(HOT);
  expect(await actions(page)).toEqual(["Book a call", "What it costs"]);
  const other = await newBrowser();
  try {
    const theirs = await other.open({ javaScriptEnabled: false });
    await theirs.goto(`${collector.url}/demo/`);
    expect(await heading(theirs)).toBe(USUAL);
    expect(await actions(theirs)).toEqual(["Request a demo", "What it costs"]);
  } finally {
    await other.dispose();
  }
});

test("the page of one visitor is nobody else's, and says nothing of what was not chosen", async () => {
  const answer = await fetch(`${collector.url}/demo/`);
  expect(answer.headers.get("cache-control")).toBe("private, no-cache");
  const text = await answer.text();
  expect(text).toContain(USUAL);
  expect(text).not.toContain("Book a call");
  expect(text).not.toContain("data-afterglow-show");
});
