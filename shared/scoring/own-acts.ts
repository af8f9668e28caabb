import { SCORE_ADJUSTED, SCORE_RESET, VISIT_STARTED, VISIT_SUMMARY } from "../reserved-events.ts";
import type { Signal } from "../signal.ts";

/** What is known about a contact, derived from its acts, or decided by somebody else. */
const NO_ACTS: ReadonlySet<string> = new Set([
  "identify",
  "group",
  "alias",
  VISIT_STARTED,
  VISIT_SUMMARY,
  SCORE_ADJUSTED,
  SCORE_RESET,
  "Lead Qualified",
  "Deal Won",
  "Deal Lost",
]);

/** What is done to a contact: names as Segment's e-mail spec and its relatives write them, in any spelling. */
const BOUNCE_OR_IMPORT = /\b(?:bounced?|bounces|import|imported)\b/;
const CHANNEL = /\b(?:e ?mail|message|sms|push|newsletter)\b/;
const DELIVERY = /\b(?:sent|delivered|dropped|deferred|failed)\b/;

/** Whether a signal is something that the contact did, as inactivity counts it. */
export function isOwnAct({ name }: Signal): boolean {
  if (NO_ACTS.has(name)) return false;
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ");
  return !BOUNCE_OR_IMPORT.test(words) && !(CHANNEL.test(words) && DELIVERY.test(words));
}
