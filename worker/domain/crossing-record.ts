import type { Ref, Scalar } from "../../shared/event.ts";

/** One crossing of one contact in one model, as it is handed on to the site's destinations. */
export interface CrossingRecord {
  /**
   * "cr_" and 22 random characters, made when the crossing is detected and stored with it. Stable and unique: ids of
   * messages are derived from it, and none ever names two crossings.
   */
  readonly id: string;
  readonly contact: Ref;
  readonly model: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: CrossingCause;
  readonly score: number;
  readonly axes: Readonly<Record<string, number>>;
  readonly grade?: string;
  readonly cell?: string;
  /** The five that weigh most. */
  readonly reasons: readonly CrossingReason[];
  /** What is known of the contact, such as e-mail, name and company. */
  readonly traits: Readonly<Record<string, Scalar>>;
}

export interface CrossingReason {
  readonly rule: string;
  readonly points: number;
  readonly text?: string;
}

export const CROSSING_CAUSES = ["event", "decay", "model", "manual", "merge"] as const;

export type CrossingCause = (typeof CROSSING_CAUSES)[number];
