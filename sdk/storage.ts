// Bytes count here, and nobody else listens to what we ask of the database.
// oxlint-disable unicorn/prefer-add-event-listener

import { promisifyRequest } from "idb-keyval";

import type { WireEvent } from "./events.ts";
import { quietly } from "./quietly.ts";

/** Events that are not acknowledged yet, of every page of the site that this browser has open or had. */
export interface EventStore {
  /** Resolves to something true when the event is in the browser's store. Never rejects. */
  put(event: WireEvent): Promise<unknown>;
  /** `undefined` where the store cannot be read (private mode, a blocked or broken database). Never rejects. */
  all(): Promise<WireEvent[] | undefined>;
  /** Never rejects. */
  remove(ids: readonly string[]): Promise<unknown>;
  /** Deletes the database itself. */
  destroy(): void;
}

/** A database can be blocked for ever, by a deletion that waits for another page. */
const ANSWER_MS = 3_000;

/** Keeps events in an IndexedDB of this name. While it is not allowed, nothing is opened. */
export function openEventStore(name: string, isAllowed: () => boolean): EventStore {
  let opening: Promise<IDBDatabase> | undefined;

  async function open(): Promise<IDBDatabase> {
    if (!isAllowed()) throw new Error();
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.result.createObjectStore(EVENTS);
    const database = await promisifyRequest(request);
    // Safari closes connections of its own accord; another page may want to delete the database.
    database.onclose = database.onversionchange = () => {
      database.close();
      opening = undefined;
    };
    return database;
  }

  async function ask<T>(mode: IDBTransactionMode, question: Question<T>): Promise<T | undefined> {
    const transaction = (await (opening ??= open())).transaction(EVENTS, mode);
    const request = question(transaction.objectStore(EVENTS));
    // A transaction that is open when the page is put into WebKit's back/forward cache blocks the store for the
    // pages after it: https://github.com/w3c/IndexedDB/issues/381. Committed at once it is also durable sooner.
    transaction.commit();
    await promisifyRequest(transaction);
    return request?.result;
  }

  function use<T>(mode: IDBTransactionMode, question: Question<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const giveUp = () => resolve((opening = undefined));
      setTimeout(resolve, ANSWER_MS);
      ask(mode, question).then(resolve, giveUp);
    });
  }

  return {
    put: (event) => use("readwrite", (store) => store.put(event, event.messageId)),
    all: () => use("readonly", (store) => store.getAll()),
    remove: (ids) => use("readwrite", (store) => ids.map((id) => store.delete(id))[0]),
    destroy() {
      opening = undefined;
      // Connections close when they are told of it. A sandboxed frame has no databases, and says so by an error.
      quietly(() => indexedDB.deleteDatabase(name));
    },
  };
}

const EVENTS = "events";

type Question<T> = (store: IDBObjectStore) => IDBRequest<T> | undefined;
