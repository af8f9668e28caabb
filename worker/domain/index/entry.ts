import type { Day } from "../../../shared/day.ts";
import type { Ref, Scalar } from "../../../shared/event.ts";
import type { Units } from "../../../shared/scoring/units.ts";
import { contentHash } from "../frozen-model.ts";

/** Where a contact stands under one model. */
export interface IndexStanding {
  readonly version: number;
  readonly units: Units;
  readonly band: string | null;
  readonly grade?: string | undefined;
  readonly cell?: string | undefined;
  /** Whether the model leaves the contact unscored. */
  readonly isExcluded: boolean;
}

/** How well it is known who a contact is: by a signed token or the site's backend, by what a browser said, or not. */
export type Identity = "verified" | "claimed" | "anonymous";

/** What a contact tells the index of itself beside each thing that it counts. */
export interface IndexNote {
  /** The number of its object, by which it is known here. */
  readonly object: string;
  /** When the contact was deleted that had its ref before, in milliseconds; 0 where there was none. */
  readonly epoch: number;
  /** Grows with every change of the contact: of two that come, the one with the higher number counts. */
  readonly revision: number;
  /** When it last did something, in milliseconds. */
  readonly lastSeen: number;
  readonly identity: Identity;
  /** Names what is known of who it is, see `whoOf`: another one where that has changed. An entry says it all, and names nothing. */
  readonly who?: string;
  /** The day for which the standings are right; on others the contact has to be asked. */
  readonly day: Day;
  /** By model. */
  readonly standings: Readonly<Record<string, IndexStanding>>;
}

/** Who a contact is, as far as that is known. */
export interface Person {
  readonly ref: Ref;
  readonly traits: Readonly<Record<string, Scalar>>;
  /** Users that its browser claims to be. */
  readonly claims: readonly Ref[];
}

/** Names what is known of a person. The order in which traits came does not matter. */
export function whoOf({ traits, claims }: Person): string {
  const sorted = Object.entries(traits).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return contentHash(JSON.stringify([sorted, claims]));
}

/** What a contact will be under a model on the days to come if nothing happens: see `shared/outlook`. */
export interface IndexOutlook {
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** All that the index keeps of a contact. It holds as long as its outlooks reach. */
export interface IndexEntry extends Omit<IndexNote, "standings" | "day"> {
  readonly person: Person;
  readonly outlooks: Readonly<Record<string, IndexOutlook>>;
}

/** Whether what has come is newer than what is there. */
export function isNewer(
  { epoch, revision }: Pick<IndexNote, "epoch" | "revision">,
  known: Pick<IndexNote, "epoch" | "revision">,
): boolean {
  return epoch === known.epoch ? revision > known.revision : epoch > known.epoch;
}
