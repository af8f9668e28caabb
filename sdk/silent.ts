import type { Tracker } from "./api.ts";

function nothing(): void {}

/** Does nothing, where there is no page: so that a module that is shared with a server may call what it likes. */
export const silentTracker: Tracker = {
  page: nothing,
  track: nothing,
  identify: nothing,
  reset: nothing,
  score: async () => null,
  onScore: () => nothing,
  consent: nothing,
  flush: async () => undefined,
  stop: nothing,
};
