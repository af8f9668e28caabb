import type { Page } from "playwright-core";

import type { WireEvent } from "../../../sdk/index.ts";
import type { TestCollector } from "../collector.ts";
import { keptEvents } from "../kept-events.ts";
import { until } from "../until.ts";
import type { EnginePage } from "./engine.ts";

/** The tag's own object, as the stories call it. */
interface Afterglow {
  track(event: string, properties?: object): void;
  flush(): Promise<void>;
}

/** Goes to a page and waits for its tag. */
export async function visit(page: EnginePage, url: string): Promise<void> {
  await page.goto(url);
  await until(
    () => page.evaluate(() => "afterglow" in window),
    (isThere) => isThere,
  );
}

/** Records events named `Step 1`, `Step 2`, … from the first to the last, in one go. */
export function trackSteps(page: EnginePage, first: number, last: number): Promise<void> {
  return page.evaluate(
    (from, to) => {
      const { afterglow } = window as unknown as { afterglow: Afterglow };
      for (let step = from; step <= to; step += 1) afterglow.track(`Step ${step}`);
    },
    first,
    last,
  );
}

/** Resolves when the page has been shown whose path this is. */
export async function arriveAt(page: EnginePage, path: string): Promise<void> {
  await until(
    async () => new URL(await page.url()).pathname,
    (now) => now === path,
  );
}

/** The visitor's contact, by the id that the script keeps in a cookie. */
export async function contactOf(page: EnginePage): Promise<string> {
  const id = (await page.cookies()).find(({ name }) => name === "afterglow_id")?.value;
  if (!id) throw new Error("the script has set no visitor id");
  return `anon:${id}`;
}

/** The events that the browser still keeps for the page's site. */
export function keptIn(page: EnginePage): Promise<WireEvent[]> {
  // It calls nothing but `evaluate`.
  return keptEvents(page as unknown as Page);
}

/** How often the collector has counted each event of a contact; page visits by their path. */
export async function countsOf(collector: TestCollector, contact: string): Promise<Record<string, number>> {
  const days = await collector.timeline(contact).catch(() => []);
  const counts: Record<string, number> = {};
  for (const { event, properties, count } of days.flatMap(({ facts }) => facts)) {
    const name = event === "page" ? (properties["path"] ?? "") : event;
    // Engaged time that arrived before its page's visit has a fact of its own, with no count yet.
    if (count > 0) counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
}

/** Waits until the collector has all of these events, and answers with what it counted. */
export function untilCounted(
  collector: TestCollector,
  contact: string,
  expected: Readonly<Record<string, number>>,
): Promise<Record<string, number>> {
  return until(
    () => countsOf(collector, contact),
    (counts) => Object.entries(expected).every(([name, count]) => (counts[name] ?? 0) >= count),
  );
}

/** `Step 1` to `Step n`, each counted once. */
export function stepsOnce(first: number, last: number): Record<string, number> {
  const steps = Array.from({ length: last - first + 1 }, (_, i) => [`Step ${first + i}`, 1]);
  return Object.fromEntries(steps);
}
