import type { Consent, Tracker } from "./api.ts";
import type { Extra } from "./extra.ts";
import { startTracker } from "./tracker.ts";

/** The file with the extras, which is beside this script; its name says its content. */
declare const EXTRAS_FILE: string;

/** What the inline stub leaves: calls made before the script arrived, and how to answer them. */
type Call = readonly [method: keyof Tracker, answer: (result: unknown) => void, args: readonly unknown[]];
type Calls = readonly Call[] & { readonly consent?: Consent };

/** The attributes that ask for an extra, as the dataset names them. */
const EXTRAS = /data-(hash|cl|scr|deb)/;

/**
 * The tag: `<script async src="https://HOST/afterglow.js" data-write-key="wk_…"></script>`. Reads its options
 * from its own attributes, starts the tracker, records the visit, and puts the tracker at `window.afterglow`.
 */
function start(script: HTMLScriptElement, extras?: readonly Extra[]): void {
  const global = window as unknown as { afterglow?: Tracker & { q?: Calls } };
  const early = global.afterglow?.q;
  // Loaded twice, it runs once.
  if (global.afterglow?.flush && !early) return;
  const { dataset } = script;
  const tracker = startTracker({
    host: new URL(script.src).origin,
    ...(dataset as { writeKey: string }),
    // Said early it holds from the start.
    consent: early?.consent ?? (dataset["consent"] as Consent | undefined),
    cookieless: dataset["cookieless"] !== undefined,
    extras,
  });
  global.afterglow = tracker;
  tracker.page();
  for (const [method, answer, args] of early ?? []) {
    // A stub takes any name.
    answer((tracker[method] as ((...all: readonly unknown[]) => unknown) | undefined)?.(...args));
  }
}

const script = document.currentScript as HTMLScriptElement | null;
if (script) {
  if (EXTRAS.test(script.outerHTML)) {
    import(new URL(EXTRAS_FILE, script.src) as unknown as string).then(
      (extras: { readonly default: (dataset: DOMStringMap) => readonly Extra[] }) =>
        start(script, extras.default(script.dataset)),
      () => start(script),
    );
  } else start(script);
}
