import type { WireEvent } from "./events.ts";
import { notify } from "./notify.ts";
import { FRESH, HANDED, nextRequest, SETTLED, sift, type Standing } from "./plan.ts";
import type { EventStore } from "./storage.ts";
import type { Send } from "./transport.ts";

export interface Queue {
  /**
   * Keeps an event. An urgent one is sent at once, with all that has gathered; one that is not, together with what
   * happens within a minute; and one of which neither is said, with whatever is sent next.
   */
  enqueue(event: WireEvent, isUrgent?: boolean): void;
  /** Sends what is kept, now. Resolves when all is acknowledged or an attempt has failed. */
  flush(): Promise<void>;
  /** The visitor goes on to a page of the same site: leaves what is not acknowledged to its first request, if it can. */
  hold(): void;
  /** At the page's end: hands what is not acknowledged to the browser, once. */
  handOver(): void;
  /** Forgets and deletes everything that is kept. */
  wipe(): void;
}

/** Events that happen within this time share a request: each request costs the site's owner the same, whatever is in it. */
const GATHER_MS = 60_000;
/** While a page starts nothing is written: by then its visit is mostly acknowledged, and need not be kept at all. */
const START_MS = 200;
/** When a page looks for what earlier ones have left: not while it starts. */
const LOOK_BACK_MS = 3_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** Instead of a lock. */
const AT_END = 0;
/** Nobody who asks for more is waited for. */
const MAX_RETRY_AFTER_S = 3_600;

/**
 * Keeps each event until an answer acknowledges it. Events of this page that were never sent go out as they
 * are; those that may have arrived (handed over at a page's end, sent without getting an answer, or left by another
 * page) are asked about first, in a request that has to be made anyway, and sent only where the answer does not name
 * them.
 */
export function createQueue(
  store: EventStore,
  send: Send,
  name: string,
  isAllowed: () => boolean,
  onDropped: (count: number) => void,
): Queue {
  /** This page's events that are not acknowledged. */
  const mine = new Map<string, WireEvent>();
  /** Of all events of this page, those that were in the browser's store, or are on their way to it. */
  const stored = new Set<string>();
  const standings = new Map<string, Standing>();
  /** Where the visitor's events go since a merge: sent back, it spares the collector a call. */
  let home: string | undefined;
  let isStarting = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;
  /** This page's attempts, one after the other: what comes while one is under way may have come too late for it. */
  let attempts = Promise.resolve();

  function flush(): Promise<void> {
    timer = clearTimeout(timer) as undefined;
    // One page after the other. A sandboxed frame has no locks, and some browsers have none at all.
    return (attempts = attempts.then(() => navigator.locks.request(name, attempt)).catch(attempt));
  }

  /** Writes to the store what is not in it. */
  function save(): void {
    const events = [...mine.values()].filter((event) => !stored.has(event.messageId));
    if (!events[0]) return;
    const ids = events.map(idOf);
    ids.forEach((id) => stored.add(id));
    void store.save(events).then((isStored) => isStored ?? ids.forEach((id) => stored.delete(id)));
  }

  /** Notes what is known of these events, and answers their ids. */
  function mark(events: readonly WireEvent[], standing: Standing): string[] {
    return events.map((event) => {
      const id = idOf(event);
      standings.set(id, standing);
      if (standing === SETTLED) mine.delete(id);
      return id;
    });
  }

  /** Makes what pages have left this one's own. */
  function takeLeft(): void {
    for (const { held, ...event } of store.takeLeft()) {
      if (standings.get(event.messageId) === SETTLED) continue;
      mine.set(event.messageId, event);
      if (held) mark([event], FRESH);
    }
  }

  /** Everything that is kept, oldest first: this page's own, and what others have left in the store. */
  async function allKept(): Promise<readonly WireEvent[]> {
    save();
    // What happens while it is read may not be in it yet.
    const before = new Set(stored);
    const inStore = await store.readAll();
    const kept = new Map(inStore?.map((event) => [event.messageId, event]));
    for (const [id, event] of mine) {
      // Another page has sent it, and deleted it from the store.
      if (inStore && before.has(id) && stored.has(id) && !kept.has(id)) mine.delete(id);
      else kept.set(id, event);
    }
    const [waiting, dropped] = sift(kept.values(), standings, Date.now());
    if (!dropped[0]) return waiting;
    await store.drop(mark(dropped, SETTLED));
    onDropped(dropped.length);
    return allKept();
  }

  /** Sends what is of this page, or, where it is given a lock, all that is kept. Never rejects. */
  async function attempt(lock?: unknown): Promise<void> {
    let batch: readonly WireEvent[] = [];
    let most = Infinity;
    try {
      while (isAllowed()) {
        // A page that ends has just left its own.
        if (lock !== AT_END) takeLeft();
        const kept = lock ? await allKept() : [...mine.values()];
        const [all, doubtful] = nextRequest(kept, standings);
        batch = all.slice(0, most);
        const [first] = batch;
        if (!first) break;
        // From now on it may arrive, even if the page ends.
        notify("sent", mark(batch, HANDED));
        const answer = await send({ batch, confirm: doubtful.map(idOf), home });
        home = answer?.home ?? home;
        if (!answer && batch[1]) {
          // Never to be taken as it is: one by one, all but the wrong event pass.
          mark(batch, FRESH);
          most = 1;
          continue;
        }
        if (!answer) notify("rejected", [idOf(first)]);
        mark(doubtful, FRESH);
        const settled = mark(
          [...batch, ...doubtful.filter((event) => answer?.counted?.includes(idOf(event)))],
          SETTLED,
        );
        await store.drop(settled);
        notify("acked", settled, { answer });
        // What has happened meanwhile gathers.
        if (kept.length === batch.length) break;
      }
      retryMs = FIRST_RETRY_MS;
    } catch (problem) {
      const { cause } = problem as Error;
      notify("failed", batch.map(idOf), { reason: `${problem as Error}` });
      // Refused, it can be sent again. Without an answer it may have been taken: one event asks for the others.
      mark(cause === undefined ? batch.slice(0, 1) : batch, FRESH);
      save();
      // A proxy may send a date as `retry-after`: then our own patience holds.
      const askedMs = Math.min(MAX_RETRY_AFTER_S, cause as number) * 1_000 || 0;
      // What has happened meanwhile waits as long.
      clearTimeout(timer);
      timer = setTimeout(flush, Math.max(askedMs, retryMs));
      retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    }
  }

  // The first visit goes without waiting for any store, as soon as the page's own first calls are made.
  setTimeout(() => {
    isStarting = false;
    attempts = attempts.then(attempt);
  });
  setTimeout(save, START_MS);
  // Where something gathers, what other pages have left in the store is looked for when that is sent.
  setTimeout(() => timer ?? flush(), LOOK_BACK_MS);

  return {
    enqueue(event, isUrgent) {
      mine.set(event.messageId, event);
      notify("queued", mark([event], FRESH), { event });
      // The page's first request takes it along.
      if (isStarting) return;
      // What happens in one go is written in one go.
      queueMicrotask(save);
      // After a failure the collector is left alone.
      if (isUrgent && retryMs === FIRST_RETRY_MS) void flush();
      if (isUrgent === false) timer ??= setTimeout(flush, GATHER_MS);
    },
    flush,
    hold() {
      if (store.leave([...mine.values()].map((event) => ({ ...event, held: true })))) mine.clear();
    },
    handOver() {
      void attempt(AT_END);
      // Shown again, the page does not wait for what was under way.
      attempts = Promise.resolve();
      store.leave([...mine.values()]);
    },
    wipe() {
      mine.clear();
      store.destroy();
    },
  };
}

function idOf(event: WireEvent): string {
  return event.messageId;
}
