import { lookUp } from "../../shared/seen.ts";
import type { ContactState, Intake } from "./ledger.ts";
import { spend, waitMs } from "./token-bucket.ts";

/**
 * How long a contact waits before it takes these events; 0 where it takes them. All or none: so its sender has one
 * answer to go by. What it has counted before costs nothing, and is confirmed at any time. The bucket stands in the row
 * that is written for the events anyway, so that it holds over eviction and everywhere.
 */
export function visitorWait(state: ContactState, { source, events, allowance, receivedAt }: Intake): number {
  const wait = allowance ? waitMs(state.fullAt, allowance, receivedAt) : 0;
  if (wait === 0) return 0;
  const seen = state.total.seen[source];
  return events.some(({ id }) => !seen || lookUp(seen, id) !== "seen") ? wait : 0;
}

/** Takes from the contact's bucket what was counted. */
export function payFor(state: ContactState, { allowance, receivedAt }: Intake, count: number): void {
  if (allowance) state.fullAt = spend(state.fullAt, count, allowance, receivedAt);
}

const WAIT = '{"waitMs":';

/** What a contact says in place of an answer: no answer begins like this. */
export function waitText(ms: number): string {
  return `${WAIT}${ms}}`;
}

/** How long a contact wants its sender to wait; 0 where it has answered. */
export function waitOf(text: string): number {
  return text.startsWith(WAIT) ? Number.parseInt(text.slice(WAIT.length), 10) : 0;
}
