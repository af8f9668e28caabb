import type { Tracker } from "./api.ts";

/** What an extra may change of how a site is read. */
export interface Site {
  /** The path of the page that is shown. */
  path: () => string;
}

/** Something that is not on by default: set up with the tracker, undone when the signal is aborted. */
export type Extra = (tracker: Tracker, site: Site, signal: AbortSignal) => void;
