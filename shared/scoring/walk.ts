import type { Day } from "../day.ts";
import { traitOn } from "./history.ts";
import type { ModelRun } from "./model-run.ts";
import type { Line, Standing } from "./standings.ts";
import { clampUnits, toUnits, type Units } from "./units.ts";

/** What a contact has on a day. */
export interface Place {
  readonly at: Day;
  /** The sum of each axis before floor, minimum and maximum. */
  readonly raw: readonly Units[];
  /** What the running floor has lifted each axis by so far. */
  readonly lifts: readonly Units[];
  readonly axes: readonly Units[];
  readonly total: Units;
  readonly standing: Standing;
  /** Why the contact is left unscored. */
  readonly excluded: string | undefined;
}

/** Goes through the days of one contact under one model. */
export interface Walk {
  /** To a day with facts, or any day after the last one: takes in what is dated up to it. */
  step(to: Day): Place;
  /**
   * Through days without facts, `from` to `to`: calls back on each day on which the standing changes, and ends where
   * it is told to. Only such days are looked at as could bring a change.
   */
  silent(from: Day, to: Day, onChange: (place: Place) => "go on" | "end"): Searched;
  /**
   * Through days without facts, `from` to `to`, whatever changes on them: calls back for each stretch of days that are
   * alike with the first of them.
   */
  through(from: Day, to: Day, onStretch: (place: Place) => void): void;
}

/** Gone through to the end, ended by who was called back, or given up after this day. */
type Searched = "done" | "ended" | { readonly knownTo: Day };

/**
 * Rules looked at in one silent stretch before a search is given up, so that no model can hold up a reader. Only
 * points that are given and taken in the same measure over years, right at a line, want more than a few hundred days.
 */
const MAX_RULE_LOOKS = 200_000;
const MIN_LOOKS = 2_000;
const MAX_LOOKS = 20_000;

export function createWalk(run: ModelRun): Walk {
  const { compiled } = run;
  const { standings } = compiled;
  let lifts: Units[] = compiled.axes.map(() => 0);
  let lastReset: (Day | undefined)[] = compiled.axes.map(() => undefined);
  let place: Place = placeAt(
    -Infinity,
    compiled.axes.map(() => 0),
    null,
  );
  const hasFloor = compiled.axes.some(({ floor }) => floor !== undefined);

  function shown(raw: readonly Units[], withLifts: readonly Units[]): Units[] {
    return raw.map((units, i) => {
      const axis = compiled.axes[i];
      if (!axis) return units;
      const lifted = units + (withLifts[i] ?? 0);
      return clampUnits(Math.max(pointsOr(axis.min), Math.min(pointsOr(axis.max), lifted)));
    });
  }

  /** The weighted sum; each axis is taken from `low` where its weight is positive, else from `high`. */
  function totalOf(low: readonly Units[], high: readonly Units[]): Units {
    let total = 0;
    compiled.axes.forEach(({ weight }, i) => {
      if (weight !== 0) total += weigh((weight > 0 ? low[i] : high[i]) ?? 0, weight);
    });
    const { min = -Infinity, max = Infinity } = compiled.full.total;
    return clampUnits(Math.max(pointsOr(min), Math.min(pointsOr(max), total)));
  }

  function liftsAfter(raw: readonly Units[]): Units[] {
    if (!hasFloor) return lifts;
    return raw.map((units, i) => {
      const floor = compiled.axes[i]?.floor;
      const lift = lifts[i] ?? 0;
      return floor === undefined ? lift : Math.max(lift, toUnits(floor) - units);
    });
  }

  function excludedOn(at: Day): string | undefined {
    return compiled.exclusions.find(
      ({ byEvent, where }, i) =>
        (!byEvent || (run.feeds.excluded[i] ?? Infinity) <= at) &&
        where.every(([trait, passes]) => passes(traitOn(run.history, trait, at))),
    )?.label;
  }

  function placeAt(at: Day, raw: readonly Units[], before: string | null): Place {
    const excluded = at === -Infinity ? undefined : excludedOn(at);
    const axes = shown(raw, lifts);
    const total = totalOf(axes, axes);
    const standing: Standing = excluded ? { band: null } : standings.standing(axes, total, before);
    return { at, raw, lifts, axes, total, standing, excluded };
  }

  function look(at: Day): Place {
    const raw = run.sums(at, at);
    lifts = liftsAfter(raw);
    place = placeAt(at, raw, place.at === -Infinity ? null : place.standing.band);
    return place;
  }

  function step(to: Day): Place {
    run.advance(to);
    const resets = run.parts.axes.map(({ resetOn }) => resetOn);
    lifts = lifts.map((lift, i) => (resets[i] === lastReset[i] ? lift : 0));
    lastReset = resets;
    return look(to);
  }

  /**
   * What lies between two days without facts: the standing if it is sure to be the same on all of them, with
   * the floor's lifts at their end.
   */
  function between(from: Day, to: Day): { lifts: Units[] } | undefined {
    const first = run.sums(from, from);
    const last = run.sums(to, to);
    const low = run.sums(to, from);
    const high = run.sums(from, to);
    const liftsThen = [...lifts];
    const lows: Units[] = [];
    const highs: Units[] = [];
    for (const [i, axis] of compiled.axes.entries()) {
      const lift = lifts[i] ?? 0;
      const floor = axis.floor === undefined ? -Infinity : toUnits(axis.floor);
      const [a = 0, b = 0, lowest = 0, highest = 0] = [first[i], last[i], low[i], high[i]];
      if (lowest + lift >= floor) {
        lows.push(lowest + lift);
        highs.push(highest + lift);
      } else if (axis.clampsGroups) {
        // Under a clamp a sum that falls and rises again may look as if it only fell.
        return undefined;
      } else if (lowest === b && highest === a) {
        // Nothing that was taken fades: it only falls, and rests on the floor.
        liftsThen[i] = Math.max(lift, floor - b);
        lows.push(b + liftsThen[i]);
        highs.push(a + Math.max(lift, floor - a));
      } else if (lowest === a && highest === b) {
        // It only rises: the first day is the lowest.
        liftsThen[i] = Math.max(lift, floor - a);
        lows.push(a + liftsThen[i]);
        highs.push(b + liftsThen[i]);
      } else return undefined;
    }
    const noLifts = lows.map(() => 0);
    const shownLow = shown(lows, noLifts);
    const shownHigh = shown(highs, noLifts);
    const totals = [totalOf(shownLow, shownHigh), totalOf(shownHigh, shownLow)] as const;
    const same =
      shownLow.every((units, i) => isSame(standings.lines[i], units, shownHigh[i] ?? 0)) &&
      isSame(standings.lines[compiled.axes.length], ...totals);
    return same ? { lifts: liftsThen } : undefined;
  }

  function silent(from: Day, to: Day, onChange: (place: Place) => "go on" | "end"): Searched {
    // Rules that never found anything cost nothing to look at.
    const looked = run.parts.rules.filter(({ feed }) => (feed?.days.length ?? 0) > 0).length;
    const most = Math.max(MIN_LOOKS, Math.min(MAX_LOOKS, MAX_RULE_LOOKS / Math.max(1, looked)));
    let looks = 0;
    function go(a: Day, b: Day): Searched {
      if (a > b) return "done";
      if (looks >= most) return { knownTo: a - 1 };
      if (a === b) {
        const before = place.standing;
        const now = look(a);
        return isSameStanding(before, now.standing) || onChange(now) === "go on" ? "done" : "ended";
      }
      looks += 1;
      const sure = between(a, b);
      if (sure) {
        // The standing is one and the same on all of these days: the first tells which.
        const first = go(a, a);
        if (first !== "done") return first;
        lifts = sure.lifts;
        place = { ...place, at: b };
        return "done";
      }
      const middle = Math.floor((a + b) / 2);
      const left = go(a, middle);
      return left === "done" ? go(middle + 1, b) : left;
    }
    let begin = from;
    for (const turn of run.turns(from - 1, to)) {
      const part = go(begin, turn - 1);
      if (part !== "done") return part;
      begin = turn;
    }
    return go(begin, to);
  }

  /** Whether no sum changes between two days without facts: mostly, their ends tell that one does. */
  function isStill(from: Day, to: Day): boolean {
    const first = run.sums(from, from);
    return (
      run.sums(to, to).every((units, i) => units === first[i]) &&
      run.sums(from, to).every((units, i) => units === first[i]) &&
      run.sums(to, from).every((units, i) => units === first[i])
    );
  }

  /** The last day, up to `end`, to which no sum changes after a day. */
  function stillUntil(day: Day, end: Day): Day {
    let last = day;
    let more = 1;
    for (; last + more <= end && isStill(last, last + more); more *= 2) last += more;
    for (more /= 2; more >= 1; more /= 2) if (last + more <= end && isStill(last, last + more)) last += more;
    return last;
  }

  function through(from: Day, to: Day, onStretch: (place: Place) => void): void {
    const ends = [...run.turns(from, to).map((turn) => turn - 1), to];
    let begin = from;
    for (const end of ends) {
      while (begin <= end) {
        onStretch(look(begin));
        begin = stillUntil(begin, end) + 1;
        place = { ...place, at: begin - 1 };
      }
    }
  }

  return { step, silent, through };
}

/** An axis' part of the total. */
export function weigh(units: Units, weight: number): Units {
  return weight === 1 ? units : clampUnits(Math.round(units * weight) + 0);
}

function pointsOr(points: number): Units {
  return Number.isFinite(points) ? toUnits(points) : points;
}

/** Whether two values lie on the same side of every line. */
function isSame(lines: readonly Line[] | undefined, a: Units, b: Units): boolean {
  if (a === b) return true;
  return (lines ?? []).every(({ at, strict }) => (strict ? a > at === b > at : a >= at === b >= at));
}

function isSameStanding(a: Standing, b: Standing): boolean {
  return a.band === b.band && a.grade === b.grade && a.cell === b.cell;
}
