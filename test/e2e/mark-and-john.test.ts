import { expect, test } from "vitest";

import { newBrowser, readFor, visitorOf } from "../support/browser.ts";
import { type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

/** Somebody opens one page of the demo site, reads it for so long by their own clock, and leaves. */
async function read(path: string, seconds: number) {
  const browser = await newBrowser();
  try {
    const page = await browser.open();
    await page.clock.install();
    await page.goto(`${collector.url}/demo${path}`);
    await page.waitForFunction(() => "afterglow" in window);
    await readFor(page, seconds);
    const ref = `anon:${await visitorOf(page)}`;
    await page.goto("about:blank");
    const days = await until(
      () => collector.timeline(ref).catch(() => []),
      ([today]) => (today?.facts.reduce((sum, fact) => sum + fact.activeMs, 0) ?? 0) >= (seconds - 1) * 1000,
    );
    return { ref, today: days[0], score: await collector.score(ref) };
  } finally {
    await browser.dispose();
  }
}

test("John, two minutes on Pricing, outranks Mark, three minutes on About, and the reasons say why", async () => {
  const mark = await read("/about", 181);
  const john = await read("/pricing", 121);

  expect(john.score.score).toBeGreaterThan(mark.score.score);
  expect(mark.score.explain).toMatchObject([
    { rule: "pages:*/about*", points: 1, times: 1 },
    { rule: "minutes:*", points: 3, times: 3 },
  ]);
  expect(john.score.explain).toMatchObject([
    { rule: "pages:*/pricing*", points: 10, times: 1 },
    { rule: "minutes:*/pricing*", points: 10, times: 2 },
  ]);
  for (const { score } of [mark, john]) {
    expect(score.explain?.reduce((sum, line) => sum + line.points, 0)).toBe(score.score);
  }
  expect(john.today?.visits).toMatchObject([{ pages: 1 }]);
});

test("five visits to Pricing score more than one", async () => {
  const browser = await newBrowser();
  try {
    const page = await browser.open();
    const visit = async (times: number) => {
      await page.goto(`${collector.url}/demo/pricing`);
      const ref = `anon:${await visitorOf(page)}`;
      return until(
        () => collector.score(ref).catch(() => undefined),
        (score) => score?.explain?.[0]?.times === times,
      );
    };
    const one = await visit(1);
    for (const times of [2, 3, 4]) await visit(times);
    const five = await visit(5);
    expect([one?.score, five?.score]).toEqual([10, 50]);
  } finally {
    await browser.dispose();
  }
});

test("someone who looks away is not counted as reading", async () => {
  const browser = await newBrowser();
  try {
    const page = await browser.open();
    await page.clock.install();
    await page.goto(`${collector.url}/demo/pricing`);
    await page.waitForFunction(() => "afterglow" in window);
    // Nobody touches anything for an hour: 30 seconds count.
    await page.clock.runFor(3_600_000);
    const ref = `anon:${await visitorOf(page)}`;
    await page.goto("about:blank");
    const [today] = await until(
      () => collector.timeline(ref).catch(() => []),
      ([day]) => (day?.facts.reduce((sum, fact) => sum + fact.activeMs, 0) ?? 0) >= 29_000,
    );
    expect(today?.facts.reduce((sum, fact) => sum + fact.activeMs, 0)).toBeLessThanOrEqual(31_000);
  } finally {
    await browser.dispose();
  }
});
