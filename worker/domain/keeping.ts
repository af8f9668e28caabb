import { type Day, DAY_MS } from "../../shared/day.ts";
import { MAX_EVENT_AGE_MS } from "../../shared/limits.ts";
import { isObject, show } from "../../shared/scoring/show.ts";

/** How long a site keeps what it knows; `null` is for ever, and of idle visitors never to purge them. */
export interface KeepingSettings {
  readonly retentionDays?: number | null;
  readonly purgeIdleVisitorsAfterDays?: number | null;
}

/** The same with what holds where nothing is said. */
export interface Keeping {
  readonly retentionDays: number | null;
  readonly purgeIdleVisitorsAfterDays: number | null;
}

export const KEEPING_SETTINGS = ["retentionDays", "purgeIdleVisitorsAfterDays"] as const;

/**
 * An event may come so late, and is recognised for so long: where less were kept, one could come after what it is
 * recognised by has gone.
 */
export const MIN_KEPT_DAYS = MAX_EVENT_AGE_MS / DAY_MS + 1;
/** A hundred years: who wants more says `null`. */
export const MAX_KEPT_DAYS = 36_500;

/** Interest that halves in a month is down to an eighth by then; and a visitor who comes back begins anew. */
export const PURGE_IDLE_DAYS = 90;

export function keepingOf(settings: KeepingSettings): Keeping {
  const { retentionDays = null, purgeIdleVisitorsAfterDays = PURGE_IDLE_DAYS } = settings;
  return { retentionDays, purgeIdleVisitorsAfterDays };
}

/** The first day of which facts are kept, seen from `today`: ages up to `retentionDays` are. */
export function firstKeptDay({ retentionDays }: Keeping, today: Day): Day {
  return retentionDays === null ? -Infinity : today - retentionDays;
}

export function readKeeping(
  settings: unknown,
  tell: (path: string, message: string) => void,
): KeepingSettings {
  const read: { -readonly [Name in keyof KeepingSettings]: KeepingSettings[Name] } = {};
  if (!isObject(settings)) return read;
  for (const name of KEEPING_SETTINGS) {
    const days = settings[name];
    if (days === undefined) continue;
    if (days === null || (typeof days === "number" && isKept(days))) read[name] = days;
    else {
      const none = name === "retentionDays" ? "for ever" : "to purge none";
      tell(
        `settings.${name}`,
        `wants a whole number of days from ${MIN_KEPT_DAYS} (events may come 30 days late) to ${MAX_KEPT_DAYS}, or null ${none}, got ${show(days)}`,
      );
    }
  }
  return read;
}

function isKept(days: number): boolean {
  return Number.isInteger(days) && days >= MIN_KEPT_DAYS && days <= MAX_KEPT_DAYS;
}
