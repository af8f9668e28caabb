/** Whole UTC days since 1970-01-01. */
export type Day = number;

export const DAY_MS = 86_400_000;

/** 9999-12-31, the last day that an ISO date writes with four digits. */
export const LAST_DAY: Day = 2_932_896;

export function dayOf(timeMs: number): Day {
  return Math.floor(timeMs / DAY_MS);
}

/** `20780` → `"2026-11-23"`. */
export function dayToIso(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/;

/**
 * An ISO 8601 date or date-time in milliseconds since 1970, or `undefined` where the text is none (also for
 * the 30th of February). A time without an offset is read as UTC, never as the reader's own zone.
 */
export function parseTime(text: unknown): number | undefined {
  if (typeof text !== "string" || text.length > 40) return undefined;
  const date = ISO.exec(text)?.[1];
  if (date === undefined) return undefined;
  const midnight = Date.parse(date);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  if (text.length === 10) return midnight;
  const hasOffset = /(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const time = Date.parse(hasOffset ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}
