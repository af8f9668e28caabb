/** A value of a trait. */
export type TraitValue = string | number | boolean;

/** One thing that was recorded of a contact, as a test writes it down. */
export interface Act {
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly name: string;
  readonly props: Readonly<Record<string, string>>;
  /** Engaged time that belongs to the signal; with `count: 0` the act is nothing else. */
  readonly activeMs?: number;
  /** Default 1. */
  readonly count?: 0 | 1;
  readonly value?: number;
  /** Traits that the act states. */
  readonly traits?: Readonly<Record<string, TraitValue>>;
  /** The act is part of a visit of its source. */
  readonly visit?: boolean;
}
