import type { Properties, WireEvent } from "../events.ts";

/** What tells of a page, and of how the visitor came there. */
export type PageFacts = { readonly properties: Properties; readonly context: WireEvent["context"] };

/**
 * The page a visitor is on, and the campaign parameters of its address as they stand there. Of query strings nothing
 * else is taken: they hold what nobody asked for. Whether the referrer is another site the collector sees.
 */
export function pageFacts(path: string, properties?: Properties): PageFacts {
  return {
    properties: { path, title: document.title, referrer: document.referrer.split("?")[0], ...properties },
    context: { campaign: location.search.match(/[?&]utm_[^&]+/g) ?? undefined },
  };
}
