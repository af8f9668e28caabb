import fc from "fast-check";

import type { NumericTest } from "../../../shared/scoring/document.ts";
import type {
  FullAxis,
  FullBand,
  FullGroup,
  FullInactivity,
  FullModel,
} from "../../../shared/scoring/full-model.ts";
import type { Act } from "./act.ts";
import { fitGroup } from "./any-axis.ts";
import { rarely } from "./any-points.ts";
import { dayOf } from "./calendar.ts";
import { anyDenseHistory } from "./dense-history.ts";
import { denseGroupLimits, denseRules, type Exactness } from "./dense-rules.ts";
import { DENSE_RESET } from "./dense-words.ts";
import { type OracleDay, oracleDays } from "./oracle.ts";

/** A model and a contact whose score runs to and fro over the model's lines. */
export interface DenseCase {
  readonly full: FullModel;
  /** All on or before `at`. */
  readonly acts: readonly Act[];
  readonly at: number;
}

/** How many days after the read the values of lines are looked for. */
const DAYS_TO_COME = 30;

const AXIS = "engagement";

const inactivity: fc.Arbitrary<FullInactivity> = fc.oneof(
  fc.record({
    mode: fc.constantFrom("cumulative" as const, "replace" as const),
    onReturn: fc.constantFrom("keep" as const, "forgive" as const),
    steps: fc.constantFrom<Record<string, number>[]>(
      { "3d": -4, "10d": -8 },
      { "7d": -10, "14d": -5, "30d": -2 },
    ),
  }),
  fc.record({
    mode: fc.constantFrom("cumulative" as const, "replace" as const),
    onReturn: fc.constantFrom("keep" as const, "forgive" as const),
    every: fc.constantFrom("4d", "7d"),
    points: fc.constantFrom(-3, -5),
    most: fc.constantFrom(-8, -20),
  }),
);

const anyAxis: fc.Arbitrary<FullAxis> = fc
  .tuple(
    fc.record({
      label: fc.constant("axis"),
      start: fc.constantFrom(0, 0, 8),
      floor: fc.constantFrom(0, 0, 0, -6, 5),
      reset: fc.constant([{ event: DENSE_RESET }]),
    }),
    rarely(fc.record({ inactivity })),
  )
  .map(([axis, more]): FullAxis => ({ ...axis, ...more }));

const share = fc.nat({ max: 99 }).map((percent) => percent / 100);

const groupBounds = rarely(
  fc.record({ min: fc.constantFrom(-10, -20), max: fc.constantFrom(10, 25, 40) }, { requiredKeys: [] }),
);

/** One group, or two that share the rules. */
function anyGroups(exactness: Exactness): fc.Arbitrary<FullGroup[]> {
  const outer = fc.record({
    match: fc.constantFrom("all" as const, "all" as const, "first" as const),
    limits: denseGroupLimits,
    bounds: groupBounds,
  });
  return fc
    .tuple(denseRules(exactness), fc.array(outer, { minLength: 1, maxLength: 2 }))
    .map(([rules, groups]) =>
      groups.map(({ match, limits, bounds }, index): FullGroup => {
        const own = rules.filter((_, place) => place % groups.length === index);
        return fitGroup({
          id: `g${index}`,
          label: `group ${index}`,
          axis: AXIS,
          match,
          limits,
          ...bounds,
          rules: own.map((rule, place) => ({
            ...rule,
            id: `g${index}-r${place}`,
            label: `rule ${index}.${place}`,
          })),
        });
      }),
    );
}

/** Where lines are drawn among the values that the contact has had, or will have. */
const anyLines = fc.record({
  /** One band from the values after the read, the others from all; as parts of what there is, highest first. */
  next: share,
  others: fc.array(share, { maxLength: 2, size: "max" }),
  /** How far down a band is left, as parts of what lies below its line. */
  exits: fc.array(fc.constantFrom(0, 0.3, 0.5, 0.7, 0.9), { minLength: 3, maxLength: 3 }),
  /** By how much the lines miss. */
  beside: fc.constantFrom(0, 0, 0, 0.5, -0.5, 1),
  strict: fc.constantFrom(false, false, true),
  byAxis: fc.boolean(),
  rest: fc.boolean(),
});

interface Lines {
  readonly next: number;
  readonly others: readonly number[];
  readonly exits: readonly number[];
  readonly beside: number;
  readonly strict: boolean;
  readonly byAxis: boolean;
  readonly rest: boolean;
}

/** Bands with lines at values of which the last ones are those to come. */
function bandsAt(values: readonly number[], later: readonly number[], lines: Lines): FullBand[] {
  const all = highestFirst(values);
  // At the lowest value nothing would change.
  const toCome = highestFirst(later);
  const drawn = [
    pick(toCome.slice(0, Math.max(1, toCome.length - 1)), lines.next),
    ...lines.others.map((one) => pick(all, one)),
  ];
  const bands = highestFirst(drawn).map((value, index): FullBand => {
    const line = value + lines.beside;
    const exit =
      pick(
        all.filter((one) => one <= value),
        lines.exits[index] ?? 0,
      ) + lines.beside;
    const test: NumericTest = {
      ...(lines.strict ? { gt: line } : { gte: line }),
      ...(exit < line ? { exit } : {}),
    };
    return { name: `band ${index + 1}`, when: lines.byAxis ? { axes: { [AXIS]: test } } : { score: test } };
  });
  return lines.rest ? [...bands, { name: "rest", when: {} }] : bands;
}

function highestFirst(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => b - a);
}

function pick(values: readonly number[], part: number): number {
  return values[Math.min(values.length - 1, Math.floor(part * values.length))] ?? 0;
}

/**
 * Where amounts may be rounded, lines lie a little beside the values: where one is hit but for a billionth two
 * computations may differ.
 */
function lineNear(value: number, exactness: Exactness): number {
  return exactness === "exact" ? value : Math.floor(value * 2) / 2 + 0.3;
}

function caseOf(exactness: Exactness): fc.Arbitrary<DenseCase> {
  return fc
    .record({
      axis: anyAxis,
      groups: anyGroups(exactness),
      weight: fc.constantFrom(1, 1, 1, 1, 0.5, -1),
      acts: anyDenseHistory,
      silence: fc.constantFrom(0, 0, 1, 5, 12),
      lines: anyLines,
    })
    .map(({ axis, groups, weight, acts, silence, lines }): DenseCase => {
      const plain: FullModel = {
        name: "Dense",
        axes: { [AXIS]: axis },
        groups,
        total: { weights: { [AXIS]: weight } },
        bands: [],
        exclude: [],
      };
      const at = Math.max(0, ...acts.map((act) => dayOf(act.at))) + silence;
      const valueOf = ({ score }: OracleDay) =>
        lineNear(lines.byAxis ? (score.axes[AXIS] ?? 0) : score.score, exactness);
      const days = oracleDays(plain, acts, at + DAYS_TO_COME);
      const later = days.filter(({ day }) => day >= at);
      const bands = bandsAt(days.map(valueOf), later.map(valueOf), lines);
      return { full: { ...plain, bands }, acts, at };
    });
}

/** One axis with a running floor, rules that give and take, and bands where the contact's score comes by. */
export const anyDenseCase: fc.Arbitrary<DenseCase> = fc.oneof(caseOf("exact"), caseOf("endless"));
