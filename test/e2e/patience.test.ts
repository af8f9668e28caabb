import { expect, test } from "vitest";

import { type TestBrowser, visitorOf } from "../support/browser.ts";
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

test("a collector that says how long it wants to be left alone is left alone so long", async () => {
  const page = await browser.open();
  let requests = 0;
  await page.context().route(`${wired.relay.url}/v1/batch`, async (route) => {
    requests += 1;
    if (requests > 1) return route.continue();
    const headers = {
      "retry-after": "600",
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "retry-after",
    };
    return route.fulfill({ status: 429, headers, body: "" });
  });
  await page.clock.install();
  await page.goto(`${wired.site.url}/busy`);
  await page.waitForFunction(() => "afterglow" in window);
  const failed = page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener("afterglow", (event) => {
          if ((event as CustomEvent<{ type: string }>).detail.type === "failed") resolve(undefined);
        });
      }),
  );
  await page.clock.runFor(2_000);
  await failed;
  await page.clock.runFor(590_000);
  expect(requests).toBe(1);
  expect(await keptEvents(page)).not.toHaveLength(0);
  await page.clock.runFor(20_000);
  await until(
    () => keptEvents(page),
    (kept) => kept.length === 0,
  );
  expect(requests).toBeGreaterThan(1);
});

test("of more events than a browser keeps the oldest are given up, and how many is told", async () => {
  const page = await browser.open();
  await wired.relay.cut();
  await page.goto(`${wired.site.url}/offline`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.evaluate(() => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    for (let i = 0; i < 1_010; i += 1) afterglow.track(i < 10 ? "Early" : "Late");
  });
  await until(
    () => keptEvents(page),
    (kept) => kept.length >= 1_000,
  );
  const ref = `anon:${await visitorOf(page)}`;
  await wired.relay.mend();
  const facts = await until(
    async () => {
      await page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.flush());
      const days = await wired.collector.timeline(ref).catch(() => []);
      return days.flatMap((day) => day.facts);
    },
    (all) => all.some(({ event }) => event === "Events Dropped"),
  );
  const late = facts.find(({ event }) => event === "Late")?.count ?? 0;
  const dropped = facts.find(({ event }) => event === "Events Dropped")?.value ?? 0;
  expect(facts.some(({ event }) => event === "Early")).toBe(false);
  // The page's own visit came first of all.
  expect(late + dropped).toBe(1_011);
  expect(dropped).toBeGreaterThanOrEqual(11);
});

test("events that are too old to be taken are given up, and do not keep the others back", async () => {
  const page = await browser.open();
  await page.clock.install({ time: Date.now() - 31 * 86_400_000 });
  await wired.relay.cut();
  await page.goto(`${wired.site.url}/last-month`);
  await page.waitForFunction(() => "afterglow" in window);
  await until(
    () => keptEvents(page),
    (kept) => kept.length === 1,
  );
  await browser.close();
  await wired.relay.mend();
  const later = await browser.open();
  await later.goto(`${wired.site.url}/today`);
  await later.waitForFunction(() => "afterglow" in window);
  const ref = `anon:${await visitorOf(later)}`;
  const facts = await until(
    async () => (await wired.collector.timeline(ref).catch(() => [])).flatMap((day) => day.facts),
    (all) => all.some(({ event }) => event === "Events Dropped"),
  );
  expect(facts.map(({ event, properties }) => [event, properties["path"]])).toEqual(
    expect.arrayContaining([["page", "/today"]]),
  );
  expect(facts.some(({ properties }) => properties["path"] === "/last-month")).toBe(false);
});
