import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { OFREPWebProviderOptions } from "@openfeature/ofrep-web-provider";
import type { OpenFeature, Provider, ProviderEvents } from "@openfeature/web-sdk";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { newBrowser, type TestBrowser, visitorOf } from "../support/browser.ts";
import {
  newVisitor,
  pageVisit,
  startTestCollector,
  type TestCollector,
  WRITE_KEY,
} from "../support/collector.ts";
import { visitPricing } from "../support/models.ts";
import { bundle, startScriptedPage } from "../support/scripted-page.ts";

/** What the script of the page hands on: the SDK and the provider as they come from npm. */
interface Handed {
  readonly OpenFeature: typeof OpenFeature;
  readonly ProviderEvents: typeof ProviderEvents;
  readonly OFREPWebProvider: new (options: OFREPWebProviderOptions) => Provider;
  /** Messages of the provider's errors, and of its changes. */
  readonly errors: string[];
  readonly changes: (readonly string[])[];
}
declare const handed: Handed;

const SCRIPT = `
  import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
  import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
  window.handed = { OpenFeature, ProviderEvents, OFREPWebProvider, errors: [], changes: [] };
  OpenFeature.addHandler(ProviderEvents.Error, (event) => window.handed.errors.push(event.message));
  OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, (event) => window.handed.changes.push(event.flagsChanged));
`;

let collector: TestCollector;
let site: Awaited<ReturnType<typeof startScriptedPage>>;
let script: string;
let browser: TestBrowser;
beforeAll(async () => {
  collector = await startTestCollector();
  script = await bundle(SCRIPT, import.meta.url);
  site = await startScriptedPage(script);
  await collector.putModel("product", {
    pages: { "/pricing": 12.5 },
    grade: { cuts: { A: 20, B: 10, C: null } },
    bands: { hot: 20, cold: null },
  });
});
afterAll(async () => {
  await site.close();
  await collector.close();
});
beforeEach(async () => {
  browser = await newBrowser();
});
afterEach(() => browser.dispose());

interface Setup extends Pick<OFREPWebProviderOptions, "cacheMode" | "pollInterval"> {
  readonly targetingKey?: string;
}

/** Sets the provider up on a page as a site's own script does; the provider's state, and why it is in error. */
function setUp(page: Page, { targetingKey, ...options }: Setup): Promise<[state: string, problem: string]> {
  const setup = { baseUrl: collector.url, writeKey: WRITE_KEY, targetingKey, options };
  return page.evaluate(async ({ baseUrl, writeKey, targetingKey: key, options: more }) => {
    const { OpenFeature: sdk, OFREPWebProvider } = handed;
    if (key !== undefined) await sdk.setContext({ targetingKey: key });
    const headers: [string, string][] = [["Authorization", `Bearer ${writeKey}`]];
    let problem = "";
    await sdk
      .setProviderAndWait(new OFREPWebProvider({ baseUrl, headers, ...more }))
      .catch((error: unknown) => (problem = String(error)));
    return [sdk.getClient().providerStatus, problem] as [string, string];
  }, setup);
}

const FLAGS = ["band", "score", "product.band", "product.grade"] as const;

/** What a page that shows something by its flags sees. */
function seen(page: Page): Promise<unknown[]> {
  return page.evaluate((names) => {
    const client = handed.OpenFeature.getClient();
    return names.map((name) =>
      name === "score" ? client.getNumberValue(name, -1) : client.getStringValue(name, "?"),
    );
  }, FLAGS);
}

/** The status of each answer to a request for flags, as they come. */
function answersOf(page: Page): number[] {
  const statuses: number[] = [];
  page.on("response", (response) => {
    const isFlags = response.url().includes("/ofrep/") && response.request().method() === "POST";
    if (isFlags) statuses.push(response.status());
  });
  return statuses;
}

async function openSite(): Promise<Page> {
  const page = await browser.open();
  await page.goto(site.url);
  return page;
}

test("a page of another origin reads its own visitor's flags, all with one request", async () => {
  const visitor = newVisitor();
  await collector.batch([pageVisit(visitor, "/pricing")]);
  const page = await openSite();
  const answers = answersOf(page);
  expect(await setUp(page, { targetingKey: `anon:${visitor}` })).toEqual(["READY", ""]);
  expect(await seen(page)).toEqual(["cold", 10, "cold", "B"]);
  const details = await page.evaluate(() => {
    const client = handed.OpenFeature.getClient();
    return [
      client.getStringDetails("product.grade", "?"),
      client.getStringDetails("colour", "own"),
      client.getStringDetails("score", "own"),
      client.getNumberDetails("band", 7),
    ];
  });
  expect(details).toMatchObject([
    { value: "B", variant: "B", reason: "TARGETING_MATCH", flagMetadata: { model: "product", version: 1 } },
    { value: "own", reason: "ERROR", errorCode: "FLAG_NOT_FOUND" },
    { value: "own", reason: "ERROR", errorCode: "TYPE_MISMATCH" },
    { value: 7, reason: "ERROR", errorCode: "TYPE_MISMATCH" },
  ]);
  expect(answers).toEqual([200]);
});

test("polling is answered 304 until something happens, and then the page is told which flags are others", async () => {
  const visitor = newVisitor();
  await collector.batch([pageVisit(visitor, "/pricing")]);
  const page = await openSite();
  const answers = answersOf(page);
  await setUp(page, { targetingKey: `anon:${visitor}`, pollInterval: 100 });
  const again = () => page.waitForResponse((response) => response.status() === 304);
  await again();
  await again();
  expect(await page.evaluate(() => handed.changes)).toEqual([]);
  await collector.batch([pageVisit(visitor, "/pricing")]);
  await page.waitForFunction(() => handed.changes.length > 0);
  expect(await seen(page)).toEqual(["warm", 20, "hot", "A"]);
  await again();
  const [first, second] = await page.evaluate(() => handed.changes);
  expect(first).toEqual(expect.arrayContaining(["band", "score", "product.grade"]));
  expect(second).toBeUndefined();
  expect(answers.filter((status) => status !== 304)).toEqual([200, 200]);
  expect(await page.evaluate(() => handed.errors)).toEqual([]);
});

test("another context is another visitor, known or not, and nothing of the one before is left", async () => {
  const [visitor, stranger] = [newVisitor(), newVisitor()];
  await collector.batch([pageVisit(visitor, "/pricing"), pageVisit(visitor, "/pricing")]);
  const page = await openSite();
  const change = (targetingKey: string) =>
    page.evaluate((key) => handed.OpenFeature.setContext({ targetingKey: key }), targetingKey);
  await setUp(page, { targetingKey: `anon:${stranger}` });
  expect(await seen(page)).toEqual(["cold", 0, "cold", "C"]);
  await change(`anon:${visitor}`);
  expect(await seen(page)).toEqual(["warm", 20, "hot", "A"]);
  await change(`anon:${stranger}`);
  expect(await seen(page)).toEqual(["cold", 0, "cold", "C"]);
  expect((await collector.read(`/v1/contacts/anon:${stranger}`)).status).toBe(404);
  expect(await page.evaluate(() => handed.errors)).toEqual([]);
});

test("a user is not told to a browser, nor anything without a visitor; with one it is ready again", async () => {
  const ann = await visitPricing(collector, "ann", 0, 1);
  const visitor = newVisitor();
  await collector.batch([pageVisit(visitor, "/pricing")]);
  const page = await openSite();
  const answers = answersOf(page);
  const [state, problem] = await setUp(page, { cacheMode: "disabled" });
  expect([state, problem.includes("400")]).toEqual(["ERROR", true]);
  expect(await seen(page)).toEqual(["?", -1, "?", "?"]);
  const change = (targetingKey: string) =>
    page.evaluate(async (key) => {
      await handed.OpenFeature.setContext({ targetingKey: key });
      return handed.errors.length;
    }, targetingKey);
  const before = await change(ann);
  expect(before).toBeGreaterThan(0);
  expect(await seen(page)).toEqual(["?", -1, "?", "?"]);
  expect(await change(`anon:${visitor}`)).toBe(before);
  expect(await seen(page)).toEqual(["cold", 10, "cold", "B"]);
  expect(answers).toEqual([400, 400, 200]);
});

test("on the collector's own host the cookie says who it is, and nobody else's page gets that visitor's flags", async () => {
  const page = await browser.open();
  await page.addInitScript(script);
  const isCounted = page.waitForResponse((response) => response.url().endsWith("/v1/batch"));
  await page.goto(`${collector.url}/demo/pricing`);
  await (await isCounted).finished();
  const visitor = await visitorOf(page);
  const answers = answersOf(page);
  expect(await setUp(page, { cacheMode: "disabled" })).toEqual(["READY", ""]);
  const [band, score] = await seen(page);
  const own = await collector.score(`anon:${visitor}`);
  expect([band, score]).toEqual([own.band, own.score]);
  expect(own.score).toBeGreaterThan(0);
  await page.goto(site.url);
  expect((await setUp(page, { cacheMode: "disabled" }))[0]).toBe("ERROR");
  expect(answers).toEqual([200, 400]);
});

test("while the contact cannot be read the provider goes on with what it has kept", async () => {
  const visitor = newVisitor();
  await collector.batch([pageVisit(visitor, "/pricing")]);
  const setup = { targetingKey: `anon:${visitor}`, cacheMode: "network-first" } as const;
  const page = await openSite();
  expect(await setUp(page, setup)).toEqual(["READY", ""]);
  const files = new Map<string, Buffer>();
  await collector.killAndRestart(async () => {
    const folder = join(collector.stateDir, "objects", "afterglow-contact");
    for (const name of await readdir(folder))
      files.set(join(folder, name), await readFile(join(folder, name)));
    const broken = Buffer.alloc(8_192, "no database ");
    for (const name of files.keys()) if (!name.includes("metadata")) await writeFile(name, broken);
  });
  await page.reload();
  const answers = answersOf(page);
  expect([await setUp(page, setup), answers]).toEqual([["READY", ""], [500]]);
  expect(await seen(page)).toEqual(["cold", 10, "cold", "B"]);
  const grade = await page.evaluate(() =>
    handed.OpenFeature.getClient().getStringDetails("product.grade", "?"),
  );
  expect([grade.reason, grade.errorCode]).toEqual(["CACHED", undefined]);
  await collector.killAndRestart(async () => {
    for (const [name, bytes] of files) await writeFile(name, bytes);
  });
  await page.reload();
  expect([await setUp(page, setup), answers]).toEqual([
    ["READY", ""],
    [500, 200],
  ]);
});

test("a page that is none of the site's gets no flags, though its preflight may be another site's, and its provider gives up", async () => {
  const visitor = newVisitor();
  const restrict = async (origins: readonly string[]) => {
    expect((await collector.request("PATCH", "/v1/sites/main", { origins })).status).toBe(200);
  };
  const other = await collector.request("POST", "/v1/sites", { id: "other", origins: [site.url] });
  expect(other.status).toBe(201);
  await restrict(["https://www.shop.example"]);
  const page = await openSite();
  const answers = answersOf(page);
  const [state, problem] = await setUp(page, { targetingKey: `anon:${visitor}` });
  expect([state, problem.length > 0, answers]).toEqual(["FATAL", true, [403]]);
  expect(await seen(page)).toEqual(["?", -1, "?", "?"]);
  await restrict([site.url]);
  await page.reload();
  expect(await setUp(page, { targetingKey: `anon:${visitor}` })).toEqual(["READY", ""]);
  await restrict([]);
});
