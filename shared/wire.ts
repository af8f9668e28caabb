import type { LeftOut, Ref, RejectReason } from "./event.ts";
import type { Runs } from "./runs.ts";
import type { Line, Occurrence } from "./scoring/explain.ts";
import type { Standing } from "./scoring/standings.ts";

/** The answer to an accepted request: sent only after everything that it counts is on disk. */
export interface IngestAnswer {
  readonly success: true;
  /** Events counted now. */
  readonly accepted: number;
  /** Events that had been counted before; they changed nothing. */
  readonly duplicate: number;
  readonly rejected: readonly Rejected[];
  /** What of the events was not kept as it was sent: the first of it, and only where there is any. */
  readonly warnings?: readonly Warning[];
  /** The numbers counted so far of each SDK producer in the request. */
  readonly acked?: Readonly<Record<string, Runs>>;
  /** Of the ids of our SDK's events that the request names in `confirm`, those that are counted. */
  readonly counted?: readonly string[];
  /**
   * Since a merge: where this visitor's events go. Sent back as `home` beside the batch, they go there straight away; without
   * it they take a longer way to the same place.
   */
  readonly home?: string;
  /** The visitor's own score, in answer to the public key. */
  readonly snapshot?: Snapshot;
  /** The visitor's standing, signed for any backend (a JWT); where the site has chosen that. */
  readonly token?: string;
}

export interface Rejected {
  /** The event's place in the batch. */
  readonly index: number;
  readonly messageId: string | null;
  readonly reason: RejectReason;
  /** What to change. */
  readonly message: string;
}

/** A part of an event that was left out. The event counts, and all else of it. */
export interface Warning extends LeftOut {
  /** The event's place in the batch. */
  readonly index: number;
  readonly messageId: string | null;
  /** What to send instead. */
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
export interface ScoreAnswer extends Snapshot, Standing {
  readonly axes: Readonly<Record<string, number>>;
  /** Why the contact is left unscored. */
  readonly excluded?: string;
  /** The first day on which band, grade or cell is another if nothing happens, as far as there is one. */
  readonly nextChange: (Standing & { readonly at: string }) | null;
  /** Only where the search for the next change was given up: there is none up to this day. */
  readonly nextChangeKnownTo?: string;
  readonly explain?: readonly ExplainLine[];
  /** See `IngestAnswer`; only to a browser, of today. */
  readonly token?: string;
}

/** One reason of a score, its days as ISO dates. */
export interface ExplainLine extends Omit<Line, "first" | "last" | "occurrences"> {
  readonly first?: string;
  readonly last?: string;
  readonly occurrences?: readonly (Omit<Occurrence, "day"> & { readonly day: string })[];
}
