import { REJECT_REASONS, type RejectReason } from "../../shared/event.ts";

/** The limits that an event can be refused for; to its sender all are `rate_limited`. */
const LIMIT_REASONS = {
  visitor_limit:
    'One visitor sent more than "eventsPerVisitor" allows. People do not: look for a page that tracks in a loop, or somebody who inflates a score. Raise it in the site\'s settings if your pages mean it.',
  address_limit:
    'One address sent more than "eventsPerAddress" allows. Where your own server or proxy stands in front of all visitors, see ADDRESS_HEADER, or send with the secret key; else somebody floods you.',
  new_visitors_of_address:
    'One address made up more visitors than "newVisitorsPerAddress" allows; none of these became a contact. Raise it if so many people share an address with you.',
  new_visitors_of_key:
    'There were more new visitors in all than "newVisitorsPerKey" allows. If you had so many guests, raise it; their scripts keep what they sent and come again.',
  key_limit: 'More requests came with one key than "requestsPerKey" allows.',
} as const;

export type LimitReason = keyof typeof LIMIT_REASONS;

/** What an event was refused for, as it is counted. */
export type EventReason = RejectReason | LimitReason;

/** What a reason means and what to do; `undefined` of one that is none of an event's. */
export function meaningOf(reason: string): string | undefined {
  const all: Readonly<Record<string, string>> = { ...REJECT_REASONS, ...LIMIT_REASONS };
  return Object.hasOwn(all, reason) ? all[reason] : undefined;
}
