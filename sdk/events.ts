import type { IngestAnswer } from "../shared/wire.ts";

/** An event as it is kept and sent: a message of the Segment HTTP tracking spec. */
export interface WireEvent {
  readonly type: "page" | "track" | "identify";
  /** Given once, when the event happens, and never changed. */
  readonly messageId: string;
  /** The visitor when the event happened: a retry goes to the same one, whatever has happened since. */
  readonly anonymousId: string;
  /** ISO 8601, by the device's clock. */
  readonly timestamp: string;
  readonly event?: string;
  readonly userId?: string;
  readonly properties?: Properties;
  readonly traits?: Properties;
  readonly context?: Context;
  /** Engaged time of a page that is still open, or that ended without a word: it last grew at `timestamp`. */
  readonly draft?: true;
  /** Left to the next page, for it to send: the page that it happened on has not. */
  readonly held?: true;
}

interface Context {
  /** Such as `?utm_source=news`. */
  readonly campaign?: readonly string[] | undefined;
  /** Signed by the site's backend: proves that the visitor is `userId`. */
  readonly token?: string | undefined;
}

export type Properties = Readonly<Record<string, unknown>>;

/** What the tracker tells the page, as a DOM event `afterglow` on the document, with this as its `detail`. */
export interface Notice {
  /**
   * `queued`: kept. `sent`: under way. `acked`: not kept any more, since it is counted, or refused for ever.
   * `rejected`: never to be counted, for a `reason` of ours (what the collector refuses is in its answer). `failed`: not
   * answered, and will be sent again.
   */
  readonly type: "queued" | "sent" | "acked" | "rejected" | "failed";
  /** The `messageId` of each event that this is about. */
  readonly ids: readonly string[];
  /** With `queued`. */
  readonly event?: WireEvent;
  /** With `failed`, and with `rejected` where the collector was not asked. */
  readonly reason?: string;
  /** With `acked`, where there was an answer: it says more, such as `warnings` and the visitor's score. */
  readonly answer?: IngestAnswer | undefined;
}
