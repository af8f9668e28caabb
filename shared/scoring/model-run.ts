import type { Day } from "../day.ts";
import type { Scalar } from "../event.ts";
import type { Facts } from "../facts.ts";
import {
  type CompiledGroup,
  type CompiledModel,
  type CompiledRule,
  isOccurrenceRule,
  isStepsRule,
  type TraitTest,
} from "./compile.ts";
import { type Feed, type Feeds, feedsOf } from "./feeds.ts";
import { createGroupLimits, type GroupLimits } from "./group-limits.ts";
import { type History, historyOf, traitOn } from "./history.ts";
import { isIdle, type RuleRun, ruleRunFor } from "./rule-run.ts";
import { compileSteps, type Steps, traitWorth } from "./state-rules.ts";
import { clampUnits, toUnits, type Units } from "./units.ts";

/**
 * One model being worked out for one contact: facts are taken in day by day, and between two days of facts it can
 * be asked for any day. Nothing of it outlives the question.
 */
export interface ModelRun {
  readonly compiled: CompiledModel;
  readonly history: History;
  readonly feeds: Feeds;
  /** Takes in all facts up to and including a day, which must not lie before the last one. */
  advance(to: Day): void;
  /**
   * The sum of each axis before floor, minimum and maximum. Points that are given are taken as of the day `gains`,
   * points that are taken as of `losses`: with two days of a stretch without facts these are bounds of all sums
   * in between, as both fade.
   */
  sums(gains: Day, losses: Day): Units[];
  /** The days after `at`, up to `to`, on which something else than fading may change a sum. */
  turns(at: Day, to: Day): Day[];
  /** For explaining: the parts of the sums as of a day. */
  readonly parts: RunParts;
}

interface RunParts {
  readonly rules: readonly RulePart[];
  /** The group's sum under its limits; `undefined` where none is reached. */
  groupLimited(group: CompiledGroup, at: Day): Units | undefined;
  /** What a rule comes to. */
  worthOf(part: RulePart, at: Day): Units;
  traitOf(name: string, at: Day): Scalar | undefined;
  /** Whether its tests of traits hold. */
  gateIsOpen(part: RulePart, at: Day): boolean;
  readonly axes: readonly AxisState[];
  /** Up to where limits may put aside what they need not look at again. */
  readonly settledTo: Day;
}

export interface RulePart {
  readonly placed: CompiledRule;
  readonly feed: Feed | undefined;
  readonly run: RuleRun | undefined;
  readonly steps: Steps | undefined;
  /** The part of the feed that counts. */
  begin: number;
  end: number;
}

interface AxisState {
  /** The last day that a reset has cleared. */
  resetOn: Day | undefined;
  lastAct: Day | undefined;
  /** What ended gaps have taken, by step of inactivity, and how often. */
  keptUnits: Units[];
  keptTimes: number[];
  adjusted: Units;
}

/** `"each as the first"`: to the last bit as if only that day were asked for, where limits put nothing aside yet. */
export type Asked = "each as the first";

/** Begins with the facts up to and including `lastDay`; what is dated later is not foreseen. */
export function createModelRun(compiled: CompiledModel, facts: Facts, lastDay: Day, asked?: Asked): ModelRun {
  const history = historyOf(facts, lastDay, compiled.usesVisits);
  const feeds = feedsOf(compiled, history);
  const rules = compiled.rules.map((placed, place): RulePart => {
    const { rule } = placed;
    return {
      placed,
      feed: feeds.rules[place],
      run: isOccurrenceRule(rule) ? ruleRunFor(placed, feeds.rules[place]) : undefined,
      steps: isStepsRule(rule) ? compileSteps(rule) : undefined,
      begin: 0,
      end: 0,
    };
  });
  const axes = compiled.axes.map(({ inactivity }): AxisState => ({
    resetOn: undefined,
    ...untouched(inactivity),
  }));
  let now: Day = -Infinity;
  let daysTaken = 0;
  let settledTo: Day = -Infinity;
  const known = new Map<string, Units[]>();

  function advance(to: Day): void {
    if (to <= now) return;
    axes.forEach((axis, place) => {
      const resetOn = feeds.resets[place]?.findLast(({ day }) => day <= to)?.day;
      if (resetOn !== undefined && resetOn > now) {
        Object.assign(axis, untouched(compiled.axes[place]?.inactivity), { resetOn });
      }
      takeActs(place, to);
    });
    for (const part of rules) takeFeed(part, to);
    while ((history.days[daysTaken] ?? Infinity) <= to) daysTaken += 1;
    // A day with facts, so that it does not matter which ones are asked for after it.
    if (asked === undefined || compiled.replays) settledTo = history.days[daysTaken - 1] ?? -Infinity;
    now = to;
    known.clear();
  }

  function takeActs(place: number, to: Day): void {
    const axis = axes[place];
    if (!axis) return;
    const from = Math.max(now, axis.resetOn ?? -Infinity);
    const isNew = (day: Day) => day > from && day <= to;
    for (const { day, units } of feeds.adjustments[place] ?? []) if (isNew(day)) axis.adjusted += units;
    const inactivity = compiled.axes[place]?.inactivity;
    if (!inactivity) return;
    for (const day of feeds.acts[place] ?? []) {
      if (!isNew(day)) continue;
      if (inactivity.keeps && axis.lastAct !== undefined) {
        const gap = day - axis.lastAct;
        const taken = inactivity.taken(gap);
        const times = inactivity.times(gap);
        axis.keptUnits = axis.keptUnits.map((units, i) => units + (taken[i] ?? 0));
        axis.keptTimes = axis.keptTimes.map((count, i) => count + (times[i] ?? 0));
      }
      axis.lastAct = day;
    }
  }

  function takeFeed(part: RulePart, to: Day): void {
    const { feed, run } = part;
    if (!feed) return;
    const resetOn = axes[part.placed.axis]?.resetOn ?? -Infinity;
    if (resetOn > now) {
      run?.clear();
      while (part.begin < feed.days.length && (feed.days[part.begin] ?? 0) <= resetOn) part.begin += 1;
      part.end = part.begin;
    } else if (feed.untils?.some((until) => until > now && until <= to)) {
      run?.clear();
      part.end = part.begin;
    }
    const from = part.end;
    while (part.end < feed.days.length && (feed.days[part.end] ?? 0) <= to) part.end += 1;
    if (!run || part.end === from) return;
    if (feed.untils) takeHolding(run, feed, from, part.end, to);
    else run.take(feed, from, part.end);
  }

  function holds(where: readonly TraitTest[], at: Day): boolean {
    return where.every(([trait, passes]) => passes(traitOn(history, trait, at)));
  }

  function ruleUnits({ placed, feed, run, steps, begin, end }: RulePart, gains: Day, losses: Day): Units {
    const { rule, where } = placed;
    const at = gains;
    if (!holds(where, at)) return 0;
    if (run && isIdle(feed)) return 0;
    if (run) return run.worth(gains, losses, settledTo).capped;
    const most = rule.cap.points === undefined ? Infinity : toUnits(rule.cap.points);
    const units =
      steps && feed
        ? steps.worth(feed, begin, end, at)
        : "trait" in rule
          ? traitWorth(rule, traitOn(history, rule.trait, at))
          : toUnits("points" in rule ? rule.points : 0);
    return Math.max(-most, Math.min(most, units));
  }

  /** What each rule comes to. Asked for the same day twice, it is worked out once. */
  function unitsOf(gains: Day, losses: Day): Units[] {
    const key = `${gains} ${losses}`;
    let units = known.get(key);
    if (units === undefined) {
      units = gains === losses ? rules.map((part) => ruleUnits(part, gains, losses)) : mixed(gains, losses);
      known.set(key, units);
    }
    return units;
  }

  /** Of two days: most rules either give or take, and are known by one of them. */
  function mixed(gains: Day, losses: Day): Units[] {
    const given = unitsOf(gains, gains);
    const taken = unitsOf(losses, losses);
    return rules.map((part, place) => {
      if (part.run?.takesBack()) return ruleUnits(part, gains, losses);
      return (part.run && isNegative(part) ? taken[place] : given[place]) ?? 0;
    });
  }

  const limits = new Map<CompiledGroup, GroupLimits>(
    compiled.groups.flatMap((each) =>
      each.group.limits.length > 0 ? [[each, createGroupLimits(each.group.limits)] as const] : [],
    ),
  );

  /** The group's sum under its limits; `undefined` where none is reached. */
  function groupLimited(group: CompiledGroup, gains: Day, losses: Day): Units | undefined {
    const paying: RuleRun[] = [];
    let states = 0;
    for (const place of group.rules) {
      const part = rules[place];
      if (!part?.run) states += unitsOf(gains, gains)[place] ?? 0;
      else if (holds(part.placed.where, gains)) paying.push(part.run);
    }
    const limited = limits.get(group)?.sum(paying, gains, losses, settledTo);
    return limited === undefined ? undefined : states + limited;
  }

  function sums(gains: Day, losses: Day): Units[] {
    const byRule = unitsOf(gains, losses);
    const totals = compiled.axes.map(({ start, inactivity }, place) => {
      const axis = axes[place];
      const kept = axis?.keptUnits.reduce((sum, units) => sum + units, 0) ?? 0;
      const gap = axis?.lastAct === undefined || !inactivity ? undefined : gains - axis.lastAct;
      const present = gap === undefined ? [] : (inactivity?.taken(gap) ?? []);
      return toUnits(start) + kept + present.reduce((sum, units) => sum + units, 0) + (axis?.adjusted ?? 0);
    });
    for (const each of compiled.groups) {
      let sum = 0;
      for (const place of each.rules) sum += byRule[place] ?? 0;
      if (limits.has(each)) sum = Math.min(sum, groupLimited(each, gains, losses) ?? Infinity);
      totals[each.axis] = (totals[each.axis] ?? 0) + clampGroup(each, sum);
    }
    return totals.map(clampUnits);
  }

  function turns(at: Day, to: Day): Day[] {
    if (to <= at) return [];
    const days = new Set<Day>();
    for (const { steps, feed, begin, end } of rules) {
      if (!steps || !feed) continue;
      for (const day of steps.turns(feed, begin, end, at, to)) days.add(day);
    }
    axes.forEach(({ lastAct }, place) => {
      const jumps = lastAct === undefined ? [] : (compiled.axes[place]?.inactivity?.jumps ?? []);
      for (const gap of jumps) days.add((lastAct ?? 0) + gap);
    });
    return [...days].filter((day) => day > at && day <= to).sort((a, b) => a - b);
  }

  return {
    compiled,
    history,
    feeds,
    advance,
    sums,
    turns,
    parts: {
      rules,
      axes,
      get settledTo() {
        return settledTo;
      },
      groupLimited: (group, at) => groupLimited(group, at, at),
      traitOf: (name, at) => traitOn(history, name, at),
      worthOf: (part, at) => ruleUnits(part, at, at),
      gateIsOpen: ({ placed }, at) => holds(placed.where, at),
    },
  };
}

/** Takes the entries that hold as of a day. */
function takeHolding(run: RuleRun, feed: Feed, from: number, to: number, at: Day): void {
  const places = Array.from({ length: to - from }, (_, i) => from + i);
  const holding = places.filter((place) => (feed.untils?.[place] ?? Infinity) > at);
  const pick = <T>(list: readonly T[] | undefined, other: T) =>
    holding.map((place) => list?.[place] ?? other);
  const held = { days: pick(feed.days, 0), amounts: pick(feed.amounts, 0), values: pick(feed.values, "") };
  run.take(held, 0, holding.length);
}

function isNegative({ placed: { rule } }: RulePart): boolean {
  return "points" in rule && (rule.points ?? 0) < 0;
}

export function clampGroup({ group }: CompiledGroup, units: Units): Units {
  const low = group.min === undefined ? -Infinity : toUnits(group.min);
  const high = group.max === undefined ? Infinity : toUnits(group.max);
  return clampUnits(Math.max(low, Math.min(high, units)));
}

function untouched(inactivity: CompiledModel["axes"][number]["inactivity"]): Omit<AxisState, "resetOn"> {
  const steps = inactivity?.steps ?? [];
  return { lastAct: undefined, keptUnits: steps.map(() => 0), keptTimes: steps.map(() => 0), adjusted: 0 };
}
