import { createStore, promisifyRequest } from "idb-keyval";

import type { WireEvent } from "./events.ts";

/** Events that are not acknowledged yet, of every page of the site that this browser has open or had. */
export interface EventStore {
  /** Resolves to whether the event is in the browser's store now. Never rejects. */
  put(event: WireEvent): Promise<boolean>;
  /** `undefined` where the store cannot be read (private mode, a blocked or broken database). Never rejects. */
  all(): Promise<WireEvent[] | undefined>;
  /** Never rejects. */
  remove(ids: readonly string[]): Promise<void>;
  clear(): Promise<void>;
}

/** A database can be blocked for ever, by a deletion that waits for another page. */
const ANSWER_MS = 3_000;

export function openEventStore(name: string): EventStore {
  const database = createStore(name, "events");

  async function inTime<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>) {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, ANSWER_MS));
    try {
      return await Promise.race([database(mode, work), late]);
    } catch {
      return undefined;
    }
  }

  function write<T>(work: (store: IDBObjectStore) => unknown, done: T) {
    return inTime("readwrite", async (store) => {
      work(store);
      // A transaction that is open when the page is put into WebKit's back/forward cache blocks the store for the
      // pages after it: https://github.com/w3c/IndexedDB/issues/381. Committed at once it is also durable sooner.
      store.transaction.commit?.();
      await promisifyRequest(store.transaction);
      return done;
    });
  }

  return {
    put: async (event) => (await write((store) => store.put(event, event.messageId), true)) ?? false,
    all: () => inTime<WireEvent[]>("readonly", (store) => promisifyRequest(store.getAll())),
    remove: (ids) => write((store) => ids.map((id) => store.delete(id)), undefined),
    clear: () => write((store) => store.clear(), undefined),
  };
}
