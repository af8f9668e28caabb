import type { IngestAnswer } from "../shared/wire.ts";
import type { WireEvent } from "./events.ts";
import { inTime } from "./in-time.ts";

/** What is sent in one request, all of one visitor. */
interface Parcel {
  readonly batch: readonly WireEvent[];
  /** Ids of events that may have arrived before: the answer says which did. */
  readonly confirm?: readonly string[];
  /** As an answer has told it. The collector sees whose it is. */
  readonly home?: string | undefined;
}

/**
 * Resolves with the collector's answer; with `undefined` when it will never take this request as it is (400, 413).
 * Rejects when there is no answer, or another than 200: all is kept then. The `cause` is how many seconds the collector
 * wants to be left alone, `null` where it does not say so, and `undefined` where nobody has answered.
 */
export type Send = (parcel: Parcel) => Promise<IngestAnswer | undefined>;

/** 64 KiB is the limit for all that is under way at a page's end; a character takes three bytes at most. */
const MAX_PARCEL_CHARS = 20_000;

const ANSWER_MS = 20_000;

export function createSend(host: string, writeKey: string): Send {
  async function post(parcel: Parcel): Promise<IngestAnswer | undefined> {
    const response = await fetch(`${host}/v1/batch`, {
      method: "POST",
      // A string goes as text/plain: no preflight, which could not finish at a page's end.
      body: JSON.stringify({ ...parcel, writeKey, sentAt: new Date() }),
      // It arrives even if the page ends.
      keepalive: true,
    });
    const { status } = response;
    if (response.ok) return response.json() as Promise<IngestAnswer>;
    if (status === 400 || status === 413) return undefined;
    throw new Error(`HTTP ${status}`, { cause: response.headers.get("retry-after") });
  }

  return (parcel) => inTime(post(parcel), ANSWER_MS);
}

/** As many events of one visitor, from the first, as one request takes: at least one. */
export function parcelOf(events: readonly WireEvent[]): WireEvent[] {
  let room = MAX_PARCEL_CHARS;
  return events.filter((event, i) => {
    room -= JSON.stringify(event).length;
    return !i || room > 0;
  });
}
