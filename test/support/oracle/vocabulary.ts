/** The few words of random models and histories: so few that rules hit often. */

export const AXES = ["engagement", "fit", "pain"] as const;
export const SOURCES = ["phone", "laptop", "server"] as const;
export const PATHS = ["/", "/pricing", "/blog/a"] as const;
export const PATH_PATTERNS = ["/*", "/p*g", "/blog/*"] as const;
export const PLANS = ["free", "pro"] as const;
export const FORMS = ["demo", "news"] as const;
export const CAMPAIGNS = ["spring", "autumn"] as const;
export const EVENTS = ["signup", "Form Submitted", "Order Completed"] as const;
/** What is done to the contact, or known about it. */
export const NOT_OWN_EVENTS = ["Email Bounced", "Deal Won"] as const;
export const ROLES = ["ceo", "student"] as const;
/** Also a number that is written as a text. */
export const EMPLOYEES = [5, 200, "50"] as const;
/** The model id that adjustments and resets may name. */
export const MODEL_IDS = ["m", "another"] as const;
