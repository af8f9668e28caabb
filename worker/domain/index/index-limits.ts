/** How long a contact is quiet before it is asked for its entry: a visit's pages are mostly closer together. */
export const QUIET_MS = 60_000;

/** One that is never quiet is asked all the same. */
export const LONGEST_WAIT_MS = 600_000;

/** One that cannot be asked is asked again later each time, up to this. */
export const LONGEST_RETRY_MS = 6 * 3_600_000;

/** How often it is looked who is quiet by now, while anybody waits. */
export const TICK_MS = 20_000;

/** How soon it is on disk that a contact waits to be asked. */
export const WAITING_SAVED_MS = 1_000;

/** Contacts asked at a time; each is an object that may have to be loaded. */
export const PULLED_AT_A_TIME = 16;

/** Contacts asked in one step of a walk over all of them, and when the next step comes: 100 a second. */
export const WALK_STEP = 100;
export const WALK_STEP_MS = 1_000;

/** A reader waits for so many contacts of which the index is not sure; the answer tells of the others. */
export const PULLED_FOR_A_READER = 500;

/** Rankings that are kept as they were for who pages through them, and for how long. */
export const MAX_PAGED = 8;
export const PAGED_MS = 600_000;

export const DEFAULT_PAGE = 50;
export const MAX_PAGE = 500;

export const MAX_SHARDS = 64;

/** Readers of one site that watch at a time. */
export const MAX_WATCHERS = 1_000;

/** Of what is asked by one who watches: it is kept with the socket, for which Cloudflare has 2,048 bytes. */
export const MAX_WATCHED_CHARS = 900;

/** How long a shard tells the first one of all that happens without being told again that somebody watches. */
export const WATCH_LEASE_MS = 120_000;
