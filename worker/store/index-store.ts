import type { Identity, IndexEntry, IndexOutlook } from "../domain/index/entry.ts";
import type { WaitingSince } from "../domain/index/waiting.ts";
import type { WalkState } from "../domain/index/walk-state.ts";
import type { MeteredSql } from "./metered-sql.ts";

/** What a shard of the index keeps of a contact, who it is left out: that is sealed. */
export type StoredEntry = Omit<IndexEntry, "person">;

/** The rows of a shard of the index. One contact is one row. */
export interface IndexStore {
  /** Makes nothing. */
  isEmpty(): boolean;
  entries(): Iterable<StoredEntry>;
  has(object: string): boolean;
  entry(object: string): StoredEntry | undefined;
  outlooks(object: string): Readonly<Record<string, IndexOutlook>>;
  sealed(object: string): { readonly slot: number; readonly bytes: Uint8Array } | undefined;
  allSealed(): Iterable<{ readonly object: string; readonly slot: number; readonly bytes: Uint8Array }>;
  put(entry: StoredEntry, slot: number, sealed: Uint8Array): void;
  remove(object: string): void;
  /** So many objects' numbers after one, ascending. */
  after(object: string, limit: number): string[];
  /** The walk over all contacts that was begun last. */
  walk(): WalkState | null;
  setWalk(state: WalkState): void;
  /** Contacts that have told something of which no row knows. */
  waiting(): WaitingSince[];
  setWaiting(all: readonly WaitingSince[]): void;
  /** Deletions of contacts: what was told before one does not bring the contact back. */
  goneAt(object: string): number | undefined;
  gone(object: string, at: number, now: number): void;
}

type Row = {
  object: string;
  epoch: number;
  revision: number;
  seen: number;
  identity: number;
  outlooks: ArrayBuffer;
};

const IDENTITIES: readonly Identity[] = ["anonymous", "claimed", "verified"];

const TABLES = [
  `CREATE TABLE IF NOT EXISTS entry (object TEXT PRIMARY KEY, slot INTEGER NOT NULL, epoch INTEGER NOT NULL, revision INTEGER NOT NULL,
    seen INTEGER NOT NULL, identity INTEGER NOT NULL, sealed BLOB NOT NULL, outlooks BLOB NOT NULL) WITHOUT ROWID`,
  "CREATE TABLE IF NOT EXISTS waiting (part INTEGER PRIMARY KEY, objects TEXT NOT NULL)",
  "CREATE TABLE IF NOT EXISTS gone (object TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
];
const PUT = `INSERT INTO entry (object, slot, epoch, revision, seen, identity, sealed, outlooks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (object) DO UPDATE SET slot = excluded.slot, epoch = excluded.epoch, revision = excluded.revision, seen = excluded.seen,
    identity = excluded.identity, sealed = excluded.sealed, outlooks = excluded.outlooks`;
const COLUMNS = "object, epoch, revision, seen, identity, outlooks";
/** Where the walk stands among those who wait. */
const WALK = -1;
/** Rows read at a time: nothing else may be done in an object while one of its cursors is open. */
const PAGE = 2_000;
/** In one row: some 850 KB, of the 2 MB that one may hold. */
const WAITING_IN_ROW = 10_000;

export function createIndexStore(sql: MeteredSql, goneForMs: number): IndexStore {
  let hasTables = false;

  function isMade(): boolean {
    hasTables ||= sql.all("SELECT name FROM sqlite_master WHERE name = 'gone'").length > 0;
    return hasTables;
  }

  function make(): void {
    if (isMade()) return;
    for (const table of TABLES) sql.run(table);
    hasTables = true;
  }

  function* pages<R extends { object: string }>(columns: string): Iterable<R> {
    if (!isMade()) return;
    let after = "";
    for (;;) {
      const rows = sql.all<R & Record<string, SqlStorageValue>>(
        `SELECT ${columns} FROM entry WHERE object > ? ORDER BY object LIMIT ${PAGE}`,
        after,
      );
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.object;
    }
  }

  function find<R extends Record<string, SqlStorageValue>>(columns: string, object: string): R[] {
    return isMade() ? sql.all<R>(`SELECT ${columns} FROM entry WHERE object = ?`, object) : [];
  }

  return {
    isEmpty: () => !isMade() || sql.all("SELECT 1 FROM entry LIMIT 1").length === 0,
    *entries() {
      for (const row of pages<Row>(COLUMNS)) yield entryOf(row);
    },
    has: (object) => find("1", object).length > 0,
    entry(object) {
      const [row] = find<Row>(COLUMNS, object);
      return row && entryOf(row);
    },
    outlooks(object) {
      const [row] = find<Pick<Row, "outlooks">>("outlooks", object);
      return row ? decodeOutlooks(new Uint8Array(row.outlooks)) : {};
    },
    sealed(object) {
      const [row] = find<{ slot: number; sealed: ArrayBuffer }>("slot, sealed", object);
      return row && { slot: row.slot, bytes: new Uint8Array(row.sealed) };
    },
    *allSealed() {
      type Sealed = { object: string; slot: number; sealed: ArrayBuffer };
      for (const { object, slot, sealed } of pages<Sealed>("object, slot, sealed")) {
        yield { object, slot, bytes: new Uint8Array(sealed) };
      }
    },
    put({ object, epoch, revision, lastSeen, identity, outlooks }, slot, sealed) {
      make();
      const place = IDENTITIES.indexOf(identity);
      sql.run(
        PUT,
        object,
        slot,
        epoch,
        revision,
        lastSeen,
        place,
        copyOf(sealed),
        copyOf(encodeOutlooks(outlooks)),
      );
    },
    remove(object) {
      if (isMade()) sql.run("DELETE FROM entry WHERE object = ?", object);
    },
    after(object, limit) {
      if (!isMade()) return [];
      const rows = sql.all<{ object: string }>(
        "SELECT object FROM entry WHERE object > ? ORDER BY object LIMIT ?",
        object,
        limit,
      );
      return rows.map((row) => row.object);
    },
    walk() {
      if (!isMade()) return null;
      const [row] = sql.all<{ objects: string }>("SELECT objects FROM waiting WHERE part = ?", WALK);
      return row ? (JSON.parse(row.objects) as WalkState) : null;
    },
    setWalk(state) {
      make();
      sql.run("INSERT OR REPLACE INTO waiting (part, objects) VALUES (?, ?)", WALK, JSON.stringify(state));
    },
    waiting() {
      if (!isMade()) return [];
      const rows = sql.all<{ objects: string }>("SELECT objects FROM waiting WHERE part >= 0 ORDER BY part");
      return rows.flatMap(({ objects }) => JSON.parse(objects) as WaitingSince[]);
    },
    setWaiting(all) {
      make();
      let part = 0;
      for (let from = 0; from < all.length; from += WAITING_IN_ROW) {
        const text = JSON.stringify(all.slice(from, from + WAITING_IN_ROW));
        sql.run("INSERT OR REPLACE INTO waiting (part, objects) VALUES (?, ?)", part, text);
        part += 1;
      }
      sql.run("DELETE FROM waiting WHERE part >= ?", part);
    },
    goneAt(object) {
      if (!isMade()) return undefined;
      return sql.all<{ at: number }>("SELECT at FROM gone WHERE object = ?", object)[0]?.at;
    },
    gone(object, at, now) {
      make();
      sql.run("DELETE FROM gone WHERE until <= ?", now);
      sql.run(
        "INSERT OR REPLACE INTO gone (object, at, until) VALUES (?, ?, ?)",
        object,
        at,
        now + goneForMs,
      );
    },
  };
}

function entryOf({ object, epoch, revision, seen, identity, outlooks }: Row): StoredEntry {
  return {
    object,
    epoch,
    revision,
    lastSeen: seen,
    identity: IDENTITIES[identity] ?? "anonymous",
    outlooks: decodeOutlooks(new Uint8Array(outlooks)),
  };
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer;
}

/** Which model's bytes are how long, as JSON behind its length in two bytes; then the bytes, one after the other. */
function encodeOutlooks(outlooks: Readonly<Record<string, IndexOutlook>>): Uint8Array {
  const all = Object.entries(outlooks);
  const head = new TextEncoder().encode(
    JSON.stringify(all.map(([model, { version, bytes }]) => [model, version, bytes.length])),
  );
  const whole = new Uint8Array(2 + head.length + all.reduce((sum, [, { bytes }]) => sum + bytes.length, 0));
  new DataView(whole.buffer).setUint16(0, head.length);
  whole.set(head, 2);
  let at = 2 + head.length;
  for (const [, { bytes }] of all) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

function decodeOutlooks(whole: Uint8Array): Record<string, IndexOutlook> {
  const headLength = new DataView(whole.buffer, whole.byteOffset).getUint16(0);
  const head = JSON.parse(new TextDecoder().decode(whole.subarray(2, 2 + headLength))) as [
    string,
    number,
    number,
  ][];
  const outlooks: Record<string, IndexOutlook> = {};
  let at = 2 + headLength;
  for (const [model, version, length] of head) {
    outlooks[model] = { version, bytes: whole.subarray(at, at + length) };
    at += length;
  }
  return outlooks;
}
