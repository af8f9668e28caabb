/**
 * A scoring model in its full form. A site owner may write the short form instead (`short-form.ts`), which is
 * expanded into this one.
 */
export interface Model {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly axes: Readonly<Record<string, Axis>>;
  readonly groups: readonly Group[];
  /** From the best down: the first whose condition holds is the contact's band. */
  readonly bands: readonly Band[];
}

export interface Axis {
  readonly inactivity?: Inactivity;
}

/** Points taken when a contact has done nothing for a number of whole days. */
export interface Inactivity {
  /** `cumulative`: each step takes its points on top of those before; `replace`: it takes so many in all. */
  readonly mode: "cumulative" | "replace";
  /** Whether a contact who comes back has lost the points for good. */
  readonly onReturn: "keep" | "forgive";
  /** Ordered by days. */
  readonly steps: readonly { readonly afterDays: number; readonly points: number }[];
}

export interface Group {
  readonly id: string;
  readonly axis: string;
  /** `first`: an event counts for the first rule that it matches; `all`: for each one. */
  readonly match: "first" | "all";
  readonly rules: readonly Rule[];
}

export interface Rule {
  readonly id: string;
  /** What `explain` calls it. */
  readonly label: string;
  readonly when: Condition;
  /** What one payment of the points is made for. */
  readonly per: "event" | "once" | "active_minute";
  readonly points: number;
  /** The most that the rule may bring, or, where its points are negative, cost. */
  readonly capPoints?: number;
}

/** An event by its name, and patterns for its properties in which `*` stands for anything. */
export interface Condition {
  readonly event: string;
  readonly props: Readonly<Record<string, string>>;
}

export interface Band {
  readonly name: string;
  readonly axis: string;
  /** The least score; `null` takes everyone who is left. */
  readonly from: number | null;
}
