import { formatSdkEventId } from "../shared/event-id.ts";
import type { ScoreAnswer } from "../shared/wire.ts";
import type { Consent, Proof, Tracker } from "./api.ts";
import type { Notice, Properties, WireEvent } from "./events.ts";
import type { Extra, Site } from "./extra.ts";
import { createIdentity, randomId } from "./identity.ts";
import { listen } from "./listen.ts";
import { notify } from "./notify.ts";
import { onNavigated } from "./page/navigation.ts";
import { timeOf } from "./plan.ts";
import { createQueue } from "./queue.ts";
import { quietly } from "./quietly.ts";
import { measureEngagement } from "./sources/engagement.ts";
import { watchForms } from "./sources/form.ts";
import { type PageFacts, pageFacts } from "./sources/pageview.ts";
import { openEventStore } from "./storage.ts";
import { createSend } from "./transport.ts";

export interface TrackerOptions {
  /** The site's public key, `wk_…`. */
  readonly writeKey: string;
  /** The collector's origin, such as `https://score.example.com`. */
  readonly host: string;
  /** Default `granted`, or `denied` where the browser sends Global Privacy Control or Do Not Track. */
  readonly consent?: Consent | undefined;
  /** Stores nothing on the device: each loaded page is a visitor of its own. */
  readonly cookieless?: boolean | undefined;
  /** What is not on by default, of `afterglow/extras`. */
  readonly extras?: readonly Extra[] | undefined;
}

type Happened = { [Key in keyof WireEvent]?: WireEvent[Key] | undefined };

/** An event is refused above this; a request takes some of them (UTF-16 units of its JSON text). */
const MAX_EVENT_CHARS = 16_000;

/** Engaged time is written to the browser's store this often: so much is lost at most where a page just ends. */
const ENGAGED_EVERY_MS = 15_000;
const LEAST_ENGAGED_MS = 1_000;
/** Engaged time that has not grown for so long is final. Other pages wait a little longer before they send it. */
const ENGAGED_IDLE_MS = 45_000;

/** The ids of a page are equally long, and sort as they were given. */
const FIRST_SEQUENCE = 36 ** 3;

/** Starts recording on this page: its visits, engaged time and forms. */
export function startTracker(options: TrackerOptions): Tracker {
  const { writeKey, host, consent, cookieless, extras = [] } = options;
  const producer = randomId(12);
  const name = `afterglow ${host} ${writeKey}`;
  let sequence = FIRST_SEQUENCE;
  let state: Consent = consent ?? (refusesTracking() ? "denied" : "granted");
  /** The page that engaged time belongs to; `undefined` until its visit is recorded. */
  let current: PageFacts | undefined;
  /** The engaged time of the current page, as long as it may grow. */
  let draft: WireEvent | undefined;
  /** Of the engaged time so far: what is in final events, and what is in the draft. */
  let toldMs = 0;
  let draftedMs = 0;

  const stopped = new AbortController();
  const { signal } = stopped;
  const isAllowed = () => state === "granted" && !signal.aborted;
  const identity = createIdentity(cookieless ? 0 : YEAR_S);
  const store = openEventStore(name, () => !cookieless && isAllowed());
  const site: Site = { path: () => location.pathname };
  const queue = createQueue(store, createSend(host, writeKey), name, isAllowed, (count) =>
    track("Events Dropped", { value: count }),
  );
  const engagedMs = measureEngagement(signal);

  /** What is undefined is left out. */
  function eventOf(happened: Happened): WireEvent | undefined {
    const messageId = happened.messageId ?? formatSdkEventId(producer, sequence++);
    // As it is now, whatever the page does with its objects afterwards; a cycle or a BigInt cannot be sent.
    const text = quietly(() =>
      JSON.stringify({ ...happened, messageId, anonymousId: identity.id(), timestamp: new Date() }),
    );
    if (text && text.length <= MAX_EVENT_CHARS) return JSON.parse(text) as WireEvent;
    notify("rejected", [messageId], { reason: "unsendable" });
    return undefined;
  }

  function record(happened: Happened): void {
    // A page that is made in advance is visited when it is shown, and nothing happens on it before.
    if ((document as { prerendering?: boolean }).prerendering) {
      listen("prerenderingchange", () => record(happened), signal);
      return;
    }
    const event = isAllowed() && eventOf(happened);
    if (event) queue.enqueue(event, event.type !== "track" || event.event === "Form Submitted");
  }

  function page(properties?: Properties): void {
    endEngaged();
    current = isAllowed() ? pageFacts(site.path(), properties) : undefined;
    record({ type: "page", ...current });
  }

  /** Adds the engaged time since the last call to what is known of the page that it was spent on. */
  function growEngaged(): void {
    if (draft && Date.now() - timeOf(draft) > ENGAGED_IDLE_MS) finishDraft();
    const ms = engagedMs() - toldMs;
    // Time without a recorded page, such as before consent, is forgotten.
    if (!current) {
      toldMs += ms;
      draftedMs = 0;
    } else if (ms >= draftedMs + LEAST_ENGAGED_MS) {
      draftedMs = ms;
      draft = eventOf({
        type: "track",
        event: "Page Engaged",
        ...current,
        properties: { ...current.properties, active_ms: ms },
        messageId: draft?.messageId,
      });
      if (draft) void store.save([{ ...draft, draft: true }]);
    }
  }

  /** What was engaged of the page is known: it goes with what is sent next. */
  function endEngaged(): void {
    growEngaged();
    finishDraft();
  }

  function finishDraft(): void {
    if (draft) queue.enqueue(draft);
    draft = undefined;
    toldMs += draftedMs;
    draftedMs = 0;
  }

  function track(event: string, properties?: Properties): void {
    record({ type: "track", event, properties });
  }

  function identify(userId: string | undefined, traits?: Properties, proof?: Proof): void {
    record({ type: "identify", userId, traits, context: proof });
  }

  function leave(): void {
    endEngaged();
    queue.handOver();
  }

  function flush(): Promise<void> {
    endEngaged();
    return queue.flush();
  }

  const beat = setInterval(growEngaged, ENGAGED_EVERY_MS);
  const abandonForms = watchForms(track, identify, site, signal);
  listen(
    "pageswap",
    (event) => {
      // Known only where the next page is of the same site.
      if (!(event as PageSwapEvent).activation) return;
      abandonForms();
      endEngaged();
      queue.hold();
    },
    signal,
  );
  listen("pagehide", abandonForms, signal);
  // Hidden, closed, or left: each time, the last moment that is sure to come. Safari does not fire visibilitychange
  // when a page is navigated away from: https://webkit.org/b/151234
  listen("pagehide visibilitychange", leave, signal);
  listen("online", queue.flush, signal);
  // Shown again out of the back/forward cache.
  listen("pageshow", (event) => (event as PageTransitionEvent).persisted && page(), signal);
  onNavigated(() => {
    if (!current || current.properties.path === site.path()) return;
    abandonForms();
    page();
  }, signal);

  const tracker: Tracker = {
    page,
    track,
    identify,
    reset() {
      endEngaged();
      identity.forget();
    },
    async score() {
      if (!isAllowed()) return null;
      await flush();
      const query = `?writeKey=${writeKey}&anonymousId=${identity.id()}&explain=1`;
      const response = await fetch(`${host}/v1/me/score${query}`);
      return response.ok ? (response.json() as Promise<ScoreAnswer>) : null;
    },
    onScore(callback) {
      let isOver = false;
      let last: string | undefined;
      const heed = ({ detail: { answer } }: CustomEvent<Notice>) => {
        const next = answer?.snapshot;
        if (isOver || next?.contact !== `anon:${identity.id()}`) return;
        const text = `${next.score} ${next.band}`;
        if (text !== last) callback(next);
        last = text;
      };
      listen("afterglow", heed as (event: Event) => void, signal);
      return () => (isOver = true);
    },
    consent(next) {
      state = next;
      if (next === "granted") {
        if (!current) page();
      } else {
        current = draft = undefined;
        identity.forget();
        queue.wipe();
      }
    },
    flush,
    stop() {
      leave();
      clearInterval(beat);
      stopped.abort();
    },
  };
  for (const extra of extras) extra(tracker, site, signal);
  // Whatever was stored before was stored under another word.
  if (state === "denied") tracker.consent(state);
  return tracker;
}

function refusesTracking(): boolean {
  return (
    (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack === "1"
  );
}

/** Seconds that the cookie lives after the last visit: short for 347 days. */
const YEAR_S = 30_000_000;
