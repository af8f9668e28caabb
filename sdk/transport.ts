import type { IngestAnswer } from "../shared/wire.ts";
import type { WireEvent } from "./events.ts";

/** What is sent in one request, all of one visitor. */
interface Parcel {
  readonly batch: readonly WireEvent[];
  /** Producers of events that may have arrived before: the answer says which did. */
  readonly confirm: readonly string[];
}

export interface Transport {
  /**
   * Resolves with the collector's answer; with `undefined` when it will never take this request as it is (400,
   * 413). Rejects when there is no answer, or another than 200: all is kept then.
   */
  post(parcel: Parcel): Promise<IngestAnswer | undefined>;
  /** Hands a parcel to the browser at the page's end; false where it does not take it. There is no answer. */
  beacon(parcel: Parcel): boolean;
}

/** 64 KiB is the limit for all that is under way at a page's end; a little is left for what is around events. */
const MAX_PARCEL_BYTES = 60_000;

const ANSWER_MS = 20_000;

/** The collector was reached, and can take nothing for some time. */
export interface Refusal extends Error {
  readonly retryAfterMs?: number;
}

/** Nobody who asks for more is waited for. */
const MAX_RETRY_AFTER_MS = 3_600_000;

export function createTransport(host: string, writeKey: string): Transport {
  const url = `${host}/v1/batch`;
  // A string goes as text/plain: no preflight, which could not finish at a page's end.
  const write = (parcel: Parcel) => JSON.stringify({ ...parcel, writeKey, sentAt: new Date().toISOString() });
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
      if (status === 400 || status === 413) return undefined;
      if (status !== 200) {
        // A proxy may send a date: then the queue's own patience holds.
        const retryAfterMs = Math.min(
          MAX_RETRY_AFTER_MS,
          Number(response.headers.get("retry-after")) * 1000 || 0,
        );
        throw Object.assign(new Error(`HTTP ${status}`), { retryAfterMs });
      }
      return response.json() as Promise<IngestAnswer>;
    },
    beacon: (parcel) => navigator.sendBeacon(url, write(parcel)),
  };
}

/** As many events, from the first, as one request takes: of one visitor, at least one. */
export function parcelOf(events: readonly WireEvent[]): WireEvent[] {
  const encoder = new TextEncoder();
  let room = MAX_PARCEL_BYTES;
  return events.filter((event, i) => {
    if (event.anonymousId !== events[0]?.anonymousId) return false;
    room -= encoder.encode(JSON.stringify(event)).length;
    return i === 0 || room > 0;
  });
}
