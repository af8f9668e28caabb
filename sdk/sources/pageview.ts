import type { Properties, WireEvent } from "../events.ts";

/**
 * The page a visitor is on. The query strings stay behind: they hold what nobody asked for. Whether the referrer is
 * another site the collector sees.
 */
export function currentPage(path: string): Properties {
  return { path, title: document.title, referrer: document.referrer.split("?")[0] };
}

/** The campaign parameters of the address, as they stand there. */
export function campaign(): WireEvent["context"] {
  return { campaign: location.search.match(/\butm_[^&]+/g) ?? undefined };
}
