import { readFile } from "node:fs/promises";

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import type { ScoreAnswer, Snapshot } from "../../sdk/index.ts";
import { backendOf } from "../support/backend-tokens.ts";
import { type TestBrowser, visitorOf } from "../support/browser.ts";
import { WRITE_KEY } from "../support/collector.ts";
import { factsOfPage, factsOfVisitor, visitsOfPage } from "../support/facts.ts";
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

/** Calls of a page that come before the script, by way of the stub. */
async function openEarly(
  attributes: string,
  calls: string,
): Promise<[page: Page, close: () => Promise<void>]> {
  const stub = await readFile(new URL("../../dist/afterglow-stub.js", import.meta.url), "utf8");
  const head = `<script>${stub}</script><script>${calls}</script>`;
  const site = await startSite(wired.relay.url, attributes, { head });
  const page = await browser.open();
  await page.goto(`${site.url}/pricing`);
  await untilRunning(page);
  return [page, () => site.close()];
}

test("calls that are made before the script has arrived are made when it has", async () => {
  const [page, close] = await openEarly(
    "",
    `afterglow.track("Early", { step: "one" });
     afterglow.identify("ann@corp.example", { plan: "pro" });
     window.scores = [];
     window.off = afterglow.onScore((snapshot) => window.scores.push(snapshot.score));
     window.asked = afterglow.score();`,
  );
  try {
    const answer = await page.evaluate(() => (window as unknown as { asked: Promise<ScoreAnswer> }).asked);
    expect(answer).toMatchObject({ contact: `anon:${await visitorOf(page)}`, score: 10 });
    await until(
      () => page.evaluate(() => (window as unknown as { scores: number[] }).scores),
      (scores) => scores.includes(10),
    );
    expect(await page.evaluate(async () => typeof (await (window as unknown as { off: unknown }).off))).toBe(
      "function",
    );
    const facts = await factsOfPage(wired.collector, page);
    expect(facts.find(({ event }) => event === "Early")?.properties).toEqual({ step: "one" });
    expect(facts.some(({ event }) => event === "identify")).toBe(true);
    expect(await visitsOfPage(wired.collector, page)).toEqual({ "/pricing": 1 });
  } finally {
    await close();
  }
});

test.each(["", 'data-consent="required"'])(
  "consent that is given before the script has arrived counts the page once (%s)",
  async (attributes) => {
    const [page, close] = await openEarly(attributes, `afterglow.consent("granted")`);
    try {
      expect(await visitsOfPage(wired.collector, page)).toEqual({ "/pricing": 1 });
    } finally {
      await close();
    }
  },
);

test("consent that is refused before the script has arrived holds from the start", async () => {
  const from = wired.relay.heard().length;
  const [page, close] = await openEarly("", `afterglow.track("Hidden"); afterglow.consent("denied")`);
  try {
    await flush(page);
    expect(await page.context().cookies()).toEqual([]);
    expect(wired.relay.heard().slice(from)).toBe("");
  } finally {
    await close();
  }
});

test("a page is told of its visitor's score when it changes, and not after it has said that it is enough", async () => {
  const page = await browser.open();
  await page.goto(`${wired.site.url}/first`);
  await untilRunning(page);
  await flush(page);
  const told = await page.evaluate(async () => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    const scores: number[] = [];
    afterglow.onScore(() => {
      throw new Error("the page's own mistake");
    });
    const off = afterglow.onScore(({ score }: Snapshot) => scores.push(score));
    const openPage = async (path: string) => {
      afterglow.page({ path });
      await afterglow.flush();
    };
    await openPage("/pricing");
    await openPage("/no-such-rule");
    await openPage("/pricing");
    off();
    await openPage("/pricing");
    return scores;
  });
  expect(told).toHaveLength(new Set(told).size);
  expect(told.length).toBeGreaterThanOrEqual(2);
  const { score } = await wired.collector.score(`anon:${await visitorOf(page)}`);
  expect(told.at(-1)).toBeLessThan(score);
  expect(
    (await factsOfPage(wired.collector, page)).find(({ properties }) => properties["path"] === "/pricing")
      ?.count,
  ).toBe(3);
});

test("the score of a visitor who was left behind is not told as the next one's", async () => {
  const page = await browser.open();
  await page.goto(`${wired.site.url}/first`);
  await untilRunning(page);
  await flush(page);
  const told = await page.evaluate(async () => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    const contacts: string[] = [];
    afterglow.onScore(({ contact }: Snapshot) => contacts.push(contact));
    afterglow.page({ path: "/pricing" });
    afterglow.reset();
    afterglow.track("Next One");
    await afterglow.flush();
    return contacts;
  });
  expect(told).toEqual([`anon:${await visitorOf(page)}`]);
});

test("a token goes along with an identity, and is no trait", async () => {
  const from = wired.relay.heard().length;
  const page = await browser.open();
  await page.goto(`${wired.site.url}/`);
  await untilRunning(page);
  await page.evaluate(() => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    afterglow.identify("42", { plan: "pro" }, { token: "header.claims.signature" });
    afterglow.identify("42");
  });
  const facts = await factsOfPage(wired.collector, page);
  expect(facts.find(({ event }) => event === "identify")?.count).toBe(2);
  expect(
    wired.relay
      .heard()
      .slice(from)
      .match(/"context":\{"token":"header\.claims\.signature"\}/g),
  ).toHaveLength(1);
  const contact = await wired.collector.read(`/v1/contacts/anon:${await visitorOf(page)}`);
  const text = await contact.text();
  expect(text).toContain('"plan"');
  expect(text).not.toContain("header.claims");
});

test("what the collector has left out of an event is told to the page", async () => {
  const page = await browser.open();
  await page.goto(`${wired.site.url}/`);
  await untilRunning(page);
  const warnings = await page.evaluate(async () => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    const reasons: unknown[] = [];
    document.addEventListener("afterglow", (event) => {
      const { answer } = (event as CustomEvent<{ answer?: { warnings?: { reason: string }[] } }>).detail;
      for (const { reason } of answer?.warnings ?? []) reasons.push(reason);
    });
    afterglow.identify("42", { likes: ["tea", "coffee"] });
    await afterglow.flush();
    return reasons;
  });
  expect(warnings).toEqual(["trait_is_a_list"]);
});

test("as a module it does the same, with extras given by import", async () => {
  const tag = `<script type="module">
import { createTracker } from "/afterglow.mjs";
import { hashRoutes } from "/afterglow-extras.mjs";
window.afterglow = createTracker({ writeKey: "${WRITE_KEY}", host: "${wired.relay.url}", extras: [hashRoutes()] });
window.afterglow.page();
window.afterglow.track("Video Played", { title: "Tour" });
</script>`;
  const site = await startSite(wired.relay.url, "", { tag });
  try {
    const page = await browser.open();
    await page.goto(`${site.url}/app#/pricing`);
    await untilRunning(page);
    expect(await visitsOfPage(wired.collector, page)).toEqual({ "/app/pricing": 1 });
    const facts = await factsOfVisitor(wired.collector, await visitorOf(page));
    expect(facts.find(({ event }) => event === "Video Played")?.properties).toEqual({ title: "Tour" });
  } finally {
    await site.close();
  }
});

test("a visitor who was merged into a user sends back where the facts are now, and all of it counts there", async () => {
  const from = wired.relay.heard().length;
  const backend = await backendOf(wired.collector);
  const page = await browser.open();
  await page.goto(`${wired.site.url}/first`);
  await untilRunning(page);
  await page.evaluate(async (token) => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    afterglow.identify("42", {}, { token });
    await afterglow.flush();
    afterglow.track("Afterwards");
    await afterglow.flush();
  }, backend.token("42"));
  const posts = wired.relay.heard().slice(from).split("POST /v1/batch");
  const after = posts.filter((post) => post.includes("Afterwards"));
  expect(after).toHaveLength(1);
  expect(after[0]).toMatch(/"home":"[0-9a-f]{64}\.[\w-]{24}"/);
  expect(posts.filter((post) => post.includes('"home"'))).toEqual(after);
  const days = await wired.collector.timeline("user:42");
  const facts = days.flatMap((day) => day.facts);
  expect(facts.find(({ event }) => event === "Afterwards")?.count).toBe(1);
});
