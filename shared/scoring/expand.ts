import {
  type AxisDocument,
  type BandCondition,
  type BandDocument,
  type GroupDocument,
  type InactivityDocument,
  type ModelDocument,
  type NumericTest,
  ONLY_AXIS,
  type ShortBands,
} from "./document.ts";
import { expandRule, expandWhen } from "./expand-rule.ts";
import type {
  FullAxis,
  FullBand,
  FullCondition,
  FullGroup,
  FullInactivity,
  FullModel,
} from "./full-model.ts";
import { withAxes } from "./override.ts";
import { shortGroups } from "./short-form.ts";

/** Writes a checked document without `preset` out in full; written out again it stays as it is. */
export function expandModel(document: ModelDocument): FullModel {
  const axes = expandAxes(document);
  const [first = ONLY_AXIS] = Object.keys(axes);
  const names = new Set<string>();
  const groups = [...(document.groups ?? []), ...shortGroups(document)].map((group, i) =>
    expandGroup(group, i, first, names),
  );
  const { about, source, grade, grid, total } = document;
  return {
    name: document.name ?? document.id ?? "Model",
    ...(about === undefined ? {} : { about }),
    ...(source === undefined ? {} : { source }),
    axes,
    groups,
    total: { ...total, weights: weightsOf(axes, total?.weights) },
    ...(grade === undefined ? {} : { grade }),
    ...(grid === undefined ? {} : { grid }),
    bands: expandBands(document.bands ?? []),
    exclude: (document.exclude ?? []).map(({ label, when, where }) => ({
      label,
      when: when === undefined ? [] : expandWhen(when),
      where: where ?? {},
    })),
  };
}

function expandAxes(document: ModelDocument): Record<string, FullAxis> {
  const { axes = {} } = withAxes(document);
  return Object.fromEntries(Object.entries(axes).map(([name, axis]) => [name, expandAxis(name, axis)]));
}

function expandAxis(name: string, axis: AxisDocument): FullAxis {
  const { inactivity, reset, ...rest } = axis;
  return {
    ...rest,
    label: axis.label ?? name,
    start: axis.start ?? 0,
    ...(inactivity === undefined ? {} : { inactivity: expandInactivity(inactivity) }),
    reset: reset === undefined ? [] : expandWhen(reset),
  };
}

function expandInactivity({ signals, ...rest }: InactivityDocument): FullInactivity {
  return {
    ...rest,
    ...(signals === undefined ? {} : { signals: expandWhen(signals) }),
  };
}

function expandGroup(group: GroupDocument, place: number, firstAxis: string, names: Set<string>): FullGroup {
  const { decay, rules, limits, match, axis, label } = group;
  const id = group.id ?? freeName(`group-${place + 1}`, names);
  names.add(id);
  return {
    id,
    label: label ?? id,
    axis: axis ?? firstAxis,
    match: match ?? "all",
    ...(group.min === undefined ? {} : { min: group.min }),
    ...(group.max === undefined ? {} : { max: group.max }),
    limits: limits ?? [],
    rules: rules.map((rule, i) => {
      const ruleId = rule.id ?? freeName(`${id}-${i + 1}`, names);
      names.add(ruleId);
      return expandRule(rule, ruleId, decay ?? "none");
    }),
  };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  while (taken.has(name)) name += "'";
  return name;
}

function weightsOf(
  axes: Readonly<Record<string, FullAxis>>,
  written: Readonly<Record<string, number>> | undefined,
): Record<string, number> {
  return Object.fromEntries(
    Object.keys(axes).map((axis) => [axis, written === undefined ? 1 : (own(written, axis) ?? 0)]),
  );
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function expandBands(bands: ShortBands | readonly BandDocument[]): FullBand[] {
  if (isList(bands)) return bands.map(({ name, when }) => ({ name, when: expandCondition(when ?? {}) }));
  const all = Object.entries(bands).map(([name, line]) => ({
    name,
    test: line === null ? undefined : numericTest(line),
  }));
  return all
    .sort(
      (a, b) =>
        height(b.test) - height(a.test) || Number(a.test === undefined) - Number(b.test === undefined),
    )
    .map(({ name, test }) => ({ name, when: test === undefined ? {} : { score: test } }));
}

/** Where a band begins. */
function height(test: NumericTest | undefined): number {
  return test?.gte ?? test?.gt ?? -Infinity;
}

function expandCondition({ score, axes, grade, cell }: BandCondition): FullCondition {
  return {
    ...(score === undefined ? {} : { score: numericTest(score) }),
    ...(axes === undefined
      ? {}
      : { axes: Object.fromEntries(Object.entries(axes).map(([name, line]) => [name, numericTest(line)])) }),
    ...(grade === undefined ? {} : { grade: typeof grade === "string" ? { gte: grade } : grade }),
    ...(cell === undefined ? {} : { cell: cellTest(cell) }),
  };
}

function cellTest(
  cell: Exclude<BandCondition["cell"], undefined>,
): Exclude<FullCondition["cell"], undefined> {
  if (typeof cell === "string") return { in: [cell] };
  return isList(cell) ? { in: cell } : cell;
}

function numericTest(line: number | NumericTest): NumericTest {
  return typeof line === "number" ? { gte: line } : line;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
