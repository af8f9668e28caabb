import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Browser, launch, type LaunchOptions, type Page } from "puppeteer-core";

import { until } from "../until.ts";
import type { EngineBrowser, EnginePage, Mode } from "./engine.ts";
import { endGroup, killInGroup } from "./process-group.ts";

/** What is particular to an engine that puppeteer drives. */
export interface PuppeteerEngine {
  readonly options: LaunchOptions;
  /** The options of a mode that is a matter of them. */
  readonly modes: Partial<Readonly<Record<Mode, LaunchOptions>>>;
  /** Makes a page that just opened live in a mode that is not. */
  readonly enter?: (mode: Mode, browser: Browser, page: Page) => Promise<Page | undefined>;
  /** Tells a page whether there is a network. */
  readonly setOffline: (page: Page, isOffline: boolean) => Promise<void>;
  /** Puts a page out of sight, or back into it. */
  readonly setHidden: (page: Page, isHidden: boolean) => Promise<void>;
  /** Closes the pages as a visitor does, where the command that ends the browser does not. */
  readonly letPagesLeave?: (browser: Browser) => Promise<void>;
  /** The command line of a process that shows pages. */
  readonly tabProcess: RegExp;
}

/** A browser that puppeteer drives: Chromium by its own protocol, Firefox by WebDriver BiDi. */
export async function newPuppeteerBrowser(engine: PuppeteerEngine): Promise<EngineBrowser> {
  const { options, modes, enter, letPagesLeave, tabProcess } = engine;
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
    await letPagesLeave?.(closing);
    await closing.close();
    // Helper processes may take a moment longer.
    await endGroup(group, "SIGTERM");
    browser = undefined;
  }

  return {
    profile,
    async open(mode) {
      browser = await launch({
        ...options,
        ...(mode ? modes[mode] : {}),
        userDataDir: profile,
        defaultViewport: { width: 1280, height: 800 },
      });
      const [first] = await browser.pages();
      if (mode && !modes[mode]) {
        const entered = first && (await enter?.(mode, browser, first));
        if (!entered) throw new Error(`there is no mode "${mode}"`);
        return asEnginePage(entered, engine);
      }
      if (first && options.browser !== "firefox") return asEnginePage(first, engine);
      // Firefox without a screen never gives the focus to the window that it starts with, but to a later one.
      const page = await browser.newPage({ type: "window" });
      await first?.close();
      return asEnginePage(page, engine);
    },
    newPage: async () => asEnginePage(await opened().browser.newPage(), engine),
    close,
    async kill() {
      await endGroup(opened().group, "SIGKILL");
      browser = undefined;
    },
    async crashTabs() {
      const { group } = opened();
      await killInGroup(group, tabProcess);
      await endGroup(group, "SIGTERM");
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
function asEnginePage(page: Page, { setOffline, setHidden }: PuppeteerEngine): EnginePage {
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
    setOffline: (isOffline) => setOffline(page, isOffline),
    setHidden: (isHidden) => setHidden(page, isHidden),
    close: () => page.close(),
  };
}
