import type { Day } from "../day.ts";
import type { CompiledGroup, CompiledModel } from "./compile.ts";
import { clampGroup, type ModelRun, type RulePart } from "./model-run.ts";
import { toPoints, toUnits, type Units } from "./units.ts";
import { type Place, weigh } from "./walk.ts";
import { limitsInWords } from "./words.ts";

/**
 * One reason of a score. The points of the lines of an axis add up to it, and those of all lines to the score: what
 * the total makes of the axes has lines of its own, without an axis.
 */
export interface Line {
  /** The id of the rule, or of the part of the model that the line comes from. */
  readonly rule: string;
  readonly kind: LineKind;
  readonly axis?: string;
  /** In the owner's words. */
  readonly label: string;
  /** What is left after decay. */
  readonly points: number;
  /** Before decay, where the rule has one. */
  readonly earned?: number;
  /** How often the points were given or taken. */
  readonly times?: number;
  /** The first and last day that had a part in it. */
  readonly first?: Day;
  readonly last?: Day;
  /** The newest ones, newest first. */
  readonly occurrences?: readonly Occurrence[];
}

type LineKind =
  | "start"
  | "rule"
  | "cap"
  | "limit"
  | "inactivity"
  | "manual"
  | "reset"
  | "floor"
  | "min"
  | "max"
  | "weight"
  | "folded"
  | "excluded";

export interface Occurrence {
  readonly day: Day;
  readonly times: number;
  /** As they count on the day of the read. */
  readonly points: number;
}

/** Occurrences told of in a line; the line's own numbers are of all. */
const OCCURRENCES_TOLD = 50;

/** The lines of a score. */
export function explain(run: ModelRun, place: Place): Line[] {
  const { compiled, history } = run;
  const lines: Line[] = [];
  if (history.folded > 0) {
    const label = "Events beyond the contact's limits: they count for no rule";
    lines.push({ rule: "folded", kind: "folded", label, points: 0, times: history.folded });
  }
  if (place.excluded !== undefined) {
    return [...lines, { rule: "exclude", kind: "excluded", label: place.excluded, points: 0 }];
  }
  compiled.axes.forEach((axis, i) =>
    lines.push(...axisLines(run, place, i).map((line) => ({ ...line, axis: axis.name }))),
  );
  return [...lines, ...totalLines(compiled, place)];
}

function axisLines(run: ModelRun, place: Place, axisPlace: number): Line[] {
  const { compiled, parts, feeds } = run;
  const axis = compiled.axes[axisPlace];
  const state = parts.axes[axisPlace];
  if (!axis || !state) return [];
  const { at } = place;
  const { name, label } = axis;
  const lines: Line[] = [];
  if (state.resetOn !== undefined) {
    const why = feeds.resets[axisPlace]?.find(({ day }) => day === state.resetOn)?.label ?? "Reset";
    lines.push({ rule: `${name}:reset`, kind: "reset", label: why, points: 0, last: state.resetOn });
  }
  if (axis.start !== 0) lines.push(plain(`${name}:start`, "start", "From the start", toUnits(axis.start)));
  for (const group of compiled.groups) {
    if (group.axis === axisPlace) lines.push(...groupLines(run, group, at));
  }
  const { inactivity } = axis;
  if (inactivity && state.lastAct !== undefined) {
    const taken = inactivity.taken(at - state.lastAct);
    const times = inactivity.times(at - state.lastAct);
    inactivity.steps.forEach((step, i) => {
      const units = (taken[i] ?? 0) + (state.keptUnits[i] ?? 0);
      if (units === 0) return;
      const count = (times[i] ?? 0) + (state.keptTimes[i] ?? 0);
      lines.push({ ...plain(step.rule, "inactivity", step.label, units), times: count });
    });
  }
  const since = state.resetOn ?? -Infinity;
  for (const { day, units, label: reason } of feeds.adjustments[axisPlace] ?? []) {
    if (day > since && day <= at)
      lines.push({ ...plain("manual", "manual", reason, units), first: day, last: day });
  }
  const sum = sumOf(lines);
  const raw = place.raw[axisPlace] ?? 0;
  if (raw !== sum) lines.push(plain(`${name}:limit`, "limit", `${label}: at most a million`, raw - sum));
  const lift = place.lifts[axisPlace] ?? 0;
  if (lift > 0)
    lines.push(
      plain(`${name}:floor`, "floor", `${label}: never below ${axis.floor} at the end of a day`, lift),
    );
  const cut = (place.axes[axisPlace] ?? 0) - raw - lift;
  if (cut > 0) lines.push(plain(`${name}:min`, "min", `${label}: at least ${axis.min}`, cut));
  if (cut < 0) lines.push(plain(`${name}:max`, "max", `${label}: at most ${axis.max}`, cut));
  return lines;
}

function groupLines(run: ModelRun, group: CompiledGroup, at: Day): Line[] {
  const { rules } = run.parts;
  const lines = group.rules.flatMap((place) => {
    const part = rules[place];
    return part ? ruleLines(run, part, at) : [];
  });
  const { id, label, min, max } = group.group;
  const sum = sumOf(lines);
  const limited = Math.min(sum, run.parts.groupLimited(group, at) ?? Infinity);
  if (limited !== sum)
    lines.push(plain(id, "limit", `${label}: ${limitsInWords(group.group.limits)}`, limited - sum));
  const cut = clampGroup(group, limited) - limited;
  if (cut > 0) lines.push(plain(id, "min", `${label}: at least ${min ?? "minus a million"}`, cut));
  if (cut < 0) lines.push(plain(id, "cap", `${label}: at most ${max ?? "a million"}`, cut));
  return lines;
}

function ruleLines(modelRun: ModelRun, part: RulePart, at: Day): Line[] {
  const { rule } = part.placed;
  const { id, label } = rule;
  const { run } = part;
  if (!run) {
    const units = modelRun.parts.worthOf(part, at);
    if (units === 0) return [];
    const words =
      "trait" in rule ? `${label}: ${modelRun.parts.traitOf(rule.trait, at) ?? "not known"}` : label;
    return [{ ...plain(id, "rule", words, units), times: 1 }];
  }
  if (!modelRun.parts.gateIsOpen(part, at)) return [];
  const payments = run.payments(at);
  if (payments.length === 0) return [];
  const { paid, limited, capped } = run.worth(at, at, modelRun.parts.settledTo);
  const times = payments.reduce((sum, payment) => sum + payment.times, 0);
  const points = "points" in rule ? (rule.points ?? 0) : 0;
  const earned = toPoints(toUnits(points * times));
  const line: Line = {
    ...plain(id, "rule", label, paid),
    ...(earned === toPoints(paid) ? {} : { earned }),
    times,
    ...ends(payments),
    occurrences: payments.slice(0, OCCURRENCES_TOLD).map(({ day, times: count, units }) => ({
      day,
      times: count,
      points: toPoints(units),
    })),
  };
  const lines = [line];
  if (limited !== paid) {
    const limits = "limits" in rule ? rule.limits.filter((limit) => "points" in limit) : [];
    lines.push(plain(id, "limit", `${label}: ${limitsInWords(limits)}`, limited - paid));
  }
  if (capped !== limited) {
    lines.push(plain(id, "cap", `${label}: at most ${rule.cap.points}`, capped - limited));
  }
  return lines;
}

function ends(payments: readonly { day: Day }[]): { first?: Day; last?: Day } {
  const first = payments.at(-1)?.day;
  const last = payments[0]?.day;
  return first === undefined || last === undefined ? {} : { first, last };
}

function totalLines({ axes, full }: CompiledModel, place: Place): Line[] {
  const lines: Line[] = [];
  let sum = 0;
  axes.forEach(({ name, label, weight }, i) => {
    const units = place.axes[i] ?? 0;
    const weighed = weight === 0 ? 0 : weigh(units, weight);
    sum += weighed;
    if (weighed === units) return;
    const words = weight === 0 ? `${label} does not count in the total` : `${label} counts ${weight}-fold`;
    lines.push(plain(`${name}:weight`, "weight", words, weighed - units));
  });
  const cut = place.total - sum;
  if (cut > 0)
    lines.push(plain("total:min", "min", `Total: at least ${full.total.min ?? "minus a million"}`, cut));
  if (cut < 0) lines.push(plain("total:max", "max", `Total: at most ${full.total.max ?? "a million"}`, cut));
  return lines;
}

function plain(rule: string, kind: LineKind, label: string, units: Units): Line {
  return { rule, kind, label, points: toPoints(units) };
}

/** Of lines whose points are whole units. */
function sumOf(lines: readonly Line[]): Units {
  return lines.reduce((sum, { points }) => sum + Math.round(points * 1e9), 0);
}
