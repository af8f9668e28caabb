import { listen } from "../listen.ts";

/** Without any of these for 30 seconds a visitor counts as away, however long the page stays open. */
const ACTS = "pointermove pointerdown keydown scroll touchstart wheel";
const IDLE_MS = 30_000;

/**
 * Measures the time in which the page is visible and focused and its visitor not idle. The function it returns takes
 * the milliseconds that have not been taken yet, where they are at least so many; else 0.
 */
export function measureEngagement(signal: AbortSignal): (leastMs: number) => number {
  let gatheredMs = 0;
  /** Up to when time has been gathered; `undefined` while the page is hidden or another window has the focus. */
  let since: number | undefined;
  let lastAct = performance.now();

  /** Asks the document anew: focus events come before or after visibility changes, differently by browser. */
  function look(): void {
    const now = performance.now();
    if (since !== undefined) {
      gatheredMs += Math.max(0, Math.min(now, lastAct + IDLE_MS) - since);
      since = now;
    }
    if (document.visibilityState === "hidden" || !document.hasFocus()) since = undefined;
    else if (since === undefined) since = lastAct = now;
  }

  function act(): void {
    look();
    lastAct = performance.now();
  }

  listen(window, "focus blur pageshow", look, signal);
  listen(document, "visibilitychange", look, signal);
  listen(window, ACTS, act, signal);
  look();

  return function take(leastMs) {
    look();
    if (gatheredMs < leastMs) return 0;
    const taken = Math.round(gatheredMs);
    gatheredMs -= taken;
    return taken;
  };
}
