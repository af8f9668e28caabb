/** Every limit of identities, with its unit in its name and the reason for its value. */

/** Contacts merged into one: the devices and browsers of a person, with much to spare for those that forget their cookie. */
export const MAX_MERGED_PER_CONTACT = 500;

/** A merged into B, B into C, …: what comes for A is handed on so many times. */
export const MAX_MERGE_DEPTH = 6;

/** Clocks of backends are off by seconds. */
export const TOKEN_CLOCK_TOLERANCE_S = 60;

/** Keys of a site for tokens: two of each that rotates. */
export const MAX_TOKEN_KEYS = 10;

/** RFC 7518: a key for HS256 has at least as many bits as its hash. */
export const MIN_HMAC_SECRET_BYTES = 32;
export const MAX_HMAC_SECRET_CHARS = 512;
export const MAX_TOKEN_KID_CHARS = 64;
export const MAX_AUDIENCE_CHARS = 256;

/** The longest that browsers keep a cookie is 400 days. */
export const VISITOR_COOKIE_S = 365 * 86_400;

/** Visitors' cookies that an isolate remembers to be genuine, at some 100 bytes each. */
export const MAX_REMEMBERED_COOKIES = 5_000;

/** An unfinished merge is taken up again after this, and where that fails later and later. */
export const MERGE_RETRY_MS = 5_000;
export const MAX_MERGE_RETRY_MS = 60 * 60_000;
