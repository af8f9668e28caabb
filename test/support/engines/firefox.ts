import { existsSync } from "node:fs";

import type { Page } from "puppeteer-core";

import { type Engine, MissingEngine } from "./engine.ts";
import { newPuppeteerBrowser } from "./puppeteer-browser.ts";

const INSTALLED = [
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
  "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
];

/** The Firefox named by FIREFOX_PATH, else an installed one. */
export async function findFirefox(): Promise<Engine> {
  const executablePath = process.env["FIREFOX_PATH"] ?? INSTALLED.find((path) => existsSync(path));
  if (executablePath === undefined || !existsSync(executablePath)) {
    throw new MissingEngine(
      "Firefox is missing: install it (on Debian: apt-get install firefox-esr), or set FIREFOX_PATH.",
    );
  }
  return {
    name: "firefox",
    newBrowser: () => {
      const options = { browser: "firefox" as const, executablePath, headless: true };
      const withPrefs = (prefs: Readonly<Record<string, unknown>>) => ({ extraPrefsFirefox: prefs });
      return newPuppeteerBrowser({
        options,
        modes: {
          private: withPrefs({
            "browser.privatebrowsing.autostart": true,
            // Private windows send it by themselves, and nothing is recorded then.
            "privacy.globalprivacycontrol.pbmode.enabled": false,
          }),
          // What "Block cookies: all" in the settings does.
          "storage off": withPrefs({ "network.cookie.cookieBehavior": 2 }),
          "storage full": withPrefs({ "dom.quotaManager.temporaryStorage.fixedLimit": 1 }),
        },
        setOffline: (page, isOffline) => page.setOfflineMode(isOffline),
        setHidden: newSetHidden(),
        tabProcess: / -contentproc .* tab\s*$/,
      });
    },
  };
}

/** By another tab of the same window, in front of it. */
function newSetHidden() {
  const inFront = new WeakMap<Page, Page>();
  return async (page: Page, isHidden: boolean) => {
    if (isHidden) {
      const other = await page.browser().newPage();
      await other.bringToFront();
      inFront.set(page, other);
      return;
    }
    await inFront.get(page)?.close();
    await page.bringToFront();
  };
}
