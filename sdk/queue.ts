import { parseSdkEventId } from "../shared/event-id.ts";
import { hasNumber, type Runs } from "../shared/runs.ts";
import type { Notice, WireEvent } from "./events.ts";
import type { EventStore } from "./storage.ts";
import { MAX_PARCEL_CHARS, type Transport } from "./transport.ts";

export interface Queue {
  /** Keeps an event and sends it soon. */
  add(event: WireEvent): void;
  /** Sends what is kept, now. Resolves when all is acknowledged or an attempt has failed. */
  flush(): Promise<void>;
  /** At the page's end: hands what is not acknowledged to the browser, once. */
  handOver(): void;
  /** Forgets and deletes everything that is kept. */
  clear(): Promise<void>;
  stop(): void;
}

export interface QueueParts {
  readonly store: EventStore;
  readonly transport: Transport;
  readonly notify: (notice: Notice) => void;
  /** Whether anything may be stored or sent now. */
  readonly isAllowed: () => boolean;
}

/** Events that happen within this time share a request. */
const GATHER_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/**
 * Keeps each event until an answer acknowledges it. Events of this page that were never sent go out as they
 * are; those that may have arrived (handed over at a page's end, or left by another page) are asked about
 * first, in a request that has to be made anyway, and sent only where the answer does not name them.
 */
export function createQueue({ store, transport, notify, isAllowed }: QueueParts): Queue {
  /** This page's events that are not acknowledged. */
  const mine = new Map<string, WireEvent>();
  const handed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let running: Promise<void> | undefined;
  let anew = false;
  let stopped = false;

  function schedule(delayMs: number): void {
    if (stopped) return;
    timer ??= setTimeout(() => void flush(), delayMs);
  }

  async function keep(event: WireEvent): Promise<void> {
    await store.put(event);
    notify({ type: "queued", event });
    schedule(GATHER_MS);
  }

  function settle(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      mine.delete(id);
      handed.delete(id);
    }
    return store.remove(ids);
  }

  async function drain(): Promise<void> {
    /** Asked about, and not counted by the collector. */
    const missing = new Set<string>();
    for (;;) {
      const kept = await store.all();
      const visitor = kept[0]?.anonymousId;
      if (stopped || visitor === undefined) return;
      const own = kept.filter((event) => event.anonymousId === visitor);
      const fresh = own.filter(({ messageId: id }) => missing.has(id) || (mine.has(id) && !handed.has(id)));
      const batch = parcelOf(fresh.length > 0 ? fresh : own);
      const sending = new Set(batch.map((event) => event.messageId));
      const doubtful = own.filter((event) => !sending.has(event.messageId) && !fresh.includes(event));
      notify({ type: "sent", ids: [...sending] });
      try {
        const answer = await transport.post({ batch, confirm: [...new Set(doubtful.map(producerOf))] });
        const refused = new Set(
          answer.rejected.map(({ messageId, reason }) => {
            notify({ type: "rejected", ids: [messageId ?? ""], reason });
            return messageId;
          }),
        );
        const counted = doubtful
          .filter((event) => isAcked(event, answer.acked))
          .map((event) => event.messageId);
        for (const { messageId } of doubtful) missing.add(messageId);
        await settle([...sending, ...counted]);
        notify({ type: "acked", ids: [...sending, ...counted].filter((id) => !refused.has(id)) });
      } catch (problem) {
        notify({ type: "failed", ids: [...sending], reason: String(problem) });
        throw problem;
      }
    }
  }

  async function attempt(): Promise<void> {
    try {
      // One page of the site sends at a time; the others wait, and find the rest.
      if (navigator.locks) await navigator.locks.request("afterglow", drain);
      else await drain();
      failures = 0;
    } catch {
      schedule(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
      failures += 1;
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (!isAllowed()) return Promise.resolve();
    // What came while an attempt was under way may have come too late for it.
    if (running) anew = true;
    running ??= attempt().finally(() => {
      running = undefined;
      if (anew) schedule(0);
      anew = false;
    });
    return running;
  }

  function retryNow(): void {
    failures = 0;
    void flush();
  }

  addEventListener("online", retryNow);
  // What earlier pages left is asked about together with what this one begins with.
  schedule(GATHER_MS);

  return {
    add(event) {
      mine.set(event.messageId, event);
      void keep(event);
    },
    flush,
    handOver() {
      const batch = parcelOf([...mine.values()].filter((event) => !handed.has(event.messageId)));
      if (batch.length === 0 || !transport.beacon({ batch, confirm: [] })) return;
      for (const { messageId } of batch) handed.add(messageId);
      notify({ type: "sent", ids: batch.map((event) => event.messageId) });
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      mine.clear();
      handed.clear();
      return store.clear();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      removeEventListener("online", retryNow);
    },
  };
}

/** As many events, from the first, as one request takes: of one visitor, at least one. */
function parcelOf(events: readonly WireEvent[]): WireEvent[] {
  let room = MAX_PARCEL_CHARS;
  return events.filter((event, i) => {
    room -= JSON.stringify(event).length;
    return event.anonymousId === events[0]?.anonymousId && (i === 0 || room > 0);
  });
}

function producerOf(event: WireEvent): string {
  return parseSdkEventId(event.messageId)?.producer ?? "";
}

function isAcked(event: WireEvent, acked: Readonly<Record<string, Runs>> | undefined): boolean {
  const id = parseSdkEventId(event.messageId);
  return id !== undefined && hasNumber(acked?.[id.producer] ?? [], id.sequence);
}
