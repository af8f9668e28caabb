/** An event as it is kept and sent: a message of the Segment HTTP tracking spec. */
export interface WireEvent {
  readonly type: "page" | "track" | "identify";
  /** Given once, when the event happens, and never changed. */
  readonly messageId: string;
  /** The visitor when the event happened: a retry goes to the same one, whatever has happened since. */
  readonly anonymousId: string;
  readonly timestamp: string;
  readonly event?: string;
  readonly userId?: string;
  readonly properties?: Properties;
  readonly traits?: Properties;
  readonly context?: { readonly campaign: Readonly<Record<string, string>> };
}

export type Properties = Readonly<Record<string, unknown>>;

/** What the tracker tells the page, as a DOM event `afterglow` on the document, with this as its `detail`. */
export type Notice =
  | { readonly type: "queued"; readonly event: WireEvent }
  | { readonly type: "sent" | "acked"; readonly ids: readonly string[] }
  | { readonly type: "rejected" | "failed"; readonly ids: readonly string[]; readonly reason: string };
