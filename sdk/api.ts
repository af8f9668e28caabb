import type { ScoreAnswer, Snapshot } from "../shared/wire.ts";
import type { Properties } from "./events.ts";

/** `required`: nothing is stored or sent until it is granted. */
export type Consent = "granted" | "denied" | "required";

/** A site's own events: the name of each, and its properties. */
export type EventMap = Readonly<Record<string, Properties | undefined>>;

/** Holds for an `interface` too, which has no index signature. */
export type EventsOf<Events> = { readonly [Name in keyof Events]: object | undefined };

export interface Proof {
  /** Signed by the site's backend (JWT). */
  readonly token?: string | undefined;
}

export interface Tracker<Events extends EventsOf<Events> = EventMap> {
  /** Records a visit of the current page. The tag calls it by itself. */
  page(properties?: Properties): void;
  /** Records that something happened. */
  track<Name extends keyof Events & string>(
    event: Name,
    ...properties: undefined extends Events[Name] ? [properties?: Events[Name]] : [properties: Events[Name]]
  ): void;
  /**
   * Says who the visitor claims to be, or, without an id, only what is known of them. Without proof it annotates the
   * visitor, and merges nothing. A `token` that the site's backend has signed goes with the event as proof.
   */
  identify(userId: string | undefined, traits?: Properties, proof?: Proof): void;
  /** Leaves this visitor behind: what happens next belongs to a new one. */
  reset(): void;
  /**
   * The visitor's own score, after sending what is waiting; `null` where the collector knows nothing of them, or
   * consent is not given. Rejects without network.
   */
  score(): Promise<ScoreAnswer | null>;
  /**
   * Calls back when an answer of the collector brings another score or band than the one before, the first one
   * included. The function it returns ends that.
   */
  onScore(callback: (snapshot: Snapshot) => void): () => void;
  /** Anything but `granted` deletes what is stored: the visitor's id, and events that are not sent yet. */
  consent(state: Consent): void;
  /**
   * Sends what is waiting, engaged time so far included. Resolves when all is acknowledged, or the attempt failed and
   * will be repeated.
   */
  flush(): Promise<void>;
  /** Undoes everything that was set up. Events not acknowledged stay stored for the next page. */
  stop(): void;
}
