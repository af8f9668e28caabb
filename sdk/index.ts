import type { EventMap, EventsOf, Tracker } from "./api.ts";
import { silentTracker } from "./silent.ts";
import { startTracker, type TrackerOptions } from "./tracker.ts";

export type { Consent, EventMap, Tracker } from "./api.ts";
export type { Notice, Properties, WireEvent } from "./events.ts";
export type { Extra, Site } from "./extra.ts";
export type { TrackerOptions } from "./tracker.ts";
export type { ScoreAnswer, Snapshot } from "../shared/wire.ts";

/**
 * Starts recording on this page: engaged time and forms at once, a visit when `page` is called. With a map of the
 * site's own events, `createTracker<{ "Video Played": { title: string } }>(…)`, calls of `track` are checked. On a
 * server, where there is no page, it answers a tracker that does nothing.
 */
export function createTracker<Events extends EventsOf<Events> = EventMap>(
  options: TrackerOptions,
): Tracker<Events> {
  const tracker = typeof document === "undefined" ? silentTracker : startTracker(options);
  // The names of events are the compiler's business only.
  return tracker as unknown as Tracker<Events>;
}
