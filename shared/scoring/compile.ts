import { parseSignalKey, type Signal, type SignalKey } from "../signal.ts";
import type { Axis, Condition, Model, Rule } from "./model.ts";
import { compilePattern } from "./pattern.ts";

/** A rule with its place in the model. */
export interface PlacedRule {
  readonly rule: Rule;
  readonly axis: string;
}

/** A model made ready for scoring many contacts: each signal is held against the rules once. */
export interface CompiledModel {
  readonly model: Model;
  readonly axes: readonly (readonly [name: string, axis: Axis])[];
  /** All rules, in the order of the model. */
  readonly rules: readonly PlacedRule[];
  /** The places in `rules` of those that a signal counts for. */
  readonly rulesFor: (signal: SignalKey) => readonly number[];
}

/** Signals remembered per model: more than a site has pages, and bounded. */
const REMEMBERED_SIGNALS = 20_000;

export function compileModel(model: Model): CompiledModel {
  const rules: PlacedRule[] = [];
  const groups = model.groups.map((group) => ({
    first: group.match === "first",
    rules: group.rules.map((rule) => {
      rules.push({ rule, axis: group.axis });
      return { place: rules.length - 1, holds: compileCondition(rule.when) };
    }),
  }));
  const remembered = new Map<SignalKey, readonly number[]>();

  function match(key: SignalKey): readonly number[] {
    const signal = parseSignalKey(key);
    return groups.flatMap((group) => {
      const matching = group.rules.filter((rule) => rule.holds(signal)).map((rule) => rule.place);
      return group.first ? matching.slice(0, 1) : matching;
    });
  }

  function rulesFor(key: SignalKey): readonly number[] {
    let places = remembered.get(key);
    if (places === undefined) {
      if (remembered.size >= REMEMBERED_SIGNALS) remembered.clear();
      places = match(key);
      remembered.set(key, places);
    }
    return places;
  }

  return { model, axes: Object.entries(model.axes), rules, rulesFor };
}

function compileCondition(when: Condition): (signal: Signal) => boolean {
  const props = Object.entries(when.props).map(([name, pattern]) => [name, compilePattern(pattern)] as const);
  return function holds(signal) {
    if (signal.name !== when.event) return false;
    return props.every(([name, matches]) => {
      const value = signal.props.get(name);
      return value !== undefined && matches(value);
    });
  };
}
