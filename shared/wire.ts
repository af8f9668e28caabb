import type { Ref, RejectReason } from "./event.ts";
import type { Runs } from "./runs.ts";

/** The answer to an accepted request: sent only after everything that it counts is on disk. */
export interface IngestAnswer {
  readonly success: true;
  /** Events counted now. */
  readonly accepted: number;
  /** Events that had been counted before; they changed nothing. */
  readonly duplicate: number;
  readonly rejected: readonly Rejected[];
  /** The numbers counted so far of each SDK producer in the request or asked for by `confirm`. */
  readonly acked?: Readonly<Record<string, Runs>>;
  /** The visitor's own score, in answer to the public key. */
  readonly snapshot?: Snapshot;
}

export interface Rejected {
  /** The event's place in the batch. */
  readonly index: number;
  readonly messageId: string | null;
  readonly reason: RejectReason;
  /** What to change. */
  readonly message: string;
}

export interface Snapshot {
  readonly contact: Ref;
  readonly model: string;
  readonly version: number;
  /** An ISO day, UTC. */
  readonly at: string;
  readonly score: number;
  readonly band: string | null;
}

/** The answer to a read of a score. */
export interface ScoreAnswer extends Snapshot {
  readonly axes: Readonly<Record<string, number>>;
  /** When the band changes by itself if nothing happens, as far as it does. */
  readonly nextChange: { readonly at: string; readonly band: string | null } | null;
  readonly explain?: readonly ExplainLine[];
}

export interface ExplainLine {
  readonly rule: string;
  readonly kind: string;
  readonly axis: string;
  readonly label: string;
  readonly points: number;
  readonly times: number;
  /** ISO days of the first and last occurrence. */
  readonly first?: string;
  readonly last?: string;
}
