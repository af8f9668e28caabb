import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from "vitest";

import { newBrowser, readFor, type TestBrowser, visitorOf } from "../support/browser.ts";
import { keptEvents } from "../support/kept-events.ts";
import { startSite } from "../support/site.ts";
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
});
afterAll(async () => {
  await wired.close();
});
beforeEach(async () => {
  browser = await newBrowser();
});
afterEach(() => browser.dispose());

const counted = async (ref: string) =>
  (await collector.timeline(ref).catch(() => []))
    .flatMap((day) => day.facts)
    .reduce((sum, fact) => sum + fact.count, 0);

test("what is handed over at the page's end is confirmed by the next page, and not sent again", async () => {
  const page = await browser.open();
  const heardBefore = relay.heard().length;
  // By the page's clock, which stands still then, only its visit is sent before it is left.
  await page.clock.install();
  await page.goto(`${site.url}/first`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.clock.runFor(500);
  await until(
    () => keptEvents(page),
    (kept) => kept.length === 0,
  );
  await page.evaluate(() => {
    (window as unknown as { afterglow: { track(name: string): void } }).afterglow.track("Video Played");
  });
  await until(
    () => keptEvents(page),
    (kept) => kept.length === 1,
  );
  expect(relay.heard().slice(heardBefore)).not.toContain("Video Played");
  // To another site, and back.
  await page.goto("about:blank");
  await page.goto(`${site.url}/second`);
  await page.waitForFunction(() => "afterglow" in window);
  await page.clock.runFor(10_000);
  const ref = `anon:${await visitorOf(page)}`;
  await until(
    () => counted(ref),
    (count) => count === 3,
  );
  await until(
    () => keptEvents(page),
    (kept) => kept.length === 0,
  );
  const heard = relay.heard().slice(heardBefore);
  expect(heard.match(/"event":"Video Played"/g)).toHaveLength(1);
  expect(heard).toMatch(/"confirm":\["ag:/);
});

for (const [title, consent] of [
  ["denied", "denied"],
  ["not given yet", "required"],
]) {
  test(`with consent ${title} nothing is stored and nothing is sent`, async () => {
    const heardBefore = relay.heard().length;
    const careful = await startSite(relay.url, `data-consent="${consent}"`);
    try {
      const page = await browser.open();
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
      // Longer than events wait for each other, by the clock of the page; then the page is left.
      await page.clock.install();
      await page.reload();
      await page.waitForFunction(() => "afterglow" in window);
      await page.clock.runFor(30_000);
      expect(await page.context().cookies()).toEqual([]);
      expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
      expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
      await page.goto("about:blank");
      await browser.close();
      expect(relay.heard().slice(heardBefore)).toBe("");
    } finally {
      await careful.close();
    }
  });
}

test("withdrawn consent deletes what is stored, and nothing of it leaves", async () => {
  const page = await browser.open();
  await page.goto(`${site.url}/pricing`);
  const heardBefore = relay.heard().length;
  for (const state of ["denied", "required"]) {
    await page.evaluate((to) => {
      const { afterglow } = window as unknown as {
        afterglow: { track(name: string): void; consent(state: string): void };
      };
      afterglow.consent("granted");
      afterglow.track("Unsent");
      afterglow.consent(to);
    }, state);
    await until(
      () => keptEvents(page),
      (kept) => kept.length === 0,
    );
    expect(await page.context().cookies()).toEqual([]);
  }
  await page.goto("about:blank");
  await browser.close();
  expect(relay.heard().slice(heardBefore)).not.toContain("Unsent");
});

test("consent that is given later records the page at hand", async () => {
  const careful = await startSite(relay.url, 'data-consent="required"');
  try {
    const page = await browser.open();
    await page.goto(`${careful.url}/pricing`);
    await page.waitForFunction(() => "afterglow" in window);
    await page.evaluate(() => {
      (window as unknown as { afterglow: { consent(state: string): void } }).afterglow.consent("granted");
    });
    const ref = `anon:${await visitorOf(page)}`;
    await until(
      () => counted(ref),
      (count) => count === 1,
    );
  } finally {
    await careful.close();
  }
});

test("time that was spent before consent is not recorded", async () => {
  const careful = await startSite(relay.url, 'data-consent="required"');
  try {
    const page = await browser.open();
    await page.clock.install();
    await page.goto(`${careful.url}/pricing`);
    await page.waitForFunction(() => "afterglow" in window);
    await readFor(page, 40);
    await page.evaluate(() => {
      (window as unknown as { afterglow: { consent(state: string): void } }).afterglow.consent("granted");
    });
    await readFor(page, 20);
    const ref = `anon:${await visitorOf(page)}`;
    await page.goto("about:blank");
    const engagedMs = await until(
      async () => (await collector.timeline(ref).catch(() => []))[0]?.facts[0]?.activeMs ?? 0,
      (ms) => ms > 15_000,
    );
    expect(engagedMs).toBeLessThan(25_000);
  } finally {
    await careful.close();
  }
});

test("an event that cannot be sent is refused, and does not keep the others back", async () => {
  const page = await browser.open();
  await page.goto(`${site.url}/pricing`);
  const ref = `anon:${await visitorOf(page)}`;
  const refused = await page.evaluate(async () => {
    const reasons: string[] = [];
    document.addEventListener("afterglow", (event) => {
      const { type, reason } = (event as CustomEvent<{ type: string; reason: string }>).detail;
      if (type === "rejected") reasons.push(reason);
    });
    const { afterglow } = window as unknown as {
      afterglow: { track(name: string, properties: object): void; flush(): Promise<void> };
    };
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    afterglow.track("Circle", circle);
    afterglow.track("Big", { amount: 10n });
    afterglow.track("Huge", { text: "x".repeat(600_000) });
    const changing = { step: "before" };
    afterglow.track("Good", changing);
    changing.step = "after";
    await afterglow.flush();
    return reasons.length;
  });
  expect(refused).toBe(3);
  const [today] = await collector.timeline(ref);
  expect(today?.facts.find((fact) => fact.event === "Good")?.properties).toEqual({ step: "before" });
});

test("what happens while the store is read is sent when the page ends", async () => {
  const page = await browser.open();
  await page.goto(`${site.url}/pricing`);
  await page.waitForFunction(() => "afterglow" in window);
  const ref = `anon:${await visitorOf(page)}`;
  await page.evaluate(async () => {
    const { afterglow } = window as unknown as {
      afterglow: { track(name: string): void; flush(): Promise<void> };
    };
    await afterglow.flush();
    const store = IDBObjectStore.prototype;
    const { getAll } = store;
    store.getAll = function read(...args) {
      queueMicrotask(() => afterglow.track("Meanwhile"));
      store.getAll = getAll;
      return getAll.apply(this, args);
    };
    await afterglow.flush();
  });
  await page.goto("about:blank");
  // A visit, and what has happened meanwhile.
  await until(
    () => counted(ref),
    (count) => count === 2,
  );
});
