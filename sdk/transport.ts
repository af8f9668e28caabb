import type { IngestAnswer } from "../shared/wire.ts";
import type { WireEvent } from "./events.ts";

/** What is sent in one request, all of one visitor. */
interface Parcel {
  readonly batch: readonly WireEvent[];
  /** Producers of events that may have arrived before: the answer says which did. */
  readonly confirm: readonly string[];
}

export interface Transport {
  /** Resolves with the collector's answer. Rejects when there is none, or it is a refusal: all is kept then. */
  post(parcel: Parcel): Promise<IngestAnswer>;
  /** Hands a parcel to the browser at the page's end; false where it does not take it. There is no answer. */
  beacon(parcel: Parcel): boolean;
}

/** Below the 64 KiB that a browser lets be under way at once after a page's end. */
export const MAX_PARCEL_CHARS = 60_000;

const MAX_KEEPALIVE_CHARS = 20_000;
const ANSWER_MS = 20_000;

export function createTransport(host: string, writeKey: string): Transport {
  const url = `${host}/v1/batch`;
  // A string goes as text/plain: no preflight, which could not finish at a page's end.
  const write = (parcel: Parcel) => JSON.stringify({ ...parcel, writeKey, sentAt: new Date().toISOString() });
  return {
    async post(parcel) {
      const body = write(parcel);
      const response = await fetch(url, {
        method: "POST",
        body,
        // A character takes up to three bytes, and 64 KiB is the limit for all that is under way at a page's end.
        keepalive: body.length < MAX_KEEPALIVE_CHARS,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (!response.ok) throw new Error(`the collector answered ${response.status}`);
      return response.json() as Promise<IngestAnswer>;
    },
    beacon(parcel) {
      return navigator.sendBeacon(url, write(parcel));
    },
  };
}
