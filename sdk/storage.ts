import { clear, createStore, delMany, set, values } from "idb-keyval";

import type { WireEvent } from "./events.ts";

/** Events that are not acknowledged yet, of every page of the site that this browser has open or had. */
export interface EventStore {
  /** Resolves when the event is in the browser's store, or in memory where that refuses it. Never rejects. */
  put(event: WireEvent): Promise<void>;
  /** Oldest first. */
  all(): Promise<WireEvent[]>;
  remove(ids: readonly string[]): Promise<void>;
  clear(): Promise<void>;
}

/** Keeps events in IndexedDB; in memory those that it refuses (private mode, full disk, no IndexedDB at all). */
export function openEventStore(name: string): EventStore {
  const memory = new Map<string, WireEvent>();
  const database = createStore(name, "events");

  return {
    put: (event) =>
      orElse(
        () => set(event.messageId, event, database),
        () => void memory.set(event.messageId, event),
      ),
    async all() {
      const kept = await orElse(
        () => values<WireEvent>(database),
        () => [],
      );
      return [...kept, ...memory.values()].sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
    },
    remove(ids) {
      for (const id of ids) memory.delete(id);
      return orElse(
        () => delMany([...ids], database),
        () => {},
      );
    },
    clear() {
      memory.clear();
      return orElse(
        () => clear(database),
        () => {},
      );
    },
  };
}

async function orElse<T>(work: () => Promise<T>, otherwise: () => T): Promise<T> {
  try {
    return await work();
  } catch {
    return otherwise();
  }
}
