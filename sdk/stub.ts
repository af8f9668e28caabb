/**
 * Stands in the page before the tag, and keeps calls that are made before the script has arrived. Each answers a
 * promise of what the call will return. `scripts/build.ts` makes it short; README.md and docs/sdk.md show it.
 */
const calls: unknown[] & { [method: string]: unknown } = [] as never;
const early = { q: calls };
const scope = window as unknown as { afterglow?: object };

if (!scope.afterglow) {
  scope.afterglow = early;
  for (const method of "page track identify reset score onScore consent flush stop".split(" ")) {
    Object.assign(early, {
      [method]: (...args: unknown[]) => {
        // Consent is looked up before the calls are made.
        calls[method] = args[0];
        return new Promise((answer) => calls.push([method, answer, args]));
      },
    });
  }
}
