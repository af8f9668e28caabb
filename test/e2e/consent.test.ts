import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { readFor, type TestBrowser, visitorOf } from "../support/browser.ts";
import { factsOfVisitor, visitsOfPage } from "../support/facts.ts";
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

async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await untilRunning(page);
}

/** Everything that a site can keep on a device, by name. */
async function storedOn(page: Page): Promise<string[]> {
  const cookies = (await page.context().cookies()).map(({ name }) => name);
  const others = await page.evaluate(async () => [
    ...(await indexedDB.databases()).map(({ name }) => name ?? ""),
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await caches.keys()),
  ]);
  return [...cookies, ...others];
}

const consent = (page: Page, state: "granted" | "denied" | "required") =>
  page.evaluate((to) => (window as unknown as { afterglow: PageApi }).afterglow.consent(to), state);

test("withdrawal deletes the cookie and the database itself, also while another tab has it open", async () => {
  const page = await browser.open();
  await visit(page, `${wired.site.url}/one`);
  const other = await browser.context().newPage();
  await visit(other, `${wired.site.url}/two`);
  await Promise.all([flush(page), flush(other)]);
  expect(await storedOn(page)).toHaveLength(2);
  await consent(page, "denied");
  await until(
    () => storedOn(page),
    (stored) => stored.length === 0,
  );
});

test("a page that comes with consent denied deletes what was stored before", async () => {
  const page = await browser.open();
  await page.route("**/later", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("data-write-key", 'data-consent="denied" data-write-key');
    await route.fulfill({ response, body });
  });
  await visit(page, `${wired.site.url}/before`);
  await flush(page);
  expect(await storedOn(page)).toHaveLength(2);
  await visit(page, `${wired.site.url}/later`);
  await until(
    () => storedOn(page),
    (stored) => stored.length === 0,
  );
});

test("an answer that comes after the withdrawal brings nothing back", async () => {
  const page = await browser.open();
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.context().route(`${wired.relay.url}/v1/batch`, async (route) => {
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  const asked = page.waitForRequest("**/v1/batch");
  await visit(page, `${wired.site.url}/slow`);
  await asked;
  await consent(page, "denied");
  // The deletion takes its time.
  await until(
    () => storedOn(page),
    (stored) => stored.length === 0,
  );
  const answered = page.waitForResponse("**/v1/batch");
  release?.();
  await (await answered).finished();
  await flush(page);
  expect(await storedOn(page)).toEqual([]);
});

test("consent that is given again at once loses nothing of what happens next", async () => {
  const page = await browser.open();
  await visit(page, `${wired.site.url}/again`);
  await flush(page);
  const before = await visitorOf(page);
  await page.evaluate(async () => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    afterglow.consent("denied");
    afterglow.consent("granted");
    afterglow.track("After");
    await afterglow.flush();
  });
  const after = await visitorOf(page);
  expect(after).not.toBe(before);
  const counts = (await factsOfVisitor(wired.collector, after)).map(({ event, count }) => [event, count]);
  expect(Object.fromEntries(counts)).toEqual({ page: 1, After: 1 });
});

describe.each([
  ["Global Privacy Control", "globalPrivacyControl", true],
  ["Do Not Track", "doNotTrack", "1"],
])("a browser that sends %s", (_, name, value) => {
  const refuse = (page: Page) =>
    page.addInitScript(
      ([property, to]) => Object.defineProperty(Navigator.prototype, String(property), { get: () => to }),
      [name, value],
    );

  test("is left alone, unless its visitor agrees", async () => {
    const page = await browser.open();
    await refuse(page);
    const from = wired.relay.heard().length;
    await visit(page, `${wired.site.url}/private`);
    await page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.track("Hidden"));
    await flush(page);
    expect(await storedOn(page)).toEqual([]);
    expect(wired.relay.heard().slice(from)).toBe("");
    await consent(page, "granted");
    expect(await visitsOfPage(wired.collector, page)).toEqual({ "/private": 1 });
    expect(wired.relay.heard().slice(from)).not.toContain("Hidden");
  });

  test("counts as the site says where the site has asked its visitor", async () => {
    const asked = await startSite(wired.relay.url, 'data-consent="granted"');
    try {
      const page = await browser.open();
      await refuse(page);
      await visit(page, `${asked.url}/agreed`);
      expect(await visitsOfPage(wired.collector, page)).toEqual({ "/agreed": 1 });
    } finally {
      await asked.close();
    }
  });
});

test("without cookies nothing is stored at all, and each loaded page is a visitor of its own", async () => {
  const site = await startSite(wired.relay.url, "data-cookieless");
  try {
    const from = wired.relay.heard().length;
    const page = await browser.open();
    await page.clock.install();
    await visit(page, `${site.url}/first`);
    await page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.track("Video Played"));
    await readFor(page, 20);
    await flush(page);
    expect(await storedOn(page)).toEqual([]);
    await visit(page, `${site.url}/second`);
    await readFor(page, 20);
    await page.goto("about:blank");
    const ids = await until(
      async () => {
        const heard = wired.relay.heard().slice(from);
        return [...heard.matchAll(/"anonymousId":"([^"]+)","timestamp"/g)].map(([, id = ""]) => id);
      },
      (all) => all.length >= 5,
    );
    const visitors = [...new Set(ids)];
    expect(visitors).toHaveLength(2);
    const facts = await until(
      async () => Promise.all(visitors.map((id) => factsOfVisitor(wired.collector, id))),
      (all) => all.every((own) => own.some(({ activeMs }) => activeMs > 0)),
    );
    expect(
      facts.map((own) =>
        own
          .filter(({ count }) => count > 0)
          .map(({ event }) => event)
          .toSorted(),
      ),
    ).toEqual([["Video Played", "page"], ["page"]]);
    expect(await page.context().cookies()).toEqual([]);
  } finally {
    await site.close();
  }
});

test("of addresses only campaign parameters leave the page", async () => {
  const from = wired.relay.heard().length;
  const page = await browser.open();
  await page.route("https://search.example/**", (route) =>
    route.fulfill({
      contentType: "text/html",
      headers: { "referrer-policy": "unsafe-url" },
      body: `<a href="${wired.site.url}/landing?utm_source=news&utm_campaign=spring&email=mine@corp.example&gclid=abc">x</a>`,
    }),
  );
  await page.goto("https://search.example/find?q=secret-words");
  await page.click("a");
  await untilRunning(page);
  await page.evaluate(() => {
    document.querySelector("form")?.setAttribute("action", "/thanks?token=secret-action");
  });
  await page.locator("input").fill("typed");
  await page.locator("button").click();
  await page.waitForURL("**/thanks?token=secret-action");
  await untilRunning(page);
  await flush(page);
  const heard = wired.relay.heard().slice(from);
  expect(heard).toContain('"campaign":["?utm_source=news","&utm_campaign=spring"]');
  expect(heard).toContain('"referrer":"https://search.example/find"');
  for (const secret of ["mine@corp", "secret", "gclid", "typed"]) expect(heard).not.toContain(secret);
});
