import type { IngestAnswer } from "../shared/wire.ts";
import type { WireEvent } from "./events.ts";

/** What is sent in one request, all of one visitor. */
interface Parcel {
  readonly batch: readonly WireEvent[];
  /** Producers of events that may have arrived before: the answer says which did. */
  readonly confirm?: readonly string[];
}

export interface Transport {
  /**
   * Resolves with the collector's answer; with `undefined` when it will never take this request as it is (400,
   * 413). Rejects when there is no answer, or another than 200: all is kept then. The `cause` is how many seconds the
   * collector wants to be left alone, where it says so.
   */
  post(parcel: Parcel): Promise<IngestAnswer | undefined>;
  /** Hands a parcel to the browser at the page's end; false where it does not take it. There is no answer. */
  beacon(parcel: Parcel): boolean;
}

/** 64 KiB is the limit for all that is under way at a page's end; a little is left for what is around events. */
const MAX_PARCEL_BYTES = 60_000;

const ANSWER_MS = 20_000;

export function createTransport(host: string, writeKey: string): Transport {
  const url = `${host}/v1/batch`;
  // A string goes as text/plain: no preflight, which could not finish at a page's end.
  const write = (parcel: Parcel) => JSON.stringify({ ...parcel, writeKey, sentAt: new Date() });
  return {
    async post(parcel) {
      const response = await fetch(url, {
        method: "POST",
        body: write(parcel),
        keepalive: true,
        // Not in Safari before 16.
        signal: AbortSignal.timeout?.(ANSWER_MS),
      });
      const { status } = response;
      if (status === 200) return response.json() as Promise<IngestAnswer>;
      if (status === 400 || status === 413) return undefined;
      throw new Error(`HTTP ${status}`, { cause: response.headers.get("retry-after") });
    },
    beacon: (parcel) => navigator.sendBeacon(url, write(parcel)),
  };
}

/** As many events, from the first, as one request takes: of one visitor, at least one. */
export function parcelOf(events: readonly WireEvent[]): WireEvent[] {
  let room = MAX_PARCEL_BYTES;
  return events.filter((event, i) => {
    if (event.anonymousId !== events[0]?.anonymousId) return false;
    room -= new Blob([JSON.stringify(event)]).size;
    return !i || room > 0;
  });
}
