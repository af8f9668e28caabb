/** Every limit of sites and keys, with its unit in its name and the reason for its value. */

/** A revoked key, and a changed origin, hold everywhere after this time. */
export const SITE_CHANGE_HOLDS_MS = 60_000;

/** For so long an isolate uses the sites that it knows without asking. */
export const SITES_FRESH_MS = 20_000;

/**
 * For so long it uses them at all: also where nobody can be asked, as a key may have been revoked meanwhile. What is
 * left until a change must hold is for the requests that have been let in.
 */
export const SITES_USABLE_MS = 55_000;

/** Asked again no sooner than this after the sites could not be asked for, so that a fault makes no storm. */
export const SITES_RETRY_MS = 1_000;

/** How long a request waits for what another one has asked: whoever asked may have been broken off. */
export const SITES_PATIENCE_MS = 1_000;

/** Sites of a deployment. Every isolate knows them all, to answer preflights: with all that each may say, some 10 MB. */
export const MAX_SITES = 1_000;

/** Pages of one site are seldom at more addresses; a wildcard stands for all hosts of a domain. */
export const MAX_ORIGINS = 30;

/** A host name has at most 253 characters. */
export const MAX_ORIGIN_CHARS = 280;

/** Keys of a site that are in use: one for each backend and page that has its own, twice while they rotate. */
export const MAX_KEYS = 20;

export const MAX_SITE_NAME_CHARS = 100;

/** For so long both keys hold where a rotation says nothing. */
export const OVERLAP_DAYS = 7;
export const MAX_OVERLAP_DAYS = 365;

/** Signed keys that an isolate remembers to be genuine: more than are in use at a time, at some 150 bytes each. */
export const MAX_REMEMBERED_KEYS = 5_000;

/** Sites whose models an isolate keeps ready. */
export const MAX_LIVE_SITES = 200;
