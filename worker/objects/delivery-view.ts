import type { CrossingRecord } from "../domain/crossing-record.ts";
import type { StoredDelivery } from "../store/delivery-store.ts";

/** A delivery as it is listed. */
export interface DeliveryView {
  /** The `webhook-id`. */
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly nextAttemptAt?: string;
  readonly endedAt?: string;
  /** Of the last attempt. */
  readonly error?: string;
  readonly isTest?: true;
  readonly crossing?: Pick<
    CrossingRecord,
    "id" | "contact" | "model" | "version" | "from" | "to" | "cause" | "score"
  > & { readonly at: string };
}

export function deliveryView(row: StoredDelivery, crossing: CrossingRecord | undefined): DeliveryView {
  return {
    id: row.id,
    status: row.status,
    attempts: row.attempts,
    createdAt: iso(row.created),
    ...(row.due === null ? {} : { nextAttemptAt: iso(row.due) }),
    ...(row.ended === null ? {} : { endedAt: iso(row.ended) }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.crossing === null ? { isTest: true } : {}),
    ...(crossing ? { crossing: shownOf(crossing) } : {}),
  };
}

function shownOf({ id, contact, model, version, at, from, to, cause, score }: CrossingRecord) {
  return { id, contact, model, version, at: iso(at), from, to, cause, score };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
