import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Browser, launch, type LaunchOptions, type Page } from "puppeteer-core";

import { until } from "../until.ts";
import type { EngineBrowser, EnginePage } from "./engine.ts";
import { endGroup } from "./process-group.ts";

/** A browser that puppeteer drives: Chromium by its own protocol, Firefox by WebDriver BiDi. */
export async function newPuppeteerBrowser(options: LaunchOptions): Promise<EngineBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "afterglow-engine-"));
  let browser: Browser | undefined;

  /** Puppeteer starts the browser as the leader of a process group of its own. */
  function opened(): { browser: Browser; group: number } {
    const group = browser?.process()?.pid;
    if (!browser || group === undefined) throw new Error("the browser is not open");
    return { browser, group };
  }

  async function close(): Promise<void> {
    const { browser: closing, group } = opened();
    await closing.close();
    // Helper processes may take a moment longer.
    await endGroup(group, "SIGTERM");
    browser = undefined;
  }

  return {
    async open() {
      browser = await launch({
        ...options,
        userDataDir: profile,
        defaultViewport: { width: 1280, height: 800 },
      });
      const [first] = await browser.pages();
      if (first && options.browser !== "firefox") return asEnginePage(first);
      // Firefox without a screen never gives the focus to the window that it starts with, but to a later one.
      const page = await browser.newPage({ type: "window" });
      await first?.close();
      return asEnginePage(page);
    },
    newPage: async () => asEnginePage(await opened().browser.newPage()),
    close,
    async kill() {
      await endGroup(opened().group, "SIGKILL");
      browser = undefined;
    },
    async dispose() {
      if (browser) await close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** What tells a document from the one before it, and whether it has loaded; `undefined` between two. */
async function documentOf(page: Page) {
  return page
    .evaluate(() => ({ since: performance.timeOrigin, isLoaded: document.readyState === "complete" }))
    .catch(() => undefined);
}

/**
 * Asks the page itself what it shows: of a page that Firefox takes out of its cache puppeteer hears nothing, keeps
 * the old address, and waits in vain for that page and the next to load.
 */
function asEnginePage(page: Page): EnginePage {
  /** Goes elsewhere by `leave`, which may resolve early, late or never. */
  async function show(leave: () => Promise<unknown>): Promise<void> {
    const before = await documentOf(page);
    const problems: unknown[] = [];
    leave().catch((problem: unknown) => problems.push(problem));
    await until(
      () => documentOf(page),
      (now) => problems.length > 0 || (now !== undefined && now.since !== before?.since && now.isLoaded),
    );
    if (problems.length > 0) throw problems[0];
  }

  return {
    goto: (url) => show(() => page.goto(url)),
    back: () => show(() => page.evaluate(() => void setTimeout(() => history.back()))),
    url: () => page.evaluate(() => location.href).catch(() => page.url()),
    evaluate: page.evaluate.bind(page) as EnginePage["evaluate"],
    click: (selector) => page.click(selector),
    type: (selector, text) => page.type(selector, text),
    press: (key) => page.keyboard.press(key),
    async scroll(pixels) {
      await page.mouse.move(400, 300);
      await page.mouse.wheel({ deltaY: pixels });
    },
    async cookies() {
      const hostname = await page.evaluate(() => location.hostname);
      const all = await page.browserContext().cookies();
      return all.filter(({ domain }) => domain === hostname).map(({ name, value }) => ({ name, value }));
    },
    close: () => page.close(),
  };
}
