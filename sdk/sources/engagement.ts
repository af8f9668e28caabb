/** Without any of these for 30 seconds a visitor counts as away, however long the page stays open. */
const ACTS = ["pointermove", "pointerdown", "keydown", "scroll", "touchstart", "wheel"];
const IDLE_MS = 30_000;

export interface Engagement {
  /** Takes the milliseconds that have not been taken yet, where they are at least so many; else 0. */
  take(leastMs: number): number;
  stop(): void;
}

/** Measures the time in which the page is visible and focused and its visitor not idle. */
export function measureEngagement(): Engagement {
  let gatheredMs = 0;
  /** Up to when time has been gathered; `undefined` while the page is hidden or another window has the focus. */
  let since: number | undefined;
  let lastAct = performance.now();

  function gather(): void {
    const now = performance.now();
    if (since !== undefined) {
      gatheredMs += Math.max(0, Math.min(now, lastAct + IDLE_MS) - since);
      since = now;
    }
  }

  function act(): void {
    gather();
    lastAct = performance.now();
    if (since === undefined) look();
  }

  /** Asks the document anew: focus events come before or after visibility changes, differently by browser. */
  function look(): void {
    gather();
    const attended = document.visibilityState === "visible" && document.hasFocus();
    if (attended && since === undefined) {
      since = lastAct = performance.now();
    } else if (!attended) since = undefined;
  }

  const changes: [EventTarget, string][] = [
    [window, "focus"],
    [window, "blur"],
    [window, "pageshow"],
    [document, "visibilitychange"],
  ];
  for (const [target, name] of changes) target.addEventListener(name, look, true);
  for (const name of ACTS) addEventListener(name, act, { capture: true, passive: true });
  look();

  return {
    take(leastMs) {
      look();
      if (gatheredMs < leastMs) return 0;
      const taken = Math.round(gatheredMs);
      gatheredMs -= taken;
      return taken;
    },
    stop() {
      for (const [target, name] of changes) target.removeEventListener(name, look, true);
      for (const name of ACTS) removeEventListener(name, act, true);
    },
  };
}
