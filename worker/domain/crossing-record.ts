import type { Day } from "../../shared/day.ts";
import type { Ref, Scalar } from "../../shared/event.ts";

export const CROSSING_CAUSES = ["event", "decay", "model", "manual", "merge"] as const;

/** Why a contact came into another band. */
export type CrossingCause = (typeof CROSSING_CAUSES)[number];

/** A contact's change from one band to another, as it was when it was found. It is recorded once. */
export interface CrossingRecord {
  /** Given when it is found and kept with it: no two crossings have the same. */
  readonly id: string;
  readonly contact: Ref;
  readonly model: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: CrossingCause;
  /** The score in the new band. */
  readonly score: number;
  readonly axes: Readonly<Record<string, number>>;
  readonly grade?: string;
  readonly cell?: string;
  /** What has given or taken the most points, up to {@link MAX_REASONS}. */
  readonly reasons: readonly CrossingReason[];
  /** What was known of the contact. */
  readonly traits: Readonly<Record<string, Scalar>>;
}

interface CrossingReason {
  readonly rule: string;
  /** In the owner's words. */
  readonly label: string;
  readonly points: number;
}

export const MAX_REASONS = 5;

/** The band in which a contact was seen last, under which version of the model, and on which day. */
export type BandMark = readonly [band: string | null, version: number, day: Day];

/** By model. */
export type BandMarks = Readonly<Record<string, BandMark>>;
