import { MAX_EVENT_AGE_MS } from "../shared/limits.ts";
import type { Runs } from "../shared/runs.ts";
import type { Notice, WireEvent } from "./events.ts";
import { listen } from "./listen.ts";
import type { EventStore } from "./storage.ts";
import { parcelOf, type Refusal, type Transport } from "./transport.ts";

export interface Queue {
  /** Keeps an event; sends it soon, or, where it can wait, together with what is sent next. Never rejects. */
  add(event: WireEvent, canWait: boolean): Promise<void>;
  /** Sends what is kept, now. Resolves when all is acknowledged or an attempt has failed. */
  flush(): Promise<void>;
  /** At the page's end: hands what is not acknowledged to the browser, once. */
  handOver(): void;
  /** Forgets and deletes everything that is kept. */
  clear(): Promise<void>;
}

export interface QueueParts {
  readonly store: EventStore;
  readonly transport: Transport;
  readonly notify: (notice: Notice) => void;
  /** Whether anything may be stored or sent now. */
  readonly isAllowed: () => boolean;
  /** Only one page of a site that sends under this name does so at a time. */
  readonly lockName: string;
  /** Called with how many events had to be given up, because there were too many or they were too old. */
  readonly onDropped: (count: number) => void;
  readonly signal: AbortSignal;
}

/** Events that happen within this time share a request. */
const GATHER_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** Events kept in a browser: a busy visitor's month. Beyond it the oldest are given up. */
const MAX_KEPT_EVENTS = 1_000;

/**
 * Keeps each event until an answer acknowledges it. Events of this page that were never sent go out as they
 * are; those that may have arrived (handed over at a page's end, or left by another page) are asked about
 * first, in a request that has to be made anyway, and sent only where the answer does not name them.
 */
export function createQueue(parts: QueueParts): Queue {
  const { store, transport, notify, isAllowed, lockName, onDropped, signal } = parts;
  /** This page's events that are not acknowledged; those in the browser's store, and those handed over. */
  const mine = new Map<string, WireEvent>();
  const stored = new Set<string>();
  const handed = new Set<string>();
  /** Asked about, and not counted by the collector. */
  const missing = new Set<string>();
  /** Acknowledged, whether or not the store could delete them. */
  const settled = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  /** What is under way. */
  let sending: readonly string[] = [];
  /** One attempt after the other: what comes while one is under way may have come too late for it. */
  let attempts = Promise.resolve();

  function schedule(delayMs: number): void {
    if (!signal.aborted) timer ??= setTimeout(flush, delayMs);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    attempts = attempts.then(attempt);
    return attempts;
  }

  function settle(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      mine.delete(id);
      handed.delete(id);
      settled.add(id);
    }
    return store.remove(ids);
  }

  /** Everything that is kept, oldest first: this page's own, and what others have left in the store. */
  async function allKept(): Promise<WireEvent[]> {
    const inStore = await store.all();
    const kept = new Map(inStore?.map((event) => [event.messageId, event]));
    for (const [id, event] of mine) {
      // Another page has sent it, and deleted it from the store.
      if (inStore && stored.has(id) && !kept.has(id)) mine.delete(id);
      else kept.set(id, event);
    }
    const unsettled = [...kept.values()].filter((event) => !settled.has(event.messageId));
    unsettled.sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
    const oldest = new Date(Date.now() - MAX_EVENT_AGE_MS).toISOString();
    // One place is for the event that tells of it.
    const tooMany = unsettled.length > MAX_KEPT_EVENTS ? unsettled.length - MAX_KEPT_EVENTS + 1 : 0;
    const dropped = unsettled.filter(({ timestamp }, i) => i < tooMany || timestamp < oldest);
    if (!dropped[0]) return unsettled;
    await settle(idsOf(dropped));
    onDropped(dropped.length);
    return allKept();
  }

  function isFresh({ messageId }: WireEvent): boolean {
    return missing.has(messageId) || (mine.has(messageId) && !handed.has(messageId));
  }

  async function drain(): Promise<void> {
    let most = Infinity;
    while (isAllowed() && !signal.aborted) {
      const kept = await allKept();
      const first = kept.find(isFresh) ?? kept.find((event) => !handed.has(event.messageId));
      // What was handed over is asked about when there is something to send.
      if (!first) return;
      const own = kept.filter((event) => event.anonymousId === first.anonymousId);
      const batch = parcelOf(isFresh(first) ? own.filter(isFresh) : own).slice(0, most);
      const doubtful = own.filter((event) => !batch.includes(event) && !isFresh(event));
      const ids = idsOf(batch);
      sending = ids;
      notify({ type: "sent", ids });
      const answer = await transport.post({ batch, confirm: [...new Set(doubtful.map(producerOf))] });
      if (!answer && ids[1]) {
        // Never to be taken as it is: one by one, all but the wrong event pass.
        most = 1;
        continue;
      }
      const rejected = answer?.rejected ?? [{ messageId: first.messageId, reason: "refused" }];
      for (const { messageId, reason } of rejected) {
        notify({ type: "rejected", ids: [messageId ?? ""], reason });
      }
      const acked = [...ids, ...idsOf(doubtful.filter((event) => isAcked(event, answer?.acked)))];
      for (const id of idsOf(doubtful)) missing.add(id);
      await settle(acked);
      notify({ type: "acked", ids: acked.filter((id) => !rejected.some((event) => event.messageId === id)) });
    }
  }

  async function attempt(): Promise<void> {
    let drained: Promise<void> | undefined;
    const begin = () => (drained = drain());
    try {
      // A sandboxed frame has no locks, and some browsers have none at all.
      await navigator.locks?.request(lockName, begin).catch(() => undefined);
      await (drained ?? begin());
      failures = 0;
    } catch (problem) {
      notify({ type: "failed", ids: sending, reason: String(problem) });
      const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
      schedule(Math.max(waitMs, (problem as Refusal).retryAfterMs ?? 0));
      failures += 1;
    }
  }

  listen(
    window,
    "online",
    () => {
      failures = 0;
      void flush();
    },
    signal,
  );
  // What earlier pages left is asked about together with what this one begins with.
  schedule(GATHER_MS);

  return {
    async add(event, canWait) {
      const id = event.messageId;
      mine.set(id, event);
      if (await store.put(event)) stored.add(id);
      notify({ type: "queued", event });
      if (!canWait && !handed.has(id)) schedule(GATHER_MS);
    },
    flush,
    handOver() {
      if (!isAllowed()) return;
      for (;;) {
        const batch = parcelOf([...mine.values()].filter((event) => !handed.has(event.messageId)));
        if (!batch[0] || !transport.beacon({ batch, confirm: [] })) return;
        const ids = idsOf(batch);
        for (const id of ids) handed.add(id);
        notify({ type: "sent", ids });
      }
    },
    clear() {
      mine.clear();
      handed.clear();
      return store.clear();
    },
  };
}

/** Sorts by time, and within a millisecond by the page's running number, which grows in length first. */
function ageOf({ timestamp, messageId }: WireEvent): string {
  return timestamp + messageId.length + messageId;
}

function idsOf(events: readonly WireEvent[]): string[] {
  return events.map((event) => event.messageId);
}

function producerOf(event: WireEvent): string {
  return event.messageId.split(":")[1] ?? "";
}

function isAcked(event: WireEvent, acked: Readonly<Record<string, Runs>> = {}): boolean {
  const sequence = Number.parseInt(event.messageId.split(":")[2] ?? "", 36);
  const runs = acked[producerOf(event)] ?? [];
  return runs.some((from, i) => i % 2 === 0 && from <= sequence && sequence <= (runs[i + 1] ?? 0));
}
