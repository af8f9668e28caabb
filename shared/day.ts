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

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?)?$/;

/**
 * An ISO 8601 date or date-time in milliseconds since 1970, or `undefined` where the text is none (also for
 * the 30th of February). A time without an offset is read as UTC, never as the reader's own zone.
 */
export function parseTime(text: unknown): number | undefined {
  if (typeof text !== "string" || text.length > 40) return undefined;
  const parts = ISO.exec(text);
  if (parts === null || Number(parts[3]) > daysIn(Number(parts[1]), Number(parts[2]))) return undefined;
  const isUtc = text.length === 10 || parts[4] !== undefined;
  const time = Date.parse(isUtc ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
