import { formatSdkEventId } from "../shared/event-id.ts";
import type { ScoreAnswer } from "../shared/wire.ts";
import type { Notice, Properties, WireEvent } from "./events.ts";
import { createIdentity, randomId } from "./identity.ts";
import { listen } from "./listen.ts";
import { onHidden, onRestored } from "./page/lifecycle.ts";
import { onNavigated } from "./page/navigation.ts";
import { createQueue } from "./queue.ts";
import { measureEngagement } from "./sources/engagement.ts";
import { watchForms } from "./sources/form.ts";
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
  /** Sends engaged time every so many seconds (at least 5) while it grows; by default when the page is left. */
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
  /** Anything but `granted` deletes what is stored: the visitor's id, and events that are not sent yet. */
  consent(state: Consent): void;
  /** Sends what is waiting. Resolves when all is acknowledged, or the attempt failed and will be repeated. */
  flush(): Promise<void>;
  /** Undoes everything that was set up. Events not acknowledged stay stored for the next page. */
  stop(): void;
}

type Happened = { [Key in keyof WireEvent]?: WireEvent[Key] | undefined };

/** An event is refused above this; a request takes some of them (UTF-16 units of its JSON text). */
const MAX_EVENT_CHARS = 16_000;

/** Engaged time is written to the browser's store this often: so much is lost at most where a page just ends. */
const ENGAGED_EVERY_MS = 15_000;
const LEAST_ENGAGED_MS = 1_000;

/** Starts recording on this page: its visit, engaged time and submitted forms. */
export function createTracker({ writeKey, host, consent, heartbeatSeconds = 0 }: TrackerOptions): Tracker {
  const producer = randomId(12);
  const name = `afterglow ${host} ${writeKey}`;
  let sequence = 0;
  let state: Consent = consent ?? (refusesTracking() ? "denied" : "granted");
  /** The page that engaged time belongs to; `undefined` until its visit is recorded. */
  let current: { properties: Properties; context: WireEvent["context"] } | undefined;

  const stopped = new AbortController();
  const { signal } = stopped;
  const identity = createIdentity();
  const queue = createQueue({
    store: openEventStore(name),
    transport: createTransport(host, writeKey),
    notify,
    isAllowed: () => state === "granted",
    lockName: name,
    onDropped: (count) => track("Events Dropped", { value: count }),
    signal,
  });
  const takeEngaged = measureEngagement(signal);

  /** What is undefined is left out. */
  function record(happened: Happened, canWait = false): void {
    if (state !== "granted") return;
    const messageId = formatSdkEventId(producer, sequence);
    const timestamp = new Date().toISOString();
    let text = "";
    try {
      // As it is now, whatever the page does with its objects afterwards; a cycle or a BigInt cannot be sent.
      text = JSON.stringify({ ...happened, messageId, anonymousId: identity.id(), timestamp });
    } catch {}
    if (!text || text.length > MAX_EVENT_CHARS) {
      notify({ type: "rejected", ids: [messageId], reason: "unsendable" });
      return;
    }
    sequence += 1;
    void queue.add(JSON.parse(text) as WireEvent, canWait);
  }

  function page(properties?: Properties): void {
    // A page that is made in advance is visited when it is shown.
    if ((document as { prerendering?: boolean }).prerendering) {
      listen(document, "prerenderingchange", () => page(properties), signal);
      return;
    }
    engaged();
    if (state !== "granted") return;
    current = { properties: { ...currentPage(), ...properties }, context: campaign() };
    record({ type: "page", ...current });
  }

  /** Records the engaged time since the last call, for the page that it was spent on. */
  function engaged(canWait = false): void {
    // Time without a recorded page, such as before consent, is taken and forgotten.
    const activeMs = takeEngaged(current ? LEAST_ENGAGED_MS : 0);
    if (!current || activeMs === 0) return;
    const properties = { ...current.properties, active_ms: activeMs };
    record({ type: "track", event: "Page Engaged", ...current, properties }, canWait);
  }

  function track(event: string, properties?: Properties): void {
    record({ type: "track", event, properties });
  }

  function identify(userId: string, traits?: Properties): void {
    record({ type: "identify", userId, traits });
  }

  const beatMs = heartbeatSeconds > 0 ? Math.max(5, heartbeatSeconds) * 1000 : ENGAGED_EVERY_MS;
  const beat = setInterval(() => engaged(!heartbeatSeconds), beatMs);
  const abandonForms = watchForms(track, identify, signal);
  listen(window, "pagehide", abandonForms, signal);
  onHidden(() => {
    engaged(true);
    queue.handOver();
  }, signal);
  onRestored(() => page(), signal);
  onNavigated(() => {
    if (!current || current.properties.path === location.pathname) return;
    abandonForms();
    page();
  }, signal);

  return {
    page,
    track,
    identify,
    reset: identity.forget,
    async score(options) {
      if (state !== "granted") return null;
      await queue.flush();
      const explain = options?.explain ? "&explain=1" : "";
      const response = await fetch(
        `${host}/v1/me/score?writeKey=${writeKey}&anonymousId=${identity.id()}${explain}`,
      );
      return response.ok ? (response.json() as Promise<ScoreAnswer>) : null;
    },
    consent(next) {
      const before = state;
      state = next;
      if (next === "granted") {
        if (!current) page();
      } else if (next === "denied" || before === "granted") {
        current = undefined;
        identity.forget();
        void queue.clear();
      }
    },
    flush: queue.flush,
    stop() {
      clearInterval(beat);
      stopped.abort();
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
