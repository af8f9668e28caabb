import type { Page } from "playwright-core";

import { visitorOf } from "./browser.ts";
import type { TestCollector } from "./collector.ts";
import { flush } from "./page-api.ts";

/** What the collector has of a visitor, of all days; nothing where it does not know them. */
export async function factsOfVisitor(collector: TestCollector, visitor: string) {
  const days = await collector.timeline(`anon:${visitor}`).catch(() => []);
  return days.flatMap(({ facts }) => facts);
}

/** What the collector has of a page's visitor, after everything was sent. */
export async function factsOfPage(collector: TestCollector, page: Page) {
  await flush(page);
  return factsOfVisitor(collector, await visitorOf(page));
}

/** How often each path was visited. */
export async function visitsOfPage(collector: TestCollector, page: Page): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { event, properties, count } of await factsOfPage(collector, page)) {
    const path = properties["path"] ?? "";
    if (event === "page" && count > 0) counts[path] = (counts[path] ?? 0) + count;
  }
  return counts;
}
