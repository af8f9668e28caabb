import { expect, test } from "vitest";

import { type TestBrowser, visitorOf } from "../support/browser.ts";
import { keptEvents } from "../support/kept-events.ts";
import { type PageApi, untilRunning } from "../support/page-api.ts";
import { until } from "../support/until.ts";
import { eachWithBrowser, type WiredSite } from "../support/wired-site.ts";

let wired: WiredSite;
let browser: TestBrowser;
eachWithBrowser((site, own) => {
  wired = site;
  browser = own;
});

test("events that are too old to be taken are forgotten when the collector has refused them, and do not keep the others back", async () => {
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
  await until(
    () => keptEvents(later),
    (kept) => kept.length === 0,
  );
  const facts = (await wired.collector.timeline(ref)).flatMap((day) => day.facts);
  expect(facts.map(({ event, properties }) => [event, properties["path"]])).toEqual([["page", "/today"]]);
});

test("what happens while the collector is asked does not shorten the time that it wants to be left alone", async () => {
  const page = await browser.open();
  let requests = 0;
  await page.context().route(`${wired.relay.url}/v1/batch`, async (route) => {
    requests += 1;
    await page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.track("Meanwhile"));
    const headers = {
      "retry-after": "600",
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "retry-after",
    };
    return route.fulfill({ status: 429, headers, body: "" });
  });
  await page.clock.install();
  const failures = () => page.evaluate(() => Number(document.documentElement.dataset["failures"] ?? 0));
  await page.addInitScript(() => {
    document.addEventListener("afterglow", (event) => {
      const { dataset } = document.documentElement;
      if ((event as CustomEvent<{ type: string }>).detail.type === "failed")
        dataset["failures"] = String(Number(dataset["failures"] ?? 0) + 1);
    });
  });
  await page.goto(`${wired.site.url}/busy`);
  await untilRunning(page);
  await page.clock.runFor(2_000);
  await until(failures, (count) => count === 1);
  await page.clock.runFor(590_000);
  expect(requests).toBe(1);
});
