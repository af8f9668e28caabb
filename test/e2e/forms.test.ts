import { afterAll, beforeAll, expect, test } from "vitest";

import { newBrowser, type TestBrowser, visitorOf } from "../support/browser.ts";
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
  const { properties: sent } = days[0]?.facts.find((fact) => fact.event === "Form Submitted") ?? {};
  expect(sent).toEqual({ form: "sign-up", path: "/sign-up", last_field: "email" });
  expect(relay.heard()).toContain('"form":"sign-up"');
  expect(relay.heard()).not.toContain("typed");
  expect(relay.heard()).not.toContain("address-in-the-url");
});
