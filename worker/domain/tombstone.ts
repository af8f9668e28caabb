import type { FactEvent, Ref } from "../../shared/event.ts";
import { MAX_EVENT_AGE_MS } from "../../shared/limits.ts";

/** What is left of a deleted contact in its site's directory, by a keyed hash of its ref. */
export interface Tombstone {
  /** The keyed hash, in hexadecimal. */
  readonly hash: string;
  /** Of the receipt. */
  readonly receipt: string;
  /** Milliseconds since 1970. */
  readonly deletedAt: number;
  /** Until the deletion is done: the id of the contact's object, which has its rows. */
  readonly object: string | null;
}

/** What a contact remembers of the deletion of the one before it that had the same ref. */
export interface DeletedBefore {
  readonly deletedAt: number;
}

/** What the owner is given for a deletion. */
export interface Receipt {
  readonly contact: Ref;
  readonly deletedAt: string;
  readonly receipt: string;
  /** The keyed hash by which late events are recognised: all that is left. */
  readonly hash: string;
  /** When that is let go of, too. */
  readonly expires: string;
}

/** From then on no event from before the deletion can be taken any more, so there is nothing to recognise. */
export function expiryOf({ deletedAt }: DeletedBefore): number {
  return deletedAt + MAX_EVENT_AGE_MS;
}

/**
 * Whether a ref begins a new contact with an event of this time. A user's does, as only the site's own backend can say
 * so; a visitor's id does not, as pages go on sending with it for as long as its cookie lives.
 */
export function mayBeginAnew(ref: Ref, { deletedAt, object }: Tombstone, newestAt: number): boolean {
  return object === null && ref.startsWith("user:") && newestAt > deletedAt;
}

/** Whether an event is of the contact that was deleted, and not of the one after it. */
export function isOfDeleted(
  { at }: Pick<FactEvent, "at">,
  deletion: DeletedBefore | undefined,
  now: number,
): boolean {
  return deletion !== undefined && at <= deletion.deletedAt && now < expiryOf(deletion);
}

export function receiptOf(contact: Ref, tombstone: Tombstone): Receipt {
  const { deletedAt, receipt, hash } = tombstone;
  return {
    contact,
    deletedAt: new Date(deletedAt).toISOString(),
    receipt,
    hash,
    expires: new Date(expiryOf(tombstone)).toISOString(),
  };
}
