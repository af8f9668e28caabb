import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { newBrowser, readFor, type TestBrowser, visitorOf } from "../support/browser.ts";
import { startTestCollector, type TestCollector } from "../support/collector.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
let browser: TestBrowser;
beforeAll(async () => {
  collector = await startTestCollector();
  browser = await newBrowser();
});
afterAll(async () => {
  await browser.dispose();
  await collector.close();
});

const shownScore = (page: Page) => page.getByTestId("score").innerText();

test("a new user opens the demo site, looks at Pricing for a while, and sees their score rise, with the reasons", async () => {
  const page = await browser.open();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  await page.clock.install();
  await page.goto(`${collector.url}/demo/`);
  await page.getByRole("link", { name: "Pricing" }).first().click();
  await page.waitForURL("**/demo/pricing");

  await readFor(page, 5);
  await until(
    () => shownScore(page),
    (score) => score.includes("11"),
  );
  await readFor(page, 65);
  await until(
    () => shownScore(page),
    (score) => score.includes("16"),
  );
  const reasons = page.getByTestId("reasons");
  await reasons.locator('[data-rule="pages:*/pricing*"][data-points="10"]').waitFor();
  await reasons.locator('[data-rule="minutes:*/pricing*"][data-points="5"]').waitFor();
  await page.getByTestId("events").locator('[data-event="page"][data-state="acked"]').waitFor();
  expect(problems).toEqual([]);
});

test("the demo form is counted by its id", async () => {
  const page = browser.context().pages()[0] ?? (await browser.open());
  await page.goto(`${collector.url}/demo/request-demo`);
  for (const input of await page.locator("#demo-request").locator("input, textarea").all()) {
    await input.fill((await input.getAttribute("type")) === "email" ? "ann@corp.example" : "Ann");
  }
  await page.locator("#demo-request button").click();
  await page.waitForURL("**/demo/thanks");
  const ref = `anon:${await visitorOf(page)}`;
  await page.clock.runFor(5_000);
  const score = await until(
    () => collector.score(ref),
    ({ explain }) => explain?.some((line) => line.rule === "forms:*demo*") ?? false,
  );
  expect(score.band).toBe("hot");
});

test("the panel shows partial scores, the grade and the cell of a model that has them", async () => {
  await collector.putModel("starter", {
    axes: { interest: {}, fit: { start: 40 } },
    groups: [
      {
        axis: "interest",
        rules: [{ id: "visit", when: "page", points: 2, cap: 2, decay: { expire: "30d" } }],
      },
    ],
    grade: { axis: "fit", cuts: { A: 30, B: null } },
    grid: { axes: { fit: { A: 30, B: null }, interest: { "1": 1, "2": null } }, names: { A1: "call now" } },
    bands: { hot: 42, cold: null },
  });
  const page = browser.context().pages()[0] ?? (await browser.open());
  await page.goto(`${collector.url}/demo/`);
  await readFor(page, 5);
  await page
    .getByTestId("parts")
    .filter({ hasText: "interest 2 · fit 40 · grade A · A1 (call now)" })
    .waitFor();
});

test("every page of the demo site is served with the snippet, and its links lead somewhere", async () => {
  const seen = new Set(["/demo/"]);
  for (const path of seen) {
    const response = await fetch(collector.url + path);
    expect([path, response.status]).toEqual([path, 200]);
    if (!response.headers.get("content-type")?.startsWith("text/html")) continue;
    const html = await response.text();
    expect(html).toContain('data-write-key="wk_test"');
    expect(html).not.toContain("{{");
    for (const [, link] of html.matchAll(/(?:href|src)="(\/[^"#]*)/g)) if (link) seen.add(link);
  }
  expect(seen.size).toBeGreaterThan(10);
});
