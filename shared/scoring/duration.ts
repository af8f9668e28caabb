import { MAX_ACTIVE_SECONDS, MAX_DURATION_DAYS } from "./model-limits.ts";

const DAYS: Readonly<Record<string, number>> = { d: 1, w: 7 };
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

const DURATION = /^(0|[1-9]\d{0,4})([dw])$/;
const ACTIVE_TIME = /^(0|[1-9]\d{0,4})([smh])$/;

/** `"4w"` → 28 whole days, from 0 to `MAX_DURATION_DAYS`; `undefined` where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  return read(DURATION, DAYS, MAX_DURATION_DAYS, text);
}

/** `"2m"` → 120,000 ms, from 0 to a day; `undefined` where the text is no active time. */
export function parseActiveTime(text: string): number | undefined {
  const seconds = read(ACTIVE_TIME, SECONDS, MAX_ACTIVE_SECONDS, text);
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** The days of a duration in a model that has been checked. Throws a `RangeError` where the text is none. */
export function daysOf(duration: string): number {
  return checked(parseDuration(duration), duration);
}

/** The milliseconds of an active time in a model that has been checked. Throws a `RangeError` where it is none. */
export function activeMsOf(time: string): number {
  return checked(parseActiveTime(time), time);
}

/** Regular expressions (without anchors) for what is longer than nothing: `"1d"` to `"3650d"`, `"1s"` to `"24h"`. */
export const DURATION_PATTERN = patternOf(DAYS, MAX_DURATION_DAYS);
export const ACTIVE_TIME_PATTERN = patternOf(SECONDS, MAX_ACTIVE_SECONDS);

type Units = Readonly<Record<string, number>>;

function read(format: RegExp, units: Units, most: number, text: string): number | undefined {
  const [, count, unit = ""] = format.exec(text) ?? [];
  const amount = Number(count) * (units[unit] ?? Number.NaN);
  return amount <= most ? amount : undefined;
}

function checked(amount: number | undefined, text: string): number {
  if (amount === undefined) throw new RangeError(`${text} is no time span`);
  return amount;
}

function patternOf(units: Units, most: number): string {
  return Object.entries(units)
    .map(([unit, size]) => `(?:${wholeUpTo(Math.floor(most / size))})${unit}`)
    .join("|");
}

/** A regular expression for the whole numbers from 1 to `most`. */
function wholeUpTo(most: number): string {
  const digits = String(most);
  const all = digits.length === 1 ? [] : [`[1-9]\\d{0,${digits.length - 2}}`];
  for (let place = 0; place < digits.length; place++) {
    const low = place === 0 ? 1 : 0;
    const high = Number(digits[place]) - 1;
    if (high >= low)
      all.push(`${digits.slice(0, place)}[${low}-${high}]${anyDigits(digits.length - place - 1)}`);
  }
  return [...all, digits].join("|");
}

function anyDigits(places: number): string {
  return places === 0 ? "" : `\\d{${places}}`;
}
