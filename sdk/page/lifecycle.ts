import { listen } from "../listen.ts";

/** Calls back when the page is hidden, closed, or left: each time, the last moment that is sure to come. */
export function onHidden(callback: () => void, signal: AbortSignal): void {
  // Safari does not fire visibilitychange when a page is navigated away from: https://webkit.org/b/151234
  listen(window, "pagehide", callback, signal);
  listen(document, "visibilitychange", () => document.visibilityState === "hidden" && callback(), signal);
}

/** Calls back when the page is shown again out of the back/forward cache. */
export function onRestored(callback: () => void, signal: AbortSignal): void {
  listen(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && callback(), signal);
}
