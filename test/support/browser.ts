import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BrowserContext, chromium, type Page } from "playwright-core";

/** One visitor's browser, with a profile on disk that outlives its being closed. */
export interface TestBrowser {
  /** Starts the browser on the profile and opens an empty page; also with JavaScript switched off. */
  open(options?: { readonly javaScriptEnabled?: boolean }): Promise<Page>;
  readonly context: () => BrowserContext;
  close(): Promise<void>;
  /** Closes the browser and deletes the profile. */
  dispose(): Promise<void>;
}

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
];

export async function newBrowser(): Promise<TestBrowser> {
  const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
  const env = JSON.parse(process.env["CHROMIUM_ENV"] ?? "{}") as Record<string, string>;
  const profile = await mkdtemp(join(tmpdir(), "afterglow-profile-"));
  let context: BrowserContext | undefined;

  async function close(): Promise<void> {
    await context?.close();
    context = undefined;
  }

  return {
    async open(options = {}) {
      context = await chromium.launchPersistentContext(profile, {
        executablePath,
        args: ARGS,
        env: { ...process.env, ...env },
        viewport: { width: 1280, height: 800 },
        ...options,
      });
      return context.pages()[0] ?? context.newPage();
    },
    context() {
      if (!context) throw new Error("the browser is not open");
      return context;
    },
    close,
    async dispose() {
      await close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** The visitor's id, as the script keeps it. */
export async function visitorOf(page: Page): Promise<string> {
  const cookies = await page.context().cookies(page.url());
  const id = cookies.find((cookie) => cookie.name === "afterglow_id")?.value;
  if (!id) throw new Error("the script has set no visitor id");
  return id;
}

/** Lets the page's clock run, as somebody reads: a scroll now and then, so that they count as present. */
export async function readFor(page: Page, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 20) {
    await page.mouse.wheel(0, 40);
    await page.mouse.move(200 + (passed % 400), 300);
    await page.clock.runFor(Math.min(20, seconds - passed) * 1000);
  }
}
