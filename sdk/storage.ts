import { clear, createStore, delMany, set, values } from "idb-keyval";

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
  return {
    put: (event) =>
      inTime(async () => {
        await set(event.messageId, event, database);
        return true;
      }, false),
    all: () => inTime<WireEvent[] | undefined>(() => values(database), undefined),
    remove: (ids) => inTime(() => delMany([...ids], database), undefined),
    clear: () => inTime(() => clear(database), undefined),
  };
}

async function inTime<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  const late = new Promise<T>((resolve) => setTimeout(resolve, ANSWER_MS, otherwise));
  try {
    return await Promise.race([work(), late]);
  } catch {
    return otherwise;
  }
}
