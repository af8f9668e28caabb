/** The few signals of dense histories. */

export const DENSE_VISIT = "signup";
/** Has a value. */
export const DENSE_ORDER = "Order Completed";
export const DENSE_RESET = "unsubscribe";
