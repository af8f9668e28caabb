/** Events that are derived from visits, and those by which a person changes a score. */
export const VISIT_STARTED = "Visit Started";
export const VISIT_SUMMARY = "Visit Summary";
export const SCORE_ADJUSTED = "Score Adjusted";
export const SCORE_RESET = "Score Reset";

/** Facts that a person decided. */
export const BY_HAND: ReadonlySet<string> = new Set([SCORE_ADJUSTED, SCORE_RESET]);

/** No visitor can do these. A `*` in a rule does not reach them either: it means what visitors do. */
export const RESERVED_EVENTS: ReadonlySet<string> = new Set([VISIT_STARTED, VISIT_SUMMARY, ...BY_HAND]);
