import type { SignalKey } from "./signal.ts";

export type Scalar = string | number | boolean;

/** How a contact is addressed: by the site's own id, or by the id of an anonymous visitor. */
export type Ref = `user:${string}` | `anon:${string}`;

/** Where a visit came from: the host of an outside referrer and the campaign, empty where there is none. */
export interface Origin {
  readonly referrer: string;
  readonly campaign: string;
  readonly source: string;
  readonly medium: string;
}

/** One event as a contact takes it in: checked, its clock corrected, reduced to what is kept of it. */
export interface FactEvent {
  /** From its producer and for ever: the same id is the same event. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly signal: SignalKey;
  /** 0 for active time, which adds to its page and is no visit of it. */
  readonly count: 0 | 1;
  readonly activeMs: number;
  readonly value: number | null;
  /** Present where the event is part of a visit to the site: of one page (1), or on one (0). */
  readonly visit?: { readonly pages: 0 | 1; readonly origin: Origin };
  readonly traits?: Readonly<Record<string, Scalar>>;
  /** A user id that the sender claims without proof. */
  readonly claim?: string;
}

export const REJECT_REASONS = {
  not_an_object: "An event is a JSON object with a type.",
  unknown_type: 'Set "type" to page, track, identify, screen, group or alias.',
  unverified_user:
    'With the public write key an event needs an "anonymousId"; events about a "userId" alone need the secret key.',
  missing_id: 'Set "userId" or "anonymousId" (a string of 1 to 256 characters).',
  invalid_id: "An id is a string of 1 to 256 characters without control characters.",
  reserved_event:
    '"Score Adjusted" and "Score Reset" change a score by hand, and visits are counted here: these need the secret key.',
  missing_event_name: 'A track call needs an "event" name of 1 to 128 characters.',
  invalid_timestamp: "A timestamp is an ISO 8601 date-time, such as 2026-11-23T10:00:00.000Z.",
  timestamp_in_future:
    "The timestamp lies in the future. Send the time of the event, and sentAt beside the batch.",
  timestamp_too_old:
    "The public write key may date an event back by 30 days at most; the secret key freely, to 1970.",
  path_too_long: "A path has at most 2048 characters.",
  invalid_active_ms: '"active_ms" is a number of milliseconds from 0 to 86400000.',
  invalid_value: '"value" is a finite number between -10000000 and 10000000.',
  too_many_gaps: "This producer's event numbers leave too many gaps; number events without holes.",
} as const;

export type RejectReason = keyof typeof REJECT_REASONS;
