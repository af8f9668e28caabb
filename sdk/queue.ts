import type { WireEvent } from "./events.ts";
import { notify } from "./notify.ts";
import { FRESH, HANDED, isCounted, nextRequest, producerOf, SETTLED, sift, type Standing } from "./plan.ts";
import type { EventStore } from "./storage.ts";
import { parcelOf, type Transport } from "./transport.ts";

export interface Queue {
  /** Keeps an event; sends it soon, or, where it can wait, together with what is sent next. */
  add(event: WireEvent, canWait?: boolean): void;
  /** Sends what is kept, now. Resolves when all is acknowledged or an attempt has failed. */
  flush(): Promise<void>;
  /** At the page's end: hands what is not acknowledged to the browser, once. */
  handOver(): void;
  /** Forgets and deletes everything that is kept. */
  clear(): void;
}

/** Events that happen within this time share a request. */
const GATHER_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** Nobody who asks for more is waited for. */
const MAX_RETRY_AFTER_S = 3_600;

/**
 * Keeps each event until an answer acknowledges it. Events of this page that were never sent go out as they
 * are; those that may have arrived (handed over at a page's end, or left by another page) are asked about
 * first, in a request that has to be made anyway, and sent only where the answer does not name them.
 */
export function createQueue(
  store: EventStore,
  transport: Transport,
  name: string,
  isAllowed: () => boolean,
  onDropped: (count: number) => void,
): Queue {
  /** This page's events that are not acknowledged, and those of them that are in the browser's store. */
  const mine = new Map<string, WireEvent>();
  const stored = new Set<string>();
  const standings = new Map<string, Standing>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;
  /** What is under way. */
  let sending: readonly string[] = [];

  function schedule(delayMs: number): void {
    timer ??= setTimeout(flush, delayMs);
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    try {
      // One attempt after the other: what comes while one is under way may have come too late for it.
      await navigator.locks.request(name, attempt);
    } catch {
      // A sandboxed frame has no locks, and some browsers have none at all.
      await attempt();
    }
  }

  /** Notes what is known of these events, and answers their ids. */
  function mark(events: readonly WireEvent[], standing: Standing): string[] {
    return events.map((event) => {
      const id = event.messageId;
      standings.set(id, standing);
      if (standing === SETTLED) mine.delete(id);
      return id;
    });
  }

  /** Everything that is kept, oldest first: this page's own, and what others have left in the store. */
  async function allKept(): Promise<readonly WireEvent[]> {
    const inStore = await store.all();
    const kept = new Map(inStore?.map((event) => [event.messageId, event]));
    for (const [id, event] of mine) {
      // Another page has sent it, and deleted it from the store.
      if (inStore && stored.has(id) && !kept.has(id)) mine.delete(id);
      else kept.set(id, event);
    }
    const [waiting, dropped] = sift(kept.values(), standings, Date.now());
    if (!dropped[0]) return waiting;
    await store.remove(mark(dropped, SETTLED));
    onDropped(dropped.length);
    return allKept();
  }

  /** Sends all that is kept. Never rejects. */
  async function attempt(): Promise<void> {
    let most = Infinity;
    try {
      while (isAllowed()) {
        const [all, doubtful] = nextRequest(await allKept(), standings);
        const batch = all.slice(0, most);
        const [first] = batch;
        if (!first) break;
        sending = batch.map((event) => event.messageId);
        notify("sent", sending);
        const answer = await transport.post({ batch, confirm: [...new Set(doubtful.map(producerOf))] });
        if (!answer && batch[1]) {
          // Never to be taken as it is: one by one, all but the wrong event pass.
          most = 1;
          continue;
        }
        for (const { messageId, reason } of answer ? answer.rejected : [{ ...first, reason: "refused" }]) {
          notify("rejected", messageId ? [messageId] : [], { reason });
        }
        mark(doubtful, FRESH);
        const settled = mark(
          [...batch, ...doubtful.filter((event) => isCounted(event, answer?.acked))],
          SETTLED,
        );
        await store.remove(settled);
        notify("acked", settled, { answer, visitor: first.anonymousId });
      }
      retryMs = FIRST_RETRY_MS;
    } catch (problem) {
      notify("failed", sending, { reason: `${problem as Error}` });
      // A proxy may send a date as `retry-after`: then our own patience holds.
      const askedMs = Math.min(MAX_RETRY_AFTER_S, Number((problem as Error).cause) || 0) * 1_000;
      // What has happened meanwhile waits as long.
      clearTimeout(timer);
      timer = undefined;
      schedule(Math.max(askedMs, retryMs));
      retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    }
  }

  // What earlier pages left is asked about together with what this one begins with.
  schedule(GATHER_MS);

  return {
    add(event, canWait) {
      const id = event.messageId;
      mark([event], FRESH);
      mine.set(id, event);
      void store.put(event).then((isStored) => isStored && stored.add(id));
      notify("queued", [id], { event });
      if (!canWait) schedule(GATHER_MS);
    },
    flush,
    handOver() {
      for (;;) {
        const batch = parcelOf(
          [...mine.values()].filter((event) => standings.get(event.messageId) === FRESH),
        );
        if (!batch[0] || !transport.beacon({ batch })) return;
        notify("sent", mark(batch, HANDED));
      }
    },
    clear() {
      mine.clear();
      store.destroy();
    },
  };
}
