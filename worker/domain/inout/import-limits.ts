/** Of one request. Nothing of it is held in memory but a piece; it bounds for how long somebody waits for an answer. */
export const MAX_IMPORT_BYTES = 20 * 1024 * 1024;

/** Rows of a request; a file with more goes on in the next one. */
export const MAX_IMPORT_ROWS = 100_000;
