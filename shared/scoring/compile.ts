import { SCORE_ADJUSTED, SCORE_RESET, VISIT_STARTED, VISIT_SUMMARY } from "../reserved-events.ts";
import { createSignalReader, type Signal, type SignalKey } from "../signal.ts";
import { type Decay, compileDecay } from "./decay.ts";
import type { FullGroup, FullModel, FullRule, OccurrenceRule, StepsRule } from "./full-model.ts";
import { type AxisInactivity, compileInactivity } from "./inactivity.ts";
import { isOwnAct } from "./own-acts.ts";
import { compileTraitTest, type Passes } from "./scalar-test.ts";
import { type Standings, compileStandings } from "./standings.ts";
import { compileWhen, namesEvent } from "./when.ts";

/** A model made ready for scoring many contacts: each signal is held against it once. */
export interface CompiledModel {
  readonly id: string;
  readonly version: number;
  readonly full: FullModel;
  readonly axes: readonly CompiledAxis[];
  readonly groups: readonly CompiledGroup[];
  /** All rules, in the order of the model. */
  readonly rules: readonly CompiledRule[];
  readonly exclusions: readonly CompiledExclusion[];
  readonly standings: Standings;
  /** Whether a score depends on those of the days before: by a running floor or an exit. */
  readonly replays: boolean;
  /** Whether a rule looks at visits. */
  readonly usesVisits: boolean;
  readonly match: (key: SignalKey) => Match;
}

interface CompiledAxis {
  readonly name: string;
  readonly label: string;
  readonly start: number;
  readonly min: number;
  readonly max: number;
  readonly floor: number | undefined;
  readonly inactivity: AxisInactivity | undefined;
  /** Whether a group or a rule of it has a bound of its own. */
  readonly clampsGroups: boolean;
  /** In the total. */
  readonly weight: number;
}

export interface CompiledGroup {
  readonly group: FullGroup;
  /** The place of its axis. */
  readonly axis: number;
  /** The places of its rules. */
  readonly rules: readonly number[];
}

export interface CompiledRule {
  readonly rule: FullRule;
  /** The place of its axis. */
  readonly axis: number;
  readonly where: readonly TraitTest[];
  readonly decay: Decay;
}

export type TraitTest = readonly [trait: string, passes: Passes];

interface CompiledExclusion {
  readonly label: string;
  readonly byEvent: boolean;
  readonly where: readonly TraitTest[];
}

/** What a signal counts for; every number is a place in the list of that name. */
interface Match {
  readonly rules: readonly number[];
  /** Axes that it resets, and those for which it is an act of the contact. */
  readonly resets: readonly number[];
  readonly acts: readonly number[];
  /** The axis to which a person added its value. */
  readonly adjusts: number | undefined;
  readonly exclusions: readonly number[];
}

/** Signals remembered per model: more than most sites have pages, and little for fifty models. */
const REMEMBERED_SIGNALS = 5_000;

/** Signals are parsed once, for all models. */
export const readSignal = createSignalReader(10_000);

/** Compiles a model that `readModel` has accepted. */
export function compileModel(full: FullModel, identity: { id: string; version: number }): CompiledModel {
  const axisNames = Object.keys(full.axes);
  const rules: CompiledRule[] = [];
  const groups = full.groups.map((group): CompiledGroup => {
    const axis = axisNames.indexOf(group.axis);
    const first = rules.length;
    for (const rule of group.rules) rules.push(compileRule(rule, axis));
    return { group, axis, rules: group.rules.map((_, i) => first + i) };
  });
  const axes = Object.entries(full.axes).map(([name, axis]): CompiledAxis => ({
    name,
    label: axis.label,
    start: axis.start,
    min: axis.min ?? -Infinity,
    max: axis.max ?? Infinity,
    floor: axis.floor,
    inactivity: axis.inactivity && compileInactivity(axis.inactivity),
    clampsGroups: full.groups.some((group) => group.axis === name && isBounded(group)),
    weight: full.total.weights[name] ?? 0,
  }));
  const standings = compileStandings(full, axisNames);
  return {
    ...identity,
    full,
    axes,
    groups,
    rules,
    exclusions: full.exclude.map(({ label, when, where }) => ({
      label,
      byEvent: when.length > 0,
      where: compileWhere(where),
    })),
    standings,
    replays: standings.hasExits || axes.some(({ floor }) => floor !== undefined),
    usesVisits: usesVisits(full),
    match: createMatch(full, identity.id, groups),
  };
}

function isBounded({ min, max, limits, rules }: FullGroup): boolean {
  return (
    min !== undefined ||
    max !== undefined ||
    limits.length > 0 ||
    rules.some(({ cap }) => cap.points !== undefined)
  );
}

function compileRule(rule: FullRule, axis: number): CompiledRule {
  const pays = isOccurrenceRule(rule);
  return {
    rule,
    axis,
    where: compileWhere(rule.where),
    decay: compileDecay(pays ? rule.decay : "none"),
  };
}

export function isOccurrenceRule(rule: FullRule): rule is OccurrenceRule {
  return "decay" in rule;
}

export function isStepsRule(rule: FullRule): rule is StepsRule {
  return "steps" in rule;
}

function compileWhere(where: FullRule["where"]): TraitTest[] {
  return Object.entries(where).map(([trait, test]) => [trait, compileTraitTest(test)]);
}

function createMatch(full: FullModel, id: string, groups: readonly CompiledGroup[]) {
  const byGroup = groups.map(({ group, rules }) => ({
    first: group.match === "first",
    rules: group.rules.flatMap((rule, i) =>
      "when" in rule ? [{ place: rules[i] ?? -1, holds: compileWhen(rule.when) }] : [],
    ),
  }));
  const axes = Object.entries(full.axes).map(([name, { reset, inactivity }]) => ({
    name,
    resets: compileWhen(reset),
    acts: inactivity && (inactivity.signals ? compileWhen(inactivity.signals) : isOwnAct),
  }));
  const exclusions = full.exclude.map(({ when }) => compileWhen(when));
  const remembered = new Map<SignalKey, Match>();
  /** Most signals count for the same as many others, or for nothing. */
  const alike = new Map<string, Match>();

  function isForThisModel({ props }: Signal): boolean {
    return (props.get("model") ?? id) === id;
  }

  function find(key: SignalKey): Match {
    const signal = readSignal(key);
    const axis = signal.props.get("axis");
    const byHand = signal.name === SCORE_RESET && isForThisModel(signal);
    const adjusts = signal.name === SCORE_ADJUSTED && isForThisModel(signal);
    return {
      rules: byGroup.flatMap(({ first, rules }) => {
        const matching = rules.filter((rule) => rule.holds(signal)).map((rule) => rule.place);
        return first ? matching.slice(0, 1) : matching;
      }),
      resets: placesWhere(
        axes,
        (each) => each.resets(signal) || (byHand && (axis ?? each.name) === each.name),
      ),
      acts: placesWhere(axes, (each) => each.acts?.(signal) === true),
      adjusts: adjusts ? placesWhere(axes, (each) => (axis ?? axes[0]?.name) === each.name)[0] : undefined,
      exclusions: placesWhere(exclusions, (holds) => holds(signal)),
    };
  }

  return function match(key: SignalKey): Match {
    let known = remembered.get(key);
    if (known === undefined) {
      if (remembered.size >= REMEMBERED_SIGNALS) {
        remembered.clear();
        alike.clear();
      }
      const found = find(key);
      const text = JSON.stringify(found);
      known = alike.get(text) ?? found;
      alike.set(text, known);
      remembered.set(key, known);
    }
    return known;
  };
}

function usesVisits({ axes, groups, exclude }: FullModel): boolean {
  const whens = [
    ...groups.flatMap(({ rules }) => rules.flatMap((rule) => ("when" in rule ? [rule.when] : []))),
    ...Object.values(axes).flatMap(({ reset, inactivity }) => [reset, inactivity?.signals ?? []]),
    ...exclude.map(({ when }) => when),
  ];
  return whens.some((when) => [VISIT_STARTED, VISIT_SUMMARY].some((name) => namesEvent(when, name)));
}

function placesWhere<T>(list: readonly T[], holds: (item: T) => boolean): number[] {
  return list.flatMap((item, place) => (holds(item) ? [place] : []));
}
