const DAY_MS = 86_400_000;
const ACTIVE_UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** The UTC day of a moment: 0 is 1970-01-01. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** `"30d"` and `"4w"` in days. */
export function daysOf(duration: string): number {
  const amount = Number.parseInt(duration, 10);
  return duration.endsWith("w") ? amount * 7 : amount;
}

/** `"45s"`, `"10m"` and `"2h"` in milliseconds. */
export function activeMsOf(time: string): number {
  return Number.parseFloat(time) * (ACTIVE_UNIT_MS[time.slice(-1)] ?? Number.NaN);
}

/** Which week from Monday a day lies in: day 4 (1970-01-05) was a Monday. */
export function weekOf(day: number): number {
  return Math.floor((day - 4) / 7);
}

/** Which calendar month a day lies in. */
export function monthOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Which period of a limit a day lies in; blocks of days are laid from `firstDay` on. */
export function periodOf(day: number, each: string, firstDay: number): number {
  if (each === "day") return day;
  if (each === "week") return weekOf(day);
  if (each === "month") return monthOf(day);
  return Math.floor((day - firstDay) / daysOf(each));
}

/** Whether a day is one of the last days of a window that ends with `today`: `"7d"` is ages 0 to 6. */
export function isWithin(day: number, today: number, within: string | undefined): boolean {
  return within === undefined || today - day < daysOf(within);
}
