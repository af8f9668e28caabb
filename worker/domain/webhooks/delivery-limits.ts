/** Every limit of deliveries, with its unit in its name and the reason for its value. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Waits before the second, the third … attempt: the schedule that the Standard Webhooks spec gives as its example. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** By so much of itself a wait is longer or shorter, so that what failed together does not come back together. */
export const JITTER = 0.2;

/** What a receiver asks for in `Retry-After` is kept up to this. */
export const MAX_RETRY_AFTER_MS = DAY_MS;

/** After failures that are the destination's own it is tried again after one second, two, four … up to this. */
export const MAX_PAUSE_MS = MINUTE_MS;

/** A destination that has failed for so long with no success between is disabled: longer than one delivery is tried. */
export const DISABLE_AFTER_MS = 5 * DAY_MS;

/** From the request to the last byte of the answer. The spec recommends 15 to 30 seconds. */
export const ATTEMPT_TIMEOUT_MS = 15 * SECOND_MS;

/** Of an answer; the rest is not read. Connectors read ids and codes from it. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** One run of the alarm begins no further delivery after this: on Cloudflare it may take 15 minutes. */
export const MAX_RUN_MS = 5 * MINUTE_MS;

/** When the alarm rings again if the process ends while it delivers. */
export const TAKE_UP_MS = 10 * SECOND_MS;

/** Destinations of a site. */
export const MAX_DESTINATIONS = 20;

/** Waiting for one destination; what comes on top is a dead letter at once, so that nothing grows without end. */
export const MAX_PENDING = 20_000;

/** For so long what is over is listed and can be replayed … */
export const KEPT_MS = 30 * DAY_MS;
/** … and of each destination the last so many. */
export const MAX_KEPT = 20_000;

/** Ids of crossings taken last, which are known when they come again; besides those of which anything is still kept. */
export const REMEMBERED_IDS = 10_000;

/** For so long nothing that was on its way is taken of a contact that has been deleted. */
export const FORGOTTEN_MS = DAY_MS;

/** Dead letters that one request replays. */
export const MAX_REPLAYED = 1_000;

export const MAX_LISTED = 100;

/** For so long both secrets sign where a rotation says nothing, in hours. */
export const OVERLAP_HOURS = 24;
export const MAX_OVERLAP_HOURS = 720;
/** Secrets that sign at a time. */
export const MAX_SECRETS = 3;

/** Slack takes one message a second of an incoming webhook. */
export const SLACK_EVERY_MS = SECOND_MS;

/** HubSpot's daily limit ends at midnight of the account's own time zone, which nobody tells: it is tried each hour. */
export const DAILY_LIMIT_PAUSE_MS = HOUR_MS;
