import {
  MAX_ABS_VALUE,
  MAX_ACTIVE_MS,
  MAX_EVENT_NAME_CHARS,
  MAX_ID_CHARS,
  MAX_PATH_CHARS,
  MAX_PRODUCERS_PER_SOURCE,
  MAX_PROPERTY_CHARS,
  MAX_SIGNAL_PROPERTIES,
  MAX_TRAIT_CHARS,
  MAX_TRAIT_NAME_CHARS,
  MAX_TOKEN_CHARS,
  MAX_TOKENS_PER_BATCH,
  MAX_TRAITS_PER_CONTACT,
} from "./limits.ts";
import type { SignalKey } from "./signal.ts";

export type Scalar = string | number | boolean;

/** What is said of a trait; `null` that it is not known any more. */
export type Stated = Scalar | null;

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
  readonly traits?: Readonly<Record<string, Stated>>;
  /** A user id that the sender claims without proof. */
  readonly claim?: string;
}

export const REJECT_REASONS = {
  not_an_object: "An event is a JSON object with a type.",
  unknown_type: 'Set "type" to page, track, identify, screen, group or alias.',
  unverified_user:
    'With the public write key an event needs an "anonymousId"; events about a "userId" alone need the secret key.',
  missing_id: `Set "userId" or "anonymousId" (a string of 1 to ${MAX_ID_CHARS} characters).`,
  invalid_id: `An id is a string of 1 to ${MAX_ID_CHARS} characters, without control characters, half a surrogate pair, or white space at an end.`,
  reserved_event:
    '"Score Adjusted" and "Score Reset" change a score by hand, and visits are counted here: these need the secret key.',
  missing_previous_id: `An alias call with the secret key needs "previousId", the id that becomes another name of "userId" (a string of 1 to ${MAX_ID_CHARS} characters).`,
  missing_event_name: `A track call needs an "event" name of 1 to ${MAX_EVENT_NAME_CHARS} characters.`,
  event_name_too_long: `An "event" name has at most ${MAX_EVENT_NAME_CHARS} characters. Put what differs from event to event into "properties".`,
  invalid_timestamp: "A timestamp is an ISO 8601 date-time, such as 2026-11-23T10:00:00.000Z.",
  timestamp_in_future:
    "The timestamp lies in the future. Send the time of the event, and sentAt beside the batch.",
  timestamp_too_old:
    "An event may be dated back to 1970 with the secret key, and by 30 days at most with the public write key.",
  path_too_long: `A path has at most ${MAX_PATH_CHARS} characters.`,
  invalid_active_ms: `"active_ms" is a number of milliseconds from 0 to ${MAX_ACTIVE_MS}.`,
  invalid_value: `"value" is a finite number between -${MAX_ABS_VALUE} and ${MAX_ABS_VALUE}, and no text.`,
  bot: 'A crawler or a headless browser is no visitor: nothing of it is kept. To count such ones like people, set the site\'s settings.bots to "count".',
  rate_limited: "Too much at once. Send this event again after the time in Retry-After.",
  deleted_contact:
    "This contact was deleted. What it did before then is not taken any more, nor anything of a visitor's id until 30 days later; a new id begins a new visitor.",
  past_retention: "The event is older than the site keeps facts (its setting retentionDays).",
  too_many_gaps: "This producer's event numbers leave too many gaps; number events without holes.",
  too_many_producers: `Events of more than ${MAX_PRODUCERS_PER_SOURCE} loaded pages of this visitor came within a month, which nobody visits; those of further ones are not taken. Keep the producer in your events' ids for as long as a page lives.`,
} as const;

export type RejectReason = keyof typeof REJECT_REASONS;

/** Why a part of an event is not kept as it was sent, while the rest of the event counts. */
export const WARN_REASONS = {
  invalid_traits:
    'Traits are an object of names and values, such as {"plan": "pro"}; nothing of this was kept as one.',
  invalid_trait_name: `The name of a trait has 1 to ${MAX_TRAIT_NAME_CHARS} characters, with that of the object around it ("company.size"), and is not "__proto__"; this one was left out.`,
  trait_is_a_list:
    'A trait is a text, a number, true, false or null; this list was left out. Send each entry as a trait of its own, such as "likes.tea": true, or all of them as one text, such as "tea, coffee".',
  trait_too_deep:
    'An object is read one level deep ("address": {"city": …} as "address.city"); this one lies deeper and was left out. Send what you need of it as a trait of its own, such as "address.geo.lat".',
  trait_not_finite: "This number is larger than a number can be, and was left out. Send it as a text.",
  trait_too_long: `The text of a trait is kept up to ${MAX_TRAIT_CHARS} characters; the rest of this one was left out. Send a shorter one.`,
  too_many_traits: `Of each source the first ${MAX_TRAITS_PER_CONTACT} traits of a contact are kept; this one and further new ones were left out. Send only those that a model looks at.`,
  too_many_properties: `Of an event ${MAX_SIGNAL_PROPERTIES} properties are kept: path, form, campaign and where it came from, then by name. The others were left out. Send only those that a model looks at.`,
  property_too_long: `The name and the text of a property are kept up to ${MAX_PROPERTY_CHARS} characters; the rest of this one was left out, and so it is with others of the event that are longer. Send shorter ones.`,
  deleted_contact:
    "This contact was deleted, and a visitor's id begins no new one until 30 days later: nothing was merged.",
  token_unexpected:
    'This site has no keys for tokens, so the user stays a claim. Set them: PATCH /v1/sites/{id} {"settings": {"identity": {"jwt": [ … ]}}}.',
  token_too_long: `A token has at most ${MAX_TOKEN_CHARS} characters, so the user stays a claim. Sign only sub, exp and aud.`,
  token_malformed:
    "This is no signed JWT (three parts of base64url between dots, with the header's alg HS256 or EdDSA), so the user stays a claim.",
  token_unknown_key:
    "None of the site's keys for tokens has this token's kid and alg, so the user stays a claim. Sign with one of them, and put its kid into the header.",
  token_bad_signature:
    "The token's signature is not that of the site's key, so the user stays a claim. Sign it with the same key that the site's settings have.",
  token_expired:
    "The token's exp is over, or its nbf is still to come, so the user stays a claim. Ask your backend for a new one.",
  token_without_expiry:
    "A token needs an exp, in seconds since 1970, so the user stays a claim. A few minutes from now are enough.",
  token_wrong_audience:
    "The token's aud is not this site, so the user stays a claim. Set it to the site's id, or to the audience of its key.",
  token_wrong_subject: `The token's sub is no id of a user (1 to ${MAX_ID_CHARS} characters), or another one than the event's userId, so the user stays a claim.`,
  too_many_tokens: `Of a batch ${MAX_TOKENS_PER_BATCH} different tokens are checked, so the user stays a claim. Send fewer at a time.`,
  already_merged:
    "This visitor has been merged into another contact, and stays there. After somebody has signed out, call reset(); two known users are merged by an alias call with the secret key.",
  too_many_merged:
    "The user has as many merged visitors as a contact can have. The event was counted for the visitor alone.",
  too_deeply_merged:
    "Users were merged into users, one after the other, more often than can be followed. Merge into the user that is to stay.",
  value_too_large: `"value" lies between -${MAX_ABS_VALUE} and ${MAX_ABS_VALUE}; the nearest of these was counted. Send it in a larger unit.`,
} as const;

export type WarnReason = keyof typeof WARN_REASONS;

/** A part of an event that is not kept as it was sent. */
export interface LeftOut {
  readonly reason: WarnReason;
  /** Where it stands in the event, such as `traits.tags`. */
  readonly path: string;
}
