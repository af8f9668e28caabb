import { readFile } from "node:fs/promises";

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import type { TestBrowser } from "../support/browser.ts";
import { flush, type PageApi, untilRunning } from "../support/page-api.ts";
import { startSite } from "../support/site.ts";
import { until } from "../support/until.ts";
import { eachWithBrowser, type WiredSite } from "../support/wired-site.ts";

let wired: WiredSite;
let browser: TestBrowser;
eachWithBrowser((site, own) => {
  wired = site;
  browser = own;
});

type Global = { afterglow: PageApi; early?: string; errors: string[] };

const stub = () => readFile(new URL("../../dist/afterglow-stub.js", import.meta.url), "utf8");
const bandOf = (page: Page) => page.evaluate(() => document.documentElement.dataset["afterglowBand"]);
const keptOf = (page: Page) => page.evaluate(() => localStorage.getItem("afterglowBand"));

/** A site that notes the band as soon as the head is read, before there is anything to paint. */
async function startBandSite(attributes = "") {
  const head = `<script>${await stub()}</script><script>
    early = document.documentElement.dataset.afterglowBand; errors = [];
    addEventListener("error", ({ message }) => errors.push(message));</script>`;
  return startSite(wired.relay.url, attributes, { head });
}

/** Two visits of Pricing are 20 points. */
async function becomeWarm(url: string): Promise<Page> {
  const page = await browser.open();
  await page.goto(`${url}/pricing`);
  await untilRunning(page);
  await page.evaluate(() => (window as unknown as Global).afterglow.page({ path: "/pricing" }));
  await flush(page);
  return page;
}

test("the band stands on <html> when an answer has told it, and on the next page before anything is painted", async () => {
  const site = await startBandSite();
  try {
    const page = await becomeWarm(site.url);
    expect(
      await until(
        () => bandOf(page),
        (band) => band === "warm",
      ),
    ).toBe("warm");
    expect(await page.evaluate(() => (window as unknown as Global).early)).toBe("");
    const next = await browser.context().newPage();
    await next.route("**/afterglow.js", (route) => route.abort());
    await next.goto(`${site.url}/next`);
    expect(await next.evaluate(() => (window as unknown as Global).early)).toBe("warm");
    expect(await page.evaluate(() => (window as unknown as Global).errors)).toEqual([]);
  } finally {
    await site.close();
  }
});

test.each([
  ["reset()", (page: Page) => page.evaluate(() => (window as unknown as Global).afterglow.reset())],
  [
    "withdrawn consent",
    (page: Page) => page.evaluate(() => (window as unknown as Global).afterglow.consent("denied")),
  ],
])("%s takes the band away", async (_, leave) => {
  const site = await startBandSite();
  try {
    const page = await becomeWarm(site.url);
    await until(
      () => bandOf(page),
      (band) => band === "warm",
    );
    await leave(page);
    expect([await bandOf(page), await keptOf(page)]).toEqual([undefined, null]);
  } finally {
    await site.close();
  }
});

test("without consent nothing is kept of a band", async () => {
  const site = await startBandSite('data-consent="required"');
  try {
    const page = await browser.open();
    await page.goto(`${site.url}/pricing`);
    await untilRunning(page);
    expect([await bandOf(page), await keptOf(page)]).toEqual(["", null]);
  } finally {
    await site.close();
  }
});

test("a page whose storage is blocked is not disturbed, and says the band as soon as it is told", async () => {
  const site = await startBandSite();
  try {
    const page = await browser.open();
    // As Chromium does where the visitor has blocked all cookies.
    await page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("Access is denied for this document.", "SecurityError");
        },
      });
    });
    await page.goto(`${site.url}/pricing`);
    const found = await until(
      () => bandOf(page),
      (band) => band !== undefined,
    );
    expect(found).toBe("cold");
    expect(await page.evaluate(() => (window as unknown as Global).errors)).toEqual([]);
  } finally {
    await site.close();
  }
});

test("a call of a name that there is not keeps no other from being made", async () => {
  const head = `<script>${await stub()}</script><script>afterglow.trak("Lost"); afterglow.track("Found");</script>`;
  const site = await startSite(wired.relay.url, "", { head });
  try {
    const page = await browser.open();
    const from = wired.relay.heard().length;
    await page.goto(`${site.url}/first`);
    await untilRunning(page);
    await flush(page);
    expect(wired.relay.heard().slice(from)).toContain('"event":"Found"');
  } finally {
    await site.close();
  }
});
