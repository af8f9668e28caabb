import { BAND } from "./band.ts";

/**
 * Stands in the page before the tag. Keeps calls that are made before the script has arrived; each answers a promise of what the
 * call will return. Says on `<html>` in which band the visitor was last, before anything is painted, and follows it from
 * then on. `scripts/build.ts` makes it short; README.md and docs/sdk.md show it.
 */
const calls: unknown[] & { [method: string]: unknown } = [] as never;
const scope = window as unknown as { afterglow?: object };
const { dataset } = document.documentElement;
let kept: Record<string, string> | undefined;

try {
  kept = localStorage;
  dataset[BAND] = kept[BAND] || "";
} catch {
  // Nothing is kept here.
}
scope.afterglow ||= new Proxy<{ [name: string]: unknown }>(
  { q: calls },
  {
    get: (early, method: string) =>
      early[method] ||
      ((...args: unknown[]) => {
        // Consent is looked up before the calls are made.
        calls[method] = args[0];
        return new Promise((answer) => calls.push([method, answer, args]));
      }),
  },
);
calls.push([
  "onScore",
  Date,
  [
    ({ band }: { band: string | null }) => {
      dataset[BAND] = band || "";
      // Where nothing is kept this fails, and the tracker keeps that to itself.
      (kept as Record<string, string>)[BAND] = band || "";
    },
  ],
]);
