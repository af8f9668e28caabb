import { formatSdkEventId } from "../shared/event-id.ts";
import type { ScoreAnswer } from "../shared/wire.ts";
import type { Notice, Properties, WireEvent } from "./events.ts";
import { createIdentity, randomId } from "./identity.ts";
import { onHidden, onRestored } from "./page/lifecycle.ts";
import { createQueue } from "./queue.ts";
import { measureEngagement } from "./sources/engagement.ts";
import { onFormSubmit } from "./sources/form.ts";
import { campaign, currentPage } from "./sources/pageview.ts";
import { openEventStore } from "./storage.ts";
import { createTransport } from "./transport.ts";

/** `required`: nothing is stored or sent until it is granted. */
export type Consent = "granted" | "denied" | "required";

export interface TrackerOptions {
  /** The site's public key, `wk_…`. */
  readonly writeKey: string;
  /** The collector's origin, such as `https://score.example.com`. */
  readonly host: string;
  /** Default `granted`, or `denied` where the browser sends Global Privacy Control or Do Not Track. */
  readonly consent?: Consent;
  /** Sends engaged time every so many seconds while it grows; by default once, when the page is left. */
  readonly heartbeatSeconds?: number;
}

export interface Tracker {
  /** Records a visit of the current page. The tag calls it by itself. */
  page(properties?: Properties): void;
  /** Records that something happened. */
  track(event: string, properties?: Properties): void;
  /** Says who the visitor claims to be. Without proof it annotates the visitor, and merges nothing. */
  identify(userId: string, traits?: Properties): void;
  /** Leaves this visitor behind: what happens next belongs to a new one. */
  reset(): void;
  /**
   * The visitor's own score, after sending what is waiting; `null` where the collector knows nothing of them, or
   * consent is not given. Rejects without network.
   */
  score(options?: { readonly explain?: boolean }): Promise<ScoreAnswer | null>;
  /** `denied` deletes what is stored, the visitor's id and events not sent yet included. */
  consent(state: Consent): void;
  /** Sends what is waiting. Resolves when all is acknowledged, or the attempt failed and will be repeated. */
  flush(): Promise<void>;
  /** Undoes everything that was set up. Events not acknowledged stay stored for the next page. */
  stop(): void;
}

/** Starts recording on this page: its visit, engaged time and submitted forms. */
export function createTracker({ writeKey, host, consent, heartbeatSeconds }: TrackerOptions): Tracker {
  const producer = randomId(9);
  let sequence = 0;
  let state: Consent = consent ?? (refusesTracking() ? "denied" : "granted");
  let landed = false;

  const identity = createIdentity();
  const queue = createQueue({
    store: openEventStore("afterglow"),
    transport: createTransport(host, writeKey),
    notify,
    isAllowed: () => state === "granted",
  });
  const engagement = measureEngagement();

  function record(event: Omit<WireEvent, "messageId" | "anonymousId" | "timestamp">): void {
    if (state !== "granted") return;
    queue.add({
      ...event,
      messageId: formatSdkEventId(producer, sequence++),
      anonymousId: identity.id(),
      timestamp: new Date().toISOString(),
    });
  }

  function page(properties?: Properties): void {
    const context = campaign();
    landed = true;
    record({
      type: "page",
      properties: { ...currentPage(), ...properties },
      ...(context ? { context } : {}),
    });
  }

  function track(event: string, properties?: Properties): void {
    record({ type: "track", event, ...(properties ? { properties } : {}) });
  }

  function engaged(leastMs: number): void {
    const activeMs = engagement.take(leastMs);
    if (activeMs > 0) {
      track("Page Engaged", { path: location.pathname, title: document.title, active_ms: activeMs });
    }
  }

  const undo = [
    onHidden(() => {
      engaged(1);
      queue.handOver();
    }),
    onRestored(() => page()),
    onFormSubmit((form) => track("Form Submitted", { form, path: location.pathname })),
    engagement.stop,
    queue.stop,
  ];
  if (heartbeatSeconds) {
    const beat = setInterval(() => engaged(heartbeatSeconds * 1000 - 500), heartbeatSeconds * 1000);
    undo.push(() => clearInterval(beat));
  }

  return {
    page,
    track,
    identify(userId, traits) {
      record({ type: "identify", userId, ...(traits ? { traits } : {}) });
    },
    reset: identity.forget,
    async score(options) {
      if (state !== "granted") return null;
      await queue.flush();
      const query = new URLSearchParams({ writeKey, anonymousId: identity.id() });
      if (options?.explain) query.set("explain", "1");
      const response = await fetch(`${host}/v1/me/score?${query}`);
      return response.ok ? (response.json() as Promise<ScoreAnswer>) : null;
    },
    consent(next) {
      const before = state;
      state = next;
      if (next === "denied") {
        identity.forget();
        void queue.clear();
      } else if (next === "granted" && before !== "granted" && !landed) page();
    },
    flush: queue.flush,
    stop() {
      for (const each of undo.splice(0)) each();
      state = "required";
    },
  };
}

function notify(notice: Notice): void {
  document.dispatchEvent(new CustomEvent("afterglow", { detail: notice }));
}

function refusesTracking(): boolean {
  const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean };
  return globalPrivacyControl === true || navigator.doNotTrack === "1";
}
