import {
  DISABLE_AFTER_MS,
  JITTER,
  MAX_PAUSE_MS,
  MAX_RETRY_AFTER_MS,
  RETRY_DELAYS_MS,
} from "./delivery-limits.ts";

/** What has become of one attempt. `error` is a text of ours, and holds nothing of a contact. */
export type Outcome =
  | { readonly kind: "delivered" }
  /** There was nothing to deliver, as where a contact has no e-mail address. */
  | { readonly kind: "skipped"; readonly error: string }
  | {
      readonly kind: "retry";
      readonly error: string;
      /** Whether it is the destination that fails, and would fail others alike. */
      readonly isOfDestination: boolean;
      readonly retryAfterMs?: number;
    }
  /** To try again would change nothing, unless somebody mends something first. */
  | { readonly kind: "dead"; readonly error: string }
  /** The destination wants nothing any more. */
  | { readonly kind: "gone"; readonly error: string };

/** How a destination has been doing. Times are milliseconds since 1970. */
export interface Health {
  /** Of the first failure since its last success. */
  readonly failingSince: number | null;
  /** Failures of its own in a row. */
  readonly streak: number;
  readonly pausedUntil: number;
}

export const HEALTHY: Health = { failingSince: null, streak: 0, pausedUntil: 0 };

export const STATUSES = ["pending", "delivered", "skipped", "dead"] as const;

export type Status = (typeof STATUSES)[number];

export interface Settled {
  readonly status: Status;
  readonly attempts: number;
  /** When it is tried next. */
  readonly due: number | null;
  readonly error: string | null;
  readonly health: Health;
  /** Why the destination is disabled by it. */
  readonly disabled?: string;
}

/** `random` is from 0 to 1. */
export function settle(
  { attempts: before, health }: { readonly attempts: number; readonly health: Health },
  outcome: Outcome,
  now: number,
  random: number,
): Settled {
  const attempts = before + 1;
  const over = { attempts, due: null };
  if (outcome.kind === "delivered") return { ...over, status: "delivered", error: null, health: HEALTHY };
  const { error } = outcome;
  // What is wrong with a message says nothing of the destination.
  if (outcome.kind === "skipped" || outcome.kind === "dead") {
    return { ...over, status: outcome.kind, error, health };
  }
  const failing = failed(health, outcome, now);
  if (outcome.kind === "gone") return { ...over, status: "dead", error, health: failing, disabled: error };
  const isLong = failing.failingSince !== null && now - failing.failingSince >= DISABLE_AFTER_MS;
  const more = isLong ? { disabled: `It has failed for five days; the last time: ${error}` } : {};
  const wait = waitBefore(attempts, random);
  if (wait === undefined) return { ...over, status: "dead", error, health: failing, ...more };
  const due = now + Math.max(wait, outcome.retryAfterMs ?? 0);
  return { status: "pending", attempts, due, error, health: failing, ...more };
}

function failed(health: Health, outcome: Outcome, now: number): Health {
  const failingSince = health.failingSince ?? now;
  if (outcome.kind !== "retry" || !outcome.isOfDestination) return { ...health, failingSince };
  const streak = health.streak + 1;
  const pause = Math.min(1_000 * 2 ** Math.min(streak - 1, 16), MAX_PAUSE_MS);
  const until = now + Math.max(pause, outcome.retryAfterMs ?? 0);
  return { failingSince, streak, pausedUntil: Math.max(health.pausedUntil, until) };
}

/** The wait after so many attempts; `undefined` where there are no more. */
function waitBefore(attempts: number, random: number): number | undefined {
  const delay = RETRY_DELAYS_MS[attempts - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 + JITTER * (2 * random - 1)));
}

/** `Retry-After` as a number of seconds, or as a date. */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const wait = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS);
}
