/** Every limit of a scoring model, with its unit in its name and the reason for its value. */

/** A model is read whole at every score; the largest that people keep elsewhere has some hundred rules. */
export const MAX_MODEL_BYTES = 262_144;

/** The answer of a score names every axis. */
export const MAX_AXES = 8;
export const MAX_GROUPS = 100;
/** Over all groups and the lines of the short form: each is one more look at each signal of a contact. */
export const MAX_RULES = 500;
export const MAX_BANDS = 20;

/** Of a rule, either way. Sums keep nine digits after the point, exact up to a million points. */
export const MAX_POINTS = 100_000;
/** Of an axis, the total, a cut or a line of a band, either way: the most that a sum comes to. */
export const MAX_SCORE_POINTS = 1_000_000;
/** Of an axis in the total, either way: eight axes at their most still add up exactly. */
export const MAX_WEIGHT = 10;
/** Less than this is no decay that anybody could see, and would fade for ever. */
export const MIN_DECAY_PERCENT = 0.01;

/** Ten years: older than what a contact's facts reach back to. */
export const MAX_DURATION_DAYS = 3_650;
/** Active time is summed within a day. */
export const MAX_ACTIVE_SECONDS = 86_400;
/** An amount of `value`, as large as one event can state. */
export const MAX_AMOUNT = 10_000_000_000;

/** As long as a trait is kept; a search takes (length of the pattern) × (length of the text) steps at most. */
export const MAX_PATTERN_CHARS = 256;
export const MAX_LIST_ITEMS = 1_000;
/** Over all tests of a model: each is held against each of a contact's thousand signals, in a second at most. */
export const MAX_TEST_TEXTS = 10_000;
/**
 * Of these, texts for which the whole of a value has to be searched. In a path of 2,048 characters made for it a
 * search takes some 12 to 15 microseconds, so that these take a second for a thousand paths.
 */
export const MAX_SEARCHED_TEXTS = 64;
/** Of a record, such as the values of a trait, and of the cells of a grid. */
export const MAX_KEYS = 1_000;
/** Ids and the names of axes, bands and grades: they stand in lists and addresses. */
export const MAX_NAME_CHARS = 64;
/** A line of the short form is called by its part, its trait and its pattern: `traits:role:*chief*`. */
export const MAX_RULE_ID_CHARS = 384;
export const MAX_LABEL_CHARS = 200;
/** Of what a model says about itself. */
export const MAX_ABOUT_CHARS = 2_000;
/** Of the grades of a ladder, and of the cuts of one axis. */
export const MAX_LADDER_STEPS = 50;
