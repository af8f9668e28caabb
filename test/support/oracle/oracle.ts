import type { FullAxis, FullModel } from "../../../shared/scoring/full-model.ts";
import type { Act } from "./act.ts";
import type { AsOf } from "./as-of.ts";
import { asOf } from "./as-of.ts";
import { axisDay } from "./axis-units.ts";
import { dayOf } from "./calendar.ts";
import type { Shown } from "./grading.ts";
import { bandOf, cellNameOf, cellOf, gradeOf } from "./grading.ts";
import { meetsWhen, meetsWhere } from "./match.ts";
import { clamp, clampToMillion, sum, toPoints, toUnits } from "./units.ts";

/** What a read returns, in points. */
export interface OracleScore {
  readonly score: number;
  readonly axes: Readonly<Record<string, number>>;
  readonly band: string | null;
  readonly grade?: string;
  readonly cell?: string;
  readonly cellName?: string;
  /** The label of the exclusion that is met. */
  readonly excluded?: string;
}

/** The first later day on which band, grade or cell is another, and what they are then. */
interface OracleChange {
  readonly at: number;
  readonly band: string | null;
  readonly grade?: string;
  readonly cell?: string;
}

/** A day and the score at its end. */
export interface OracleDay {
  readonly day: number;
  readonly score: OracleScore;
}

/** What one day hands on to the next. */
interface Overnight {
  /** What the running floor of each axis has given so far, in units. */
  readonly lifts: Readonly<Record<string, number>>;
  readonly band: string | null;
}

/**
 * The score as of the UTC day `at`, from the acts dated up to and including it: `docs/models.md`, slowly and
 * word by word. `modelId` is the model that adjustments and resets by hand may name.
 */
export function oracleScore(full: FullModel, acts: readonly Act[], at: number, modelId = "m"): OracleScore {
  let score = unscored(full);
  for (const day of replay(full, acts, at, at, modelId)) score = day.score;
  return score;
}

/** The score at the end of each day, from the first act (or `lastDay`, if that is earlier) to `lastDay`. */
export function oracleDays(
  full: FullModel,
  acts: readonly Act[],
  lastDay: number,
  modelId = "m",
): OracleDay[] {
  return [...replay(full, acts, lastDay, lastDay, modelId)];
}

/** The next change seen from the day `at`, if there is one within so many days and nothing else happens. */
export function oracleNextChange(
  full: FullModel,
  acts: readonly Act[],
  at: number,
  horizonDays: number,
  modelId = "m",
): OracleChange | null {
  let now = unscored(full);
  for (const { day, score } of replay(full, acts, at, at + horizonDays, modelId)) {
    if (day <= at) now = score;
    else if (!isSameStanding(score, now)) {
      const { band, grade, cell } = score;
      return { at: day, band, ...present({ grade, cell }) };
    }
  }
  return null;
}

/** Whether band, grade and cell are the same. */
export function isSameStanding(a: OracleScore, b: OracleScore): boolean {
  return a.band === b.band && a.grade === b.grade && a.cell === b.cell;
}

/** Scores each day from the first act (or `at`) to `lastDay`, with the acts up to `at`. */
function* replay(
  full: FullModel,
  acts: readonly Act[],
  at: number,
  lastDay: number,
  modelId: string,
): Generator<OracleDay> {
  const known = acts.filter((act) => dayOf(act.at) <= at);
  let overnight: Overnight = { lifts: {}, band: null };
  for (let day = Math.min(at, ...known.map((act) => dayOf(act.at))); day <= lastDay; day += 1) {
    const { score, lifts } = scoreDay(full, asOf(known, day), overnight, modelId);
    overnight = { lifts, band: score.band };
    yield { day, score };
  }
}

function scoreDay(
  full: FullModel,
  now: AsOf,
  yesterday: Overnight,
  modelId: string,
): { score: OracleScore; lifts: Record<string, number> } {
  const axes: Record<string, number> = {};
  const lifts: Record<string, number> = {};
  for (const [name, axis] of Object.entries(full.axes)) {
    const { units, resetToday } = axisDay(full, name, axis, now, modelId);
    const lift = liftOf(axis, units, resetToday ? 0 : (yesterday.lifts[name] ?? 0));
    lifts[name] = lift;
    axes[name] = clamp(clampToMillion(units + lift), axis);
  }
  const excluded = full.exclude.find((exclusion) => isMet(exclusion, now));
  if (excluded !== undefined) return { score: { ...unscored(full), excluded: excluded.label }, lifts };
  return { score: graded(full, { total: totalOf(full, axes), axes }, yesterday.band), lifts };
}

/** The running floor lifts the sum to it for good. */
function liftOf(axis: FullAxis, units: number, lifted: number): number {
  return axis.floor === undefined ? 0 : Math.max(lifted, toUnits(axis.floor) - units);
}

function totalOf(full: FullModel, axes: Readonly<Record<string, number>>): number {
  const weighted = Object.entries(axes).map(([name, units]) =>
    Math.round(units * (full.total.weights[name] ?? 0)),
  );
  return clamp(clampToMillion(sum(weighted)), full.total);
}

function graded(full: FullModel, sums: Shown, yesterday: string | null): OracleScore {
  const grade = gradeOf(full, sums);
  const cell = cellOf(full, sums);
  const cellName = cell === undefined ? undefined : cellNameOf(full, cell);
  const band = bandOf(full, { ...sums, ...present({ grade, cell }) }, yesterday);
  return {
    score: toPoints(sums.total),
    axes: inPoints(sums.axes),
    band,
    ...present({ grade, cell, cellName }),
  };
}

function isMet(exclusion: FullModel["exclude"][number], now: AsOf): boolean {
  const { when, where } = exclusion;
  const happened = now.occurrences.some((one) => one.count === 1 && meetsWhen(one, when));
  return (when.length === 0 || happened) && meetsWhere(now.traits, where);
}

function unscored(full: FullModel): OracleScore {
  return {
    score: 0,
    axes: inPoints(Object.fromEntries(Object.keys(full.axes).map((name) => [name, 0]))),
    band: null,
  };
}

function inPoints(units: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(units).map(([name, one]) => [name, toPoints(one)]));
}

/** Without what is not there. */
function present<K extends string>(values: Record<K, string | undefined>): Partial<Record<K, string>> {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as Partial<Record<K, string>>;
}
