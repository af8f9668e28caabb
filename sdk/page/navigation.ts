import { listen } from "../listen.ts";

/**
 * Calls back soon after the page has changed its own address, as single-page sites do: by the Navigation API, or,
 * where there is none, by what the History API is told. The page's own call runs first, and what it throws is its own.
 */
export function onNavigated(callback: () => void, signal: AbortSignal): void {
  // A site sets the title of its new page after the address.
  const soon = () => setTimeout(callback, TITLE_MS);
  const { navigation } = window as { navigation?: EventTarget };
  listen(navigation ? "currententrychange" : "popstate", soon, signal, navigation);
  if (navigation) return;
  for (const name of ["pushState", "replaceState"] as const) {
    const own = history[name];
    // It stays: somebody may have put theirs around it since. When all is stopped it passes calls on, and does no more.
    history[name] = function changed(...args) {
      own.apply(this, args);
      if (!signal.aborted) soon();
    };
  }
}

const TITLE_MS = 50;
