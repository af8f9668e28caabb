/**
 * Why all contacts are asked: a model is another one; somebody wants to know whether all is right; or the site has divided its index
 * anew, and the shard has nothing yet.
 */
export type WalkReason = "models" | "repair" | "fill";

/** A walk over all contacts of a shard. */
export interface WalkState {
  readonly reason: WalkReason;
  readonly startedAt: number;
  /** First those are asked that the directory knows and the shard does not; then those that it has entries of. */
  readonly phase: "missing" | "entries";
  /** Where the walk stands in its phase: the hash in the directory, or the object's number, that was looked at last. */
  readonly after: string;
  readonly asked: number;
  /** Contacts of which another thing was known than they say, or that are no more. */
  readonly mended: number;
  readonly finishedAt?: number;
}

/** Whether a shard of a new division has all that it is to have. */
export function isFull(walk: WalkState | null): boolean {
  return walk !== null && (walk.reason !== "fill" || walk.finishedAt !== undefined);
}
