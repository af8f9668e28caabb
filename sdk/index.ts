export type { Notice, Properties, WireEvent } from "./events.ts";
export { type Consent, createTracker, type Tracker, type TrackerOptions } from "./tracker.ts";
