import type { EnginePage } from "../engines/engine.ts";
import { countsOf as countsOfContact, keptIn, visit } from "../engines/visit.ts";
import { until } from "../until.ts";
import type { Scene } from "./fault.ts";
import type { PageKit } from "./page-kit.ts";

interface KitWindow {
  readonly pageKit: PageKit;
  readonly afterglow: { flush(): Promise<void> };
}

/**
 * How many events the browser keeps for the site, not counting engaged time, which grows as it likes; none where it
 * has no store for it.
 */
async function keptBy(page: EnginePage): Promise<number> {
  const kept = await keptIn(page).catch(() => []);
  return kept.filter(({ event }) => event !== "Page Engaged").length;
}

/** Waits until the browser keeps so many events. */
export async function untilKeeps(page: EnginePage, least: number): Promise<void> {
  await until(
    () => keptBy(page),
    (count) => count >= least,
  );
}

/** Waits until the browser keeps none any more. */
export async function untilSent(page: EnginePage): Promise<void> {
  await until(
    () => keptBy(page),
    (count) => count === 0,
  );
}

/** Sends what is kept. */
export function flush(page: EnginePage): Promise<void> {
  return page.evaluate(() => (window as unknown as KitWindow).afterglow.flush());
}

/**
 * Lets so much time pass by the page's clock, timer after timer, as fast as the page and the collector get their
 * work of each done; posts that nobody answers are not waited for.
 */
export async function pass({ gate }: Pick<Scene, "gate">, page: EnginePage, ms: number): Promise<void> {
  for (let left = ms; left > 0;) {
    const step = (most: number) => (window as unknown as KitWindow).pageKit.toNextTimer(most);
    left -= await page.evaluate(step, left);
    await until(
      async () => {
        // Asked of the store after all that the tag has asked of it.
        await keptBy(page);
        return page.evaluate(() => (window as unknown as KitWindow).pageKit.isWaiting());
      },
      (isWaiting) => !isWaiting || gate.hanging() > 0,
    );
  }
}

/** The visitor comes to one more page, which sends whatever is left to send, and the collector counts it. */
export async function comeBack(scene: Scene, page: EnginePage): Promise<void> {
  await visit(page, `${scene.url}/afterwards`);
  await flush(page);
  await untilSent(page);
  // Whoever it is now: a visitor's cookie may be lost.
  await until(
    () => countsOf(scene, ...scene.visitors()),
    (counts) => (counts["/afterwards"] ?? 0) > 0,
  );
}

/** How often the collector has counted each event of these visitors together; page visits by their path. */
export async function countsOf(
  { collector }: Pick<Scene, "collector">,
  ...visitors: readonly (string | undefined)[]
): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const visitor of visitors) {
    for (const [event, count] of Object.entries(await countsOfContact(collector, `anon:${visitor}`)))
      sums[event] = (sums[event] ?? 0) + count;
  }
  return sums;
}
