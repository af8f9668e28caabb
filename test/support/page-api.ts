import type { Page } from "playwright-core";

import type { Tracker } from "../../sdk/index.ts";

/** What stories use of `window.afterglow`. */
export type PageApi = Tracker;

/** Waits until the tag's script has run. */
export async function untilRunning(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      typeof (window as { afterglow?: { stop?: unknown; q?: unknown } }).afterglow?.stop === "function" &&
      !(window as { afterglow?: { q?: unknown } }).afterglow?.q,
  );
}

/** Sends what is waiting on a page, and waits for the answer. */
export function flush(page: Page): Promise<void> {
  return page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.flush());
}
