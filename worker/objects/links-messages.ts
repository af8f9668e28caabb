import type { Ref } from "../../shared/event.ts";
import type { ContactState } from "../domain/ledger.ts";
import type { Absorbed, Handover } from "../domain/links.ts";
import type { SiteId } from "../domain/site.ts";
import type { Env } from "../env.ts";
import type { ContactMoves, Parcel } from "../store/contact-moves.ts";
import type { Registration } from "./directory.ts";

/** A merge as it is asked for, from outside or by the contact that another name leads to. */
export interface MergeRequest {
  readonly site: SiteId;
  readonly ref: Ref;
  readonly into: Ref;
  /** Only with the secret key: a contact that has been merged already takes its new home along. */
  readonly known: boolean;
}

export interface SplitRequest {
  readonly site: SiteId;
  readonly ref: Ref;
  readonly source: Ref;
}

export type SplitOutcome = "split" | "already" | "unknown_source";

/** What a contact tells the one that it is merged into. */
export type Absorption = Handover & Parcel;

/** What a contact tells one that gets its facts back. */
export interface Return extends Parcel {
  readonly site: SiteId;
  readonly ref: Ref;
  readonly id: string;
  readonly absorbed: Readonly<Record<Ref, Absorbed>>;
}

/** What a contact lends to its links. */
export interface LinksHost {
  readonly env: Env;
  readonly moves: ContactMoves;
  /** Grows whenever all rows are deleted. */
  generation(): number;
  load(): ContactState | undefined;
  forget(): void;
  /** Finds out what the site's settings say, and whether there is an alarm. */
  learn(site: SiteId): Promise<void>;
  /** Makes sure that the directory knows the contact, and that it is not being purged; see `Contact`. */
  enter(site: SiteId, ref: Ref, newestAt: number, mayBegin: boolean): Promise<Registration>;
  /** Moves the contact's one alarm, only earlier. */
  arm(at: number): void;
  /** Facts have come in from another contact, or gone back to it: sees to all that follows from it. Never rejects. */
  settled(): Promise<void>;
  /** All facts are another contact's now. Never rejects. */
  left(site: SiteId): Promise<void>;
  /** Deletes everything. */
  deleteRows(): Promise<void>;
}
