import { listen } from "../listen.ts";

/** Without any of these for 30 seconds a visitor counts as away, however long the page stays open. */
const ACTS = "pointermove pointerdown keydown scroll";
/** After any of these the page may be visible and focused, or not any more. */
const CHANGES = "focus blur visibilitychange";
const IDLE_MS = 30_000;

/**
 * Measures the time in which the page is visible and focused and its visitor not idle. The function it returns tells
 * the milliseconds so far.
 */
export function measureEngagement(signal: AbortSignal): () => number {
  let totalMs = 0;
  /** Up to when time has been added, and up to when it will be if nothing more happens. */
  let since = 0;
  let until = 0;

  function total(): number {
    const now = Date.now();
    // A clock that was set anew adds nothing, or 30 seconds at most.
    totalMs += Math.max(0, Math.min(now, until) - since);
    since = now;
    return totalMs;
  }

  /** Asks the document anew: focus events come before or after visibility changes, differently by browser. */
  function look(): void {
    total();
    until = document.hidden || !document.hasFocus() ? 0 : since + IDLE_MS;
  }

  listen(`${ACTS} ${CHANGES}`, look, signal);
  look();
  return total;
}
