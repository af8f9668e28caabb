import { createTracker, type Consent, type Tracker } from "./tracker.ts";

/** What the inline stub leaves: calls made before the script arrived, `[method, ...arguments]`. */
interface Stub {
  readonly q?: readonly Call[];
}

type Call = readonly [method: keyof Tracker, ...args: unknown[]];

/**
 * The tag: `<script async src="https://HOST/afterglow.js" data-write-key="wk_…"></script>`. Reads its options
 * from its own attributes, starts the tracker, records the visit, and puts the tracker at `window.afterglow`.
 */
function start(script: HTMLScriptElement): void {
  const { writeKey = "", host, consent, heartbeat } = script.dataset;
  const global = window as unknown as { afterglow?: Tracker & Stub };
  // Loaded twice, it runs once.
  if (global.afterglow?.flush && !global.afterglow.q) return;
  const early = global.afterglow?.q ?? [];
  const tracker = createTracker({
    writeKey,
    host: host ?? new URL(script.src).origin,
    ...(consent ? { consent: consent as Consent } : {}),
    ...(heartbeat ? { heartbeatSeconds: Number(heartbeat) } : {}),
  });
  global.afterglow = tracker;
  // Consent said early holds from the start.
  const call = ([method, ...args]: Call) => (tracker[method] as (...all: unknown[]) => unknown)(...args);
  for (const each of early) if (each[0] === "consent") call(each);
  tracker.page();
  for (const each of early) if (each[0] !== "consent") call(each);
}

if (document.currentScript instanceof HTMLScriptElement) start(document.currentScript);
