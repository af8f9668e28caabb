import { afterAll, beforeAll, expect, test } from "vitest";

import { newBrowser, type TestBrowser, visitorOf } from "../support/browser.ts";
import { startTestCollector, type TestCollector } from "../support/collector.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { startSite, type TestSite } from "../support/site.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
let relay: Relay;
let site: TestSite;
let browser: TestBrowser;
beforeAll(async () => {
  collector = await startTestCollector();
  relay = await startRelay(collector.url);
  site = await startSite(relay.url);
  browser = await newBrowser();
});
afterAll(async () => {
  await browser.dispose();
  await Promise.all([site.close(), relay.close()]);
  await collector.close();
});

test("a form is recorded by its id when it is sent, and nothing that was typed reaches the collector", async () => {
  const page = await browser.open();
  await page.goto(`${site.url}/sign-up?email=address-in-the-url@corp.example`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.locator("input").fill("typed@corp.example");
  await page.locator("button").click();
  await page.waitForURL("**/thanks");
  const ref = `anon:${await visitorOf(page)}`;
  const days = await until(
    () => collector.timeline(ref).catch(() => []),
    ([day]) => day?.facts.some((fact) => fact.event === "Form Submitted") ?? false,
  );
  expect(days[0]?.facts.find((fact) => fact.event === "Form Submitted")?.properties).toEqual({
    form: "sign-up",
    path: "/sign-up",
  });
  expect(relay.heard()).toContain('"form":"sign-up"');
  expect(relay.heard()).not.toContain("typed");
  expect(relay.heard()).not.toContain("address-in-the-url");
});
