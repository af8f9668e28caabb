import type { Browser, CDPSession, Page } from "puppeteer-core";

import { findBrowser } from "../../../scripts/browser.ts";
import { type Engine, MissingEngine, type Mode } from "./engine.ts";
import { newPuppeteerBrowser } from "./puppeteer-browser.ts";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-component-update"];

/** An installed Chromium or Chrome, else the one from npm. */
export async function findChromium(): Promise<Engine> {
  const { executablePath, env } = await findBrowser().catch((problem: unknown) => {
    throw new MissingEngine(problem instanceof Error ? problem.message : String(problem));
  });
  // What the browser that CHROMIUM_PATH names needs, as scripts/test.ts found it.
  const more = JSON.parse(process.env["CHROMIUM_ENV"] ?? "{}") as Record<string, string>;
  return {
    name: "chromium",
    newBrowser: () =>
      newPuppeteerBrowser({
        options: {
          browser: "chrome",
          executablePath,
          args: ARGS,
          env: { ...process.env, ...env, ...more },
        },
        modes: {},
        enter: enterMode,
        async letPagesLeave(browser) {
          for (const page of await browser.pages()) await page.close();
        },
        setOffline: newSetOffline(),
        setHidden: minimize,
        tabProcess: / --type=renderer /,
      }),
  };
}

async function minimize(page: Page, isHidden: boolean): Promise<void> {
  const session = await page.createCDPSession();
  const { windowId } = await session.send("Browser.getWindowForTarget");
  const windowState = isHidden ? "minimized" : "normal";
  await session.send("Browser.setWindowBounds", { windowId, bounds: { windowState } });
  await session.detach();
}

/** By the command that every Chromium knows; puppeteer uses one that is newer than some of them. */
function newSetOffline() {
  const sessions = new WeakMap<Page, Promise<CDPSession>>();
  return async (page: Page, offline: boolean) => {
    const session = sessions.get(page) ?? page.createCDPSession();
    sessions.set(page, session);
    await (
      await session
    ).send("Network.emulateNetworkConditions", {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
  };
}

/** A context of its own is what an incognito window is; what a site may store is a matter of the protocol. */
async function enterMode(mode: Mode, browser: Browser, page: Page): Promise<Page | undefined> {
  if (mode === "private") return (await browser.createBrowserContext()).newPage();
  if (mode !== "storage full") return undefined;
  const session = await page.createCDPSession();
  page.on("framenavigated", (frame) => {
    const { protocol, origin } = new URL(frame.url());
    if (protocol.startsWith("http"))
      void session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  });
  return page;
}
