import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

import { findBrowser } from "../../../scripts/browser.ts";

/** Some SDKs keep silent when a machine visits; nothing outside this machine is asked for. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-blink-features=AutomationControlled",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
];

const LOOK = {
  userAgent:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
  viewport: { width: 1280, height: 800 },
};

async function launchOptions() {
  const { executablePath, env } = await findBrowser();
  return { executablePath, args: ARGS, env: { ...process.env, ...env } };
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch(await launchOptions());
}

/** A browser of its own, on a profile that outlives it. */
export async function launchOn(profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, { ...(await launchOptions()), ...LOOK });
}

/** A page of a visitor who has never been here. */
export async function newVisitorPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext(LOOK);
  return context.newPage();
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
