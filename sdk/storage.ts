// Bytes count here, and nobody else listens to what we ask of the database.
// oxlint-disable unicorn/prefer-add-event-listener

import { promisifyRequest } from "idb-keyval";

import type { WireEvent } from "./events.ts";
import { inTime } from "./in-time.ts";
import { quietly } from "./quietly.ts";

/** Events that are not acknowledged yet, of every page of the site that this browser has open or had. */
export interface EventStore {
  /** Resolves to something defined when the events, at least one, are in the browser's store. Never rejects. */
  save(events: readonly WireEvent[]): Promise<unknown>;
  /** `undefined` where the store cannot be read (private mode, a blocked or broken database). Never rejects. */
  readAll(): Promise<WireEvent[] | undefined>;
  /** Never rejects. */
  drop(ids: readonly string[]): Promise<unknown>;
  /**
   * At the page's end, which no database waits for: leaves a copy for the next page. Answers something that is true
   * where it is left.
   */
  leave(events: readonly WireEvent[]): unknown;
  /** What pages have left so. It is not kept there any longer. */
  takeLeft(): readonly WireEvent[];
  /** Deletes the database itself. */
  destroy(): void;
}

/** A deletion that waits for another page blocks a database. */
const ANSWER_MS = 3_000;

/** Keeps events in an IndexedDB of this name. While it is not allowed, nothing is opened. */
export function openEventStore(name: string, isAllowed: () => boolean): EventStore {
  let opening: Promise<IDBDatabase> | undefined;
  /** Whether anything that this page knows may be in it: what was acknowledged at once has never been there. */
  let mayHold = false;

  async function open(): Promise<IDBDatabase> {
    if (!isAllowed()) throw new Error();
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.result.createObjectStore(EVENTS);
    const database = await promisifyRequest(request);
    // Another page may want to delete the database. Whoever finds the connection closed, as Safari does of its own
    // accord, opens another the next time.
    database.onversionchange = database.close;
    return database;
  }

  async function ask<T>(question: Question<T>): Promise<T | undefined> {
    const transaction = (await (opening ??= open())).transaction(EVENTS, "readwrite");
    const request = question(transaction.objectStore(EVENTS));
    // A transaction that is open when the page is put into WebKit's back/forward cache blocks the store for the
    // pages after it: https://github.com/w3c/IndexedDB/issues/381. Committed at once it is also durable sooner.
    transaction.commit();
    await promisifyRequest(transaction);
    return request?.result;
  }

  function use<T>(question: Question<T>): Promise<T | undefined> {
    mayHold = true;
    return inTime(ask(question), ANSWER_MS).catch(() => (opening = undefined));
  }

  function takeLeft(): readonly WireEvent[] {
    const left: WireEvent[] = [];
    quietly(() => {
      for (const key in localStorage) {
        if (!key.startsWith(name)) continue;
        const text = localStorage[key] as string;
        delete localStorage[key];
        mayHold = true;
        left.push(...(JSON.parse(text) as WireEvent[]));
      }
    });
    return left;
  }

  return {
    save: (events) => use((store) => events.map((event) => store.put(event, event.messageId))[0]),
    readAll: () => use((store) => store.getAll()),
    drop: async (ids) => mayHold && use((store) => ids.map((id) => store.delete(id))[0]),
    leave(events) {
      // By a name of its own: pages that end at the same time do not write over each other's.
      const key = name + events[0]?.messageId;
      return events[0] && isAllowed() && quietly(() => (localStorage[key] = JSON.stringify(events)));
    },
    takeLeft,
    destroy() {
      opening = undefined;
      takeLeft();
      // Connections close when they are told of it. A sandboxed frame has no databases, and says so by an error.
      quietly(() => indexedDB.deleteDatabase(name));
    },
  };
}

const EVENTS = "events";

type Question<T> = (store: IDBObjectStore) => IDBRequest<T> | undefined;
