/** Every limit of kept models, with its unit in its name and the reason for its value. */

/** A change of a model holds everywhere after this time. */
export const MODEL_CHANGE_HOLDS_MS = 5_000;

/** For so long an isolate uses the models that it knows without asking; what is left is for the answer's way. */
export const MODELS_FRESH_MS = 4_000;

/** Asked again no sooner than this after the models could not be asked for, so that a fault makes no storm. */
export const MODELS_RETRY_MS = 1_000;

/** How long a request waits for what another one has asked: whoever asked may have been broken off. */
export const MODELS_PATIENCE_MS = 1_000;

/**
 * Of a model written out in full, in characters, beside its document: at three bytes each the two still fit into one
 * row (2 MB). The largest documents come to about as much, if they say no long decay for many rules at once.
 */
export const MAX_FULL_MODEL_CHARS = 524_288;

/** Models told to an isolate in one answer, in characters: at two bytes each, far below what one may have (32 MiB). */
export const MAX_CHANGES_CHARS = 8_000_000;

/** Models of a site: each is scored and listed for every contact. */
export const MAX_MODELS = 50;

/** Versions kept of each model, the newest: three a day for a year. */
export const MAX_VERSIONS_PER_MODEL = 1_000;

/** Deleted models whose versions are kept, the last deleted; of others only the number of versions is. */
export const MAX_DELETED_MODELS = 50;

/** A sentence or two on why a version was made. */
export const MAX_NOTE_CHARS = 500;
export const MAX_AUTHOR_CHARS = 100;

/** Contacts in one preview: each is an object to wake. */
export const MAX_PREVIEW_CONTACTS = 100;

/** Versions that a contact's crossings are worked out from, the newest; so many an isolate keeps compiled for that. */
export const MAX_CROSSING_VERSIONS = 50;
