/** Every limit of the wire and of a contact, with its unit in its name and the reason for its value. */

/** Segment's own limit for a batch is 500 KB; one constant more, so that its clients always fit. */
export const MAX_BODY_BYTES = 512 * 1024;

/** From the end of its headers to its last byte: the largest body comes in time at 26 KB/s. */
export const MAX_BODY_MS = 20_000;

/**
 * How far back the public key may date an event, and for how long the numbers of a producer are remembered: one
 * constant, so that an event that can still be taken can still be recognised.
 */
export const MAX_EVENT_AGE_MS = 30 * 86_400_000;

/** Clocks are off by seconds everywhere: a difference up to this is not corrected, so that days stay exact. */
export const CLOCK_TOLERANCE_MS = 60_000;

/** An event dated further ahead than this (after correction by `sentAt`) is refused; nearer ones become now. */
export const MAX_CLOCK_AHEAD_MS = 5 * 60_000;

/** A day has no more active time than this; one event can never claim more. */
export const MAX_ACTIVE_MS = 86_400_000;

/**
 * The value of one event, either way: a large order in any currency. Sums are kept as whole ten-thousandths, exact
 * up to 900,000,000,000, that is ninety events of this size for one signal on one day.
 */
export const MAX_ABS_VALUE = 10_000_000_000;

export const MAX_ID_CHARS = 256;
export const MAX_EVENT_NAME_CHARS = 128;
export const MAX_PATH_CHARS = 2_048;

/** A signal is an event name with at most this many properties … */
export const MAX_SIGNAL_PROPERTIES = 8;
/** … each of at most this many characters; a path is kept whole. */
export const MAX_PROPERTY_CHARS = 64;
export const MAX_PROPERTY_NAME_CHARS = 64;

/** Distinct signals kept for one contact; what comes later is counted as `other`. */
export const MAX_SIGNALS_PER_CONTACT = 1_000;

/**
 * Pairs of day and signal kept for one contact: ten signals a day for more than five years. Whole days beyond it,
 * the oldest first, are folded into a count.
 */
export const MAX_BUCKETS_PER_CONTACT = 20_000;

/** Different traits that each source of a contact may state, cleared ones included: those that came first. */
export const MAX_TRAITS_PER_CONTACT = 100;
export const MAX_TRAIT_NAME_CHARS = 64;
export const MAX_TRAIT_CHARS = 256;
/** Statements kept of each trait, at most one a day; where they repeat, fewer of the repeats. */
export const TRAIT_VALUES_KEPT = 16;
export const MAX_CLAIMS_PER_CONTACT = 16;

/** Idle time that ends a visit, as everywhere in web analytics. */
export const VISIT_IDLE_MS = 30 * 60_000;

/** Events in one request. More would make an answer that names each of them larger than any client expects. */
/** Ids that one request may ask about in `confirm`. */
export const MAX_CONFIRM = 100;

export const MAX_EVENTS_PER_BATCH = 5_000;

/** Contacts in one request: each is an object with open files of its own, and a browser speaks for one. */
export const MAX_CONTACTS_PER_BATCH = 500;

/** Warnings in one answer. Who has read so many knows what to mend. */
export const MAX_WARNINGS_PER_ANSWER = 50;

/**
 * Message ids of clients other than our SDK that a contact remembers: a repeat among the last N is not counted.
 * At least as many as one request can hold, so that the same batch again is always recognised.
 */
export const FOREIGN_IDS_PER_CONTACT = 5_000;

/** Runs of numbers kept per producer. Our SDK makes few; a client that leaves more holes than this is refused. */
export const MAX_RUNS_PER_PRODUCER = 64;

/**
 * Producers, that is loaded pages, remembered of one visitor: 320 a day for a month. Events of more are refused, as
 * none can be forgotten while its events may come again.
 */
export const MAX_PRODUCERS_PER_SOURCE = 10_000;

/** The row rewritten by every beacon. */
export const HOT_ROW_BYTES = 8 * 1024;
/** A packed row that is longer than this when it is unpacked is followed by a new one: some 1,300 events that are all different, 14 KB when it is packed. */
export const SEGMENT_CHARS = 48 * 1024;

/** A token says who somebody is, and no more; those of identity providers with many claims have 2 KB. */
export const MAX_TOKEN_CHARS = 4_096;
/** Different tokens of one batch that are checked: a browser has one. */
export const MAX_TOKENS_PER_BATCH = 20;
