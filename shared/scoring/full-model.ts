import type {
  Ages,
  BandCondition,
  CountDocument,
  CutGradeDocument,
  DecayDocument,
  Duration,
  GridDocument,
  GroupLimit,
  LadderDocument,
  NumericTest,
  Per,
  RuleLimit,
  StepsDocument,
  WhenEvent,
  Where,
} from "./document.ts";

/**
 * A model written out: no short form, no preset, every default said. It is a `ModelDocument` too, and written
 * out again it stays as it is.
 */
export interface FullModel {
  readonly name: string;
  readonly about?: string;
  readonly source?: string;
  /** At least one, in the owner's order. */
  readonly axes: Readonly<Record<string, FullAxis>>;
  readonly groups: readonly FullGroup[];
  readonly total: FullTotal;
  readonly grade?: LadderDocument | CutGradeDocument;
  readonly grid?: GridDocument;
  /** From the best down. */
  readonly bands: readonly FullBand[];
  readonly exclude: readonly FullExclusion[];
}

export interface FullAxis {
  readonly label: string;
  readonly start: number;
  readonly min?: number;
  readonly max?: number;
  readonly floor?: number;
  readonly inactivity?: FullInactivity;
  /** Any of these; none never resets. */
  readonly reset: FullWhen;
}

export interface FullInactivity {
  readonly mode: "cumulative" | "replace";
  readonly onReturn: "keep" | "forgive";
  /** Either `steps` or `every` with `points`. */
  readonly steps?: Readonly<Record<Duration, number>>;
  readonly every?: Duration;
  readonly points?: number;
  readonly most?: number;
  /** Absent: the contact's own acts. */
  readonly signals?: FullWhen;
}

/** Any of these. Each has `event`; `page` and `form` are written out as `event` with `path` or `form`. */
export type FullWhen = readonly WhenEvent[];

export interface FullGroup {
  readonly id: string;
  readonly label: string;
  readonly axis: string;
  readonly match: "all" | "first";
  readonly min?: number;
  readonly max?: number;
  readonly limits: readonly GroupLimit[];
  readonly rules: readonly FullRule[];
}

export type FullRule = OccurrenceRule | StepsRule | TraitRule | WhereRule;

interface RuleBase {
  readonly id: string;
  readonly label: string;
  /** All must hold; empty always holds. */
  readonly where: Where;
  /** The most it may bring or cost. */
  readonly cap: { readonly points?: number; readonly times?: number };
}

/** Pays for occurrences, each of its own age. */
export interface OccurrenceRule extends RuleBase {
  readonly when: FullWhen;
  readonly points: number;
  /** Absent beside `count`. */
  readonly per?: Per;
  readonly ages: Ages;
  readonly count?: CountDocument;
  readonly limits: readonly RuleLimit[];
  /** The group's where the rule has none of its own; `percent` always with `every`. */
  readonly decay: DecayDocument;
}

/** Pays by how much there has been. */
export interface StepsRule extends RuleBase {
  readonly when: FullWhen;
  readonly steps: StepsDocument;
}

/** Pays by the value of a trait. */
export interface TraitRule extends RuleBase {
  readonly trait: string;
  readonly map?: Readonly<Record<string, number>>;
  readonly value?: true;
  /** The factor of `value`. */
  readonly points?: number;
  readonly otherwise: number;
  readonly unknown: number;
}

/** Pays while its tests of traits hold. */
export interface WhereRule extends RuleBase {
  readonly points: number;
}

interface FullTotal {
  /** Of every axis; 0 where it does not count. */
  readonly weights: Readonly<Record<string, number>>;
  readonly min?: number;
  readonly max?: number;
}

export interface FullBand {
  readonly name: string;
  readonly when: FullCondition;
}

/** A band's condition in which every number is written as a test and every list as a list. */
export interface FullCondition {
  readonly score?: NumericTest;
  readonly axes?: Readonly<Record<string, NumericTest>>;
  readonly grade?: Exclude<BandCondition["grade"], string | undefined>;
  readonly cell?: { readonly in: readonly string[]; readonly exit?: readonly string[] };
}

export interface FullExclusion {
  readonly label: string;
  readonly when: FullWhen;
  readonly where: Where;
}
