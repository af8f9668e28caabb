import { type Day, LAST_DAY } from "../day.ts";
import type { Facts } from "../facts.ts";
import { type CompiledModel, isOccurrenceRule } from "../scoring/compile.ts";
import { daysOf } from "../scoring/duration.ts";
import type { ModelRun } from "../scoring/model-run.ts";
import { standOn } from "../scoring/score.ts";
import type { Standing } from "../scoring/standings.ts";
import type { Units } from "../scoring/units.ts";
import type { Place } from "../scoring/walk.ts";
import { MOST_DAYS } from "./format.ts";

/** What a contact's score and standing will be under a model, day by day, if nothing happens any more. */
export interface Outlook {
  readonly from: Day;
  /** The score of `from` and each day after it. */
  readonly totals: readonly Units[];
  /** Ascending; the first is of `from`. */
  readonly standings: readonly StandingSince[];
  /** Whether all stays as it is on the last of these days, to the end of time. */
  readonly isFinal: boolean;
  readonly ways: Ways;
}

export interface OutlookStanding extends Standing {
  /** Why the contact is left unscored; its score is 0 then. */
  readonly excluded?: string;
}

export interface StandingSince {
  /** Days after `from`. */
  readonly since: number;
  readonly standing: OutlookStanding;
}

/** How the points of a contact fade: only a hint, by which totals are written in few bytes. */
export interface Ways {
  readonly fadings: readonly Fading[];
  /** The days after which points that fade in a line lose a further part. */
  readonly lags: readonly number[];
  /** How many rules fade for ever: each is rounded by itself. */
  readonly rounded: number;
}

/** What is left of points after each period of so many days. */
export interface Fading {
  readonly left: number;
  readonly every: number;
}

/** A little more than a year. */
const OUTLOOK_DAYS = 400;

/**
 * Looks ahead with the facts up to `from`, by the real engine: each day is exactly what `summarize` says of it. Days
 * on which all is the same at the end, for ever, are left out. Looks at 4,096 days at most.
 */
export function outlookOf(
  compiled: CompiledModel,
  facts: Facts,
  from: Day,
  days: number = OUTLOOK_DAYS,
): Outlook {
  const { run, walk, place } = standOn(compiled, facts, from, "each as the first");
  const last = Math.max(from, Math.min(from + Math.min(days, MOST_DAYS) - 1, LAST_DAY));
  const totals: Units[] = [];
  const standings: StandingSince[] = [];
  let stretch = 0;
  const take = (at: Place): void => {
    const since = at.at - from;
    const before = totals.at(-1);
    const standing = standingOf(at);
    const isAnother = !isSame(standings.at(-1)?.standing, standing);
    if (isAnother) standings.push({ since, standing });
    while (totals.length < since) totals.push(before ?? 0);
    const total = at.excluded === undefined ? at.total : 0;
    totals.push(total);
    if (isAnother || total !== before) stretch = since;
  };
  take(place);
  // Nothing but a fact ends an exclusion.
  const isExcluded = place.excluded !== undefined;
  if (!isExcluded) walk.through(from + 1, last, take);
  const isFinal = isExcluded || last === LAST_DAY || isAtRest(run, last);
  if (isFinal) totals.length = stretch + 1;
  else while (totals.length <= last - from) totals.push(totals.at(-1) ?? 0);
  return { from, totals, standings, isFinal, ways: waysOf(run) };
}

function standingOf({ standing, excluded }: Place): OutlookStanding {
  return excluded === undefined ? standing : { ...standing, excluded };
}

function isSame(a: OutlookStanding | undefined, b: OutlookStanding): boolean {
  return a?.band === b.band && a.grade === b.grade && a.cell === b.cell && a.excluded === b.excluded;
}

/** Whether nothing changes after a day. */
function isAtRest(run: ModelRun, day: Day): boolean {
  if (run.turns(day, LAST_DAY).length > 0) return false;
  const lowest = run.sums(LAST_DAY, day);
  return run.sums(day, LAST_DAY).every((units, i) => units === lowest[i]);
}

function waysOf(run: ModelRun): Ways {
  const fadings = new Map<string, Fading>();
  const lags = new Set<number>();
  let rounded = 0;
  for (const { placed, feed } of run.parts.rules) {
    const { rule } = placed;
    if (!isOccurrenceRule(rule) || !feed?.days.length || rule.decay === "none") continue;
    if ("linear" in rule.decay) lags.add(daysOf(rule.decay.linear.every));
    const fading = fadingOf(rule.decay);
    if (fading === undefined) continue;
    rounded += 1;
    fadings.set(`${fading.left} ${fading.every}`, fading);
  }
  return { fadings: [...fadings.values()], lags: [...lags], rounded };
}

function fadingOf(decay: object): Fading | undefined {
  if ("halfLife" in decay) return { left: 2 ** (-1 / daysOf(String(decay.halfLife))), every: 1 };
  if (!("percent" in decay)) return undefined;
  const every = "every" in decay ? daysOf(String(decay.every)) : 1;
  return { left: 1 - Number(decay.percent) / 100, every };
}
