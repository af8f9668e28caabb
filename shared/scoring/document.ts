/**
 * A scoring model as a site owner writes it: JSON, in short form, full form or both. `docs/models.md` tells what
 * each part means. `checkModel` says whether a value is one; `expandModel` writes it out in full.
 */
export interface ModelDocument {
  readonly $schema?: string;
  readonly id?: string;
  readonly name?: string;
  readonly about?: string;
  /** Where the system is described. */
  readonly source?: string;
  /** A shipped model that this one starts from. */
  readonly preset?: string;

  // The short form: points by pattern.
  readonly pages?: ShortRules;
  readonly minutes?: ShortRules;
  readonly forms?: ShortRules;
  readonly events?: ShortRules;
  readonly traits?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The most points that one line of the short form may bring, or cost. */
  readonly caps?: Partial<Readonly<Record<"pages" | "minutes" | "forms" | "events", number>>>;
  /** How the points of pages, minutes, forms and events fade. */
  readonly decay?: DecayDocument;

  // Of the first axis, where `axes` says nothing else.
  readonly start?: number;
  readonly min?: number;
  readonly max?: number;
  readonly floor?: number;
  readonly inactivity?: InactivityDocument;
  readonly reset?: When;

  // The full form.
  readonly axes?: Readonly<Record<string, AxisDocument>>;
  readonly groups?: readonly GroupDocument[];
  readonly total?: TotalDocument;
  readonly grade?: LadderDocument | CutGradeDocument;
  readonly grid?: GridDocument;
  readonly bands?: ShortBands | readonly BandDocument[];
  readonly exclude?: readonly ExclusionDocument[];
}

/** The one axis of a document that names none. */
export const ONLY_AXIS = "interest";

/** What a document without `axes` says of its one axis. */
export const AXIS_KEYS = ["start", "min", "max", "floor", "inactivity", "reset"] as const;

/** Points by pattern; the most specific pattern counts. */
export type ShortRules = Readonly<Record<string, number | ShortRule>>;

export interface ShortRule {
  readonly label?: string;
  readonly points: number;
  readonly per?: Per;
  readonly ages?: Ages;
  readonly count?: CountDocument;
  readonly cap?: Cap;
  readonly limits?: readonly RuleLimit[];
  readonly decay?: DecayDocument;
  readonly where?: Where;
}

/** `"30d"`, `"4w"`: whole days. */
export type Duration = `${number}d` | `${number}w`;
/** `"45s"`, `"1m"`, `"2h"`. */
type ActiveTime = `${number}s` | `${number}m` | `${number}h`;

export interface AxisDocument {
  readonly label?: string;
  /** Points that everybody has from the start; default 0. */
  readonly start?: number;
  /** Only clamps what is shown. */
  readonly min?: number;
  readonly max?: number;
  /** A running floor: lifts the sum on the day on which it would pass below. */
  readonly floor?: number;
  readonly inactivity?: InactivityDocument;
  /** What sets the axis back to its start; everything up to and including that day is cleared. */
  readonly reset?: When;
}

export type InactivityDocument = {
  /** `cumulative`: each step, or each `every`, takes its points on top of those before. `replace`: so many in all. */
  readonly mode: "cumulative" | "replace";
  /** Whether points taken in a gap that has ended stay taken. */
  readonly onReturn: "keep" | "forgive";
  /** Points (0 or less) by days without an own act: `{"30d": -15}`. Either this or `every`. */
  readonly steps?: Readonly<Record<Duration, number>>;
  readonly every?: Duration;
  /** For each `every`; 0 or less. */
  readonly points?: number;
  /** The most that one gap takes by `every`; 0 or less. */
  readonly most?: number;
  /** What counts as activity; default: the contact's own acts. */
  readonly signals?: When;
};

export interface GroupDocument {
  readonly id?: string;
  readonly label?: string;
  /** Default: the first axis. */
  readonly axis?: string;
  /** `first`: an event counts for the first of the rules whose `when` it meets. Default `all`. */
  readonly match?: "all" | "first";
  readonly min?: number;
  readonly max?: number;
  readonly limits?: readonly GroupLimit[];
  /** For those of its rules that have none of their own. */
  readonly decay?: DecayDocument;
  readonly rules: readonly RuleDocument[];
}

export interface RuleDocument {
  readonly id?: string;
  /** What `explain` calls it. */
  readonly label?: string;
  readonly when?: When;
  /** Tests of traits that must all hold; with `when` they gate the rule, alone they are the rule. */
  readonly where?: Where;
  /** A trait whose value gives the points, by `map` or by `value`. */
  readonly trait?: string;
  readonly map?: Readonly<Record<string, number>>;
  /** `true`: the trait is a number, and gives itself times `points` (default 1). */
  readonly value?: true;
  /** Points where the trait is known and `map` does not name it. */
  readonly otherwise?: number;
  /** Points where the trait is not known, or (with `value`) no number. */
  readonly unknown?: number;
  readonly points?: number;
  readonly per?: Per;
  readonly ages?: Ages;
  readonly count?: CountDocument;
  readonly steps?: StepsDocument;
  readonly cap?: Cap;
  readonly limits?: readonly RuleLimit[];
  readonly decay?: DecayDocument;
}

/** An event by name, a page, a form, with tests of its properties; in a list, any of them. */
export type When = string | WhenEvent | readonly (string | WhenEvent)[];

/** `event` (or `page`, or `form`), and a test for each property named. */
export type WhenEvent = Readonly<Record<string, Test>>;

/** A pattern or value, a list of them (any), or a test in which everything named must hold. */
export type Test = Scalar | readonly Scalar[] | TestObject;

export interface TestObject {
  readonly is?: Scalar | readonly Scalar[];
  readonly not?: Scalar | readonly Scalar[];
  readonly in?: readonly Scalar[];
  readonly notIn?: readonly Scalar[];
  readonly like?: string | readonly string[];
  readonly startsWith?: string | readonly string[];
  readonly endsWith?: string | readonly string[];
  readonly contains?: string | readonly string[];
  readonly gte?: number;
  readonly gt?: number;
  readonly lte?: number;
  readonly lt?: number;
  readonly known?: boolean;
  readonly ignoreCase?: boolean;
}

type Scalar = string | number | boolean;

export type Where = Readonly<Record<string, Test>>;

/** What one payment of the points is made for; default `event`. */
export type Per =
  | "event"
  | "once"
  | "day"
  | "week"
  | "month"
  | Duration
  | { readonly distinct: string }
  | { readonly active: ActiveTime }
  | { readonly value: number };

export type Ages = "first" | "last";

export interface CountDocument {
  /** So many occurrences are needed. */
  readonly gte: number;
  /** Counted over the last so many days only. */
  readonly within?: Duration;
  /** Counts different values of this property instead of occurrences. */
  readonly distinct?: string;
  /** Pays for each completed number of occurrences, not only once. */
  readonly repeat?: boolean;
}

export interface StepsDocument {
  readonly of: "count" | "value" | "max" | "active" | "recency";
  readonly within?: Duration;
  readonly distinct?: string;
  /** By the least quantity at which they hold: a number, active time (`"10m"`) or days (`"31d"`). */
  readonly points: Readonly<Record<string, number>>;
  /** For `recency`: points where it has never happened; default 0. */
  readonly never?: number;
}

/** The most a rule brings (or costs) in all; a number means points. */
export type Cap = number | { readonly points?: number; readonly times?: number };

/** A calendar day, a week from Monday, a month (all UTC), or blocks of days from the first occurrence. */
export type Each = "day" | "week" | "month" | Duration;

export type RuleLimit =
  | { readonly each: Each; readonly points: number }
  | { readonly each: Each; readonly times: number }
  | { readonly within: Duration; readonly points: number }
  | { readonly within: Duration; readonly times: number };

export type GroupLimit =
  | { readonly each: Each; readonly points: number }
  | { readonly within: Duration; readonly points: number };

export type DecayDocument =
  | "none"
  | { readonly expire: Duration }
  | { readonly linear: { readonly percent: number; readonly every: Duration } }
  | { readonly halfLife: Duration }
  | { readonly percent: number; readonly every?: Duration }
  /** Percent that are left from an age on. */
  | { readonly steps: Readonly<Record<Duration, number>> };

export interface TotalDocument {
  /** Factor of each axis; those not named do not count. Default: every axis by 1. */
  readonly weights?: Readonly<Record<string, number>>;
  readonly min?: number;
  readonly max?: number;
}

export interface LadderDocument {
  readonly axis: string;
  /** From the worst to the best. */
  readonly ladder: readonly string[];
  /** The grade of an axis at 0; each whole point is a step. */
  readonly start: string;
}

export interface CutGradeDocument {
  /** Default: the total. */
  readonly axis?: string;
  readonly cuts: Cuts;
}

/** Names by their least value; `null` takes everything else. */
export type Cuts = Readonly<Record<string, number | null>>;

export interface GridDocument {
  readonly axes: Readonly<Record<string, Cuts>>;
  /** Names of cells, by cell or by a pattern; the most specific one counts. */
  readonly names?: Readonly<Record<string, string>>;
}

export type ShortBands = Readonly<Record<string, number | NumericTest | null>>;

export interface NumericTest {
  readonly gte?: number;
  readonly gt?: number;
  readonly lte?: number;
  readonly lt?: number;
  /** Once in the band, this takes the place of `gte` or `gt` (then as "at least"). */
  readonly exit?: number;
}

export interface BandDocument {
  readonly name: string;
  readonly when?: BandCondition;
}

/** Everything named must hold. */
export interface BandCondition {
  readonly score?: number | NumericTest;
  readonly axes?: Readonly<Record<string, number | NumericTest>>;
  /** At least this grade. */
  readonly grade?: string | { readonly gte: string; readonly exit?: string };
  /** One of these cells. */
  readonly cell?:
    | string
    | readonly string[]
    | { readonly in: readonly string[]; readonly exit?: readonly string[] };
}

export interface ExclusionDocument {
  readonly label: string;
  readonly when?: When;
  readonly where?: Where;
}
