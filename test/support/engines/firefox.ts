import { existsSync } from "node:fs";

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
    newBrowser: () => newPuppeteerBrowser({ browser: "firefox", executablePath, headless: true }),
  };
}
