import { afterEach, beforeEach, expect, test } from "vitest";

import { newBrowser, type TestBrowser } from "../support/browser.ts";
import { type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { bundle, startScriptedPage } from "../support/scripted-page.ts";
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

const RUDDERSTACK_CALLS = `
    window.told = new Promise((resolve) => analytics.ready(() => {
      analytics.page();
      analytics.track("Video Played", { video: "tour" });
      analytics.identify("ann", { role: "cto" });
      resolve(analytics.getAnonymousId());
    }));`;

const CLIENTS: Readonly<Record<string, string>> = {
  "@segment/analytics-next": `
    import { AnalyticsBrowser } from "@segment/analytics-next";
    const analytics = AnalyticsBrowser.load({ writeKey: "${WRITE_KEY}", cdnURL: "HOST" });
    window.told = (async () => {
      await analytics.page();
      await analytics.track("Video Played", { video: "tour" });
      await analytics.identify("ann", { role: "cto" });
      return (await analytics.user()).anonymousId();
    })();`,
  "@segment/analytics-next, in batches": `
    import { AnalyticsBrowser } from "@segment/analytics-next";
    const analytics = AnalyticsBrowser.load(
      { writeKey: "${WRITE_KEY}", cdnURL: "HOST" },
      { integrations: { "Segment.io": { deliveryStrategy: { strategy: "batching", config: { size: 3, timeout: 500 } } } } },
    );
    window.told = (async () => {
      await analytics.page();
      await analytics.track("Video Played", { video: "tour" });
      await analytics.identify("ann", { role: "cto" });
      return (await analytics.user()).anonymousId();
    })();`,
  "@rudderstack/analytics-js": `
    import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";
    const analytics = new RudderAnalytics();
    analytics.load("${WRITE_KEY}", "HOST", { configUrl: "HOST" });
    ${RUDDERSTACK_CALLS}`,
  "@rudderstack/analytics-js, by beacons": `
    import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";
    const analytics = new RudderAnalytics();
    analytics.load("${WRITE_KEY}", "HOST", {
      configUrl: "HOST",
      useBeacon: true,
      beaconQueueOptions: { flushQueueInterval: 500 },
    });
    ${RUDDERSTACK_CALLS}`,
};

test.each(Object.entries(CLIENTS))("%s, with the write key", async (_, source) => {
  const script = await bundle(source.replaceAll("HOST", collector.url), import.meta.url);
  const site = await startScriptedPage(script);
  const page = await browser.open();
  const problems: string[] = [];
  page.on("pageerror", (problem) => problems.push(String(problem)));
  try {
    await page.goto(`${site.url}/pricing?secret=1&utm_campaign=spring`);
    const anonymousId = await page.evaluate(() => (window as unknown as { told: Promise<string> }).told);
    const [day] = await until(
      () => collector.timeline(`anon:${anonymousId}`).catch(() => []),
      (days) => days[0]?.facts.length === 3,
    );
    const facts = day?.facts ?? [];
    const counts = Object.fromEntries(facts.map(({ event, count }) => [event, count]));
    expect(counts).toEqual({ "Video Played": 1, identify: 1, page: 1 });
    const visit = facts.find(({ event }) => event === "page");
    expect(visit?.properties).toMatchObject({ path: "/pricing", campaign: "spring" });
    const contact = await (await collector.read(`/v1/contacts/anon:${anonymousId}`)).json();
    expect(contact).toMatchObject({ traits: { role: { value: "cto" } } });
    expect(JSON.stringify(contact)).toContain("user:ann");
    expect(problems).toEqual([]);
  } finally {
    await site.close();
  }
});
