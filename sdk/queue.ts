import type { Runs } from "../shared/runs.ts";
import type { Notice, WireEvent } from "./events.ts";
import type { EventStore } from "./storage.ts";
import { parcelOf, type Transport } from "./transport.ts";

export interface Queue {
  /** Keeps an event; sends it soon, or, where it can wait, together with what is sent next. */
  add(event: WireEvent, canWait: boolean): void;
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
  /** Only one page of a site that sends under this name does so at a time. */
  readonly lockName: string;
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
export function createQueue({ store, transport, notify, isAllowed, lockName }: QueueParts): Queue {
  /** This page's events that are not acknowledged; those in the browser's store, and those handed over. */
  const mine = new Map<string, WireEvent>();
  const stored = new Set<string>();
  const handed = new Set<string>();
  /** Acknowledged, whether or not the store could delete them. */
  const settled = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let stopped = false;

  function schedule(delayMs: number): void {
    if (!stopped) timer ??= setTimeout(() => void flush(), delayMs);
  }

  async function keep(event: WireEvent, canWait: boolean): Promise<void> {
    const id = event.messageId;
    if (await store.put(event)) stored.add(id);
    notify({ type: "queued", event });
    if (!canWait && !handed.has(id)) schedule(GATHER_MS);
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
    return unsettled.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  }

  async function drain(): Promise<void> {
    /** Asked about, and not counted by the collector. */
    const missing = new Set<string>();
    let most = Infinity;
    for (;;) {
      const kept = await allKept();
      const isFresh = ({ messageId: id }: WireEvent) => missing.has(id) || (mine.has(id) && !handed.has(id));
      const first = kept.find(isFresh) ?? kept.find((event) => !handed.has(event.messageId));
      // What was handed over is asked about when there is something to send.
      if (!first || stopped || !isAllowed()) return;
      const own = kept.filter((event) => event.anonymousId === first.anonymousId);
      const fresh = own.filter(isFresh);
      const batch = parcelOf(fresh.length > 0 ? fresh : own).slice(0, most);
      const ids = batch.map((event) => event.messageId);
      const doubtful = own.filter((event) => !ids.includes(event.messageId) && !isFresh(event));
      notify({ type: "sent", ids });
      const answer = await transport
        .post({ batch, confirm: [...new Set(doubtful.map(producerOf))] })
        .catch((problem: unknown) => {
          notify({ type: "failed", ids, reason: String(problem) });
          throw problem;
        });
      if (!answer && batch.length > 1) {
        // Never to be taken as it is: find the event, and let the others pass.
        most = batch.length >> 1;
        continue;
      }
      most = Infinity;
      const rejected = answer?.rejected ?? [{ messageId: ids[0] ?? "", reason: "refused" }];
      for (const { messageId, reason } of rejected)
        notify({ type: "rejected", ids: [messageId ?? ""], reason });
      const done = doubtful.filter((event) => isAcked(event, answer?.acked)).map((event) => event.messageId);
      for (const { messageId } of doubtful) missing.add(messageId);
      done.push(...ids);
      await settle(done);
      notify({ type: "acked", ids: done.filter((id) => !rejected.some((event) => event.messageId === id)) });
    }
  }

  async function attempt(): Promise<void> {
    let began = false;
    const begin = () => {
      began = true;
      return drain();
    };
    try {
      try {
        await (navigator.locks ? navigator.locks.request(lockName, begin) : begin());
      } catch (problem) {
        // A sandboxed frame has no locks.
        if (began) throw problem;
        await drain();
      }
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
    if (running) {
      // What has come since may have come too late for the attempt under way.
      following ??= running.then(() => {
        following = undefined;
        return flush();
      });
      return following;
    }
    running = attempt().finally(() => {
      running = undefined;
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
    add(event, canWait) {
      mine.set(event.messageId, event);
      void keep(event, canWait);
    },
    flush,
    handOver() {
      if (!isAllowed()) return;
      for (;;) {
        const batch = parcelOf([...mine.values()].filter((event) => !handed.has(event.messageId)));
        if (batch.length === 0 || !transport.beacon({ batch, confirm: [] })) return;
        for (const { messageId } of batch) handed.add(messageId);
        notify({ type: "sent", ids: batch.map((event) => event.messageId) });
      }
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

function producerOf(event: WireEvent): string {
  return event.messageId.split(":")[1] ?? "";
}

function isAcked(event: WireEvent, acked: Readonly<Record<string, Runs>> = {}): boolean {
  const sequence = Number.parseInt(event.messageId.split(":")[2] ?? "", 36);
  const runs = acked[producerOf(event)] ?? [];
  return runs.some((from, i) => i % 2 === 0 && from <= sequence && sequence <= (runs[i + 1] ?? 0));
}
