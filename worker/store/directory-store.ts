import type { Ref } from "../../shared/event.ts";
import { expiryOf, type Tombstone } from "../domain/tombstone.ts";
import { ALIAS_TABLES } from "./alias-store.ts";
import type { MeteredSql } from "./metered-sql.ts";

/**
 * The rows of a site's directory. Contacts are known by a keyed hash of their ref, so that the ref of a deleted one is
 * in no byte of the file: SQLite leaves what is deleted where it was until something else is written there.
 */
export interface DirectoryStore {
  /** `undefined` where the directory has none yet. */
  key(): ArrayBuffer | undefined;
  setKey(key: Uint8Array): void;
  /** Refs as the first releases kept them, and their end. */
  plainRefs(): string[];
  plainAliases(): PlainAlias[];
  replacePlainRefs(hashes: readonly string[], enterAliases: () => void): void;
  isEmpty(): boolean;
  has(hash: string): boolean;
  /** `object` is the number of the contact's object. */
  enter(hash: string, object: string): void;
  /** So many contacts after a hash, ascending; those of the first releases, of whose objects nothing is known, left out. */
  after(hash: string, limit: number): Known[];
  leave(hash: string): void;
  /** One that has not expired. */
  tombstone(hash: string, now: number): Tombstone | undefined;
  /** Deletions that are not done. */
  open(): Tombstone[];
  bury(tombstone: Tombstone): void;
  /** Ends a deletion: the contact's entry goes, and where its object was. */
  close(hash: string): void;
  expire(now: number): void;
  /** When the next tombstone expires. */
  nextExpiry(): number | undefined;
}

/** A contact as the directory knows it. */
export type Known = { readonly hash: string; readonly object: string };

type PlainAlias = { ref: Ref; target: Ref; merge: string };
type Row = { hash: string; receipt: string; at: number; object: string | null };

const TABLES = [
  "CREATE TABLE IF NOT EXISTS hash_key (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
  "CREATE TABLE IF NOT EXISTS known (hash TEXT PRIMARY KEY, object TEXT) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS deleted (hash TEXT PRIMARY KEY, receipt TEXT NOT NULL, at INTEGER NOT NULL, object TEXT) WITHOUT ROWID",
  ...ALIAS_TABLES,
];
const ENTER = `INSERT INTO known (hash, object) VALUES (?, ?)
  ON CONFLICT (hash) DO UPDATE SET object = excluded.object WHERE known.object IS NULL`;
const BURY = `INSERT INTO deleted (hash, receipt, at, object) VALUES (?, ?, ?, ?)
  ON CONFLICT (hash) DO UPDATE SET receipt = excluded.receipt, at = excluded.at, object = excluded.object`;
/** The most that one value may hold is 2 MB. */
const FILLER_BYTES = 1_000_000;

/** `atomically` makes several statements take effect together or not at all. */
export function createDirectoryStore(
  sql: MeteredSql,
  atomically: (work: () => void) => void,
): DirectoryStore {
  let hasTables = false;

  function hasTable(name: string): boolean {
    return sql.all("SELECT name FROM sqlite_master WHERE name = ?", name).length > 0;
  }

  /** Asked what it does not have, a directory makes no tables: it may be one that is never used. */
  function isMade(): boolean {
    if (hasTables || !hasTable("deleted")) return hasTables;
    const columns = sql.all<{ name: string }>("SELECT name FROM pragma_table_info('known')");
    if (!columns.some(({ name }) => name === "object")) sql.run("ALTER TABLE known ADD COLUMN object TEXT");
    return (hasTables = true);
  }

  return {
    key() {
      if (!isMade()) return undefined;
      return sql.all<{ bytes: ArrayBuffer }>("SELECT bytes FROM hash_key")[0]?.bytes;
    },
    setKey(key) {
      atomically(() => {
        for (const table of TABLES) sql.run(table);
        sql.run("INSERT INTO hash_key (id, bytes) VALUES (1, ?)", key.slice().buffer);
      });
    },
    plainRefs() {
      if (!hasTable("contacts")) return [];
      return sql.all<{ ref: string }>("SELECT ref FROM contacts").map(({ ref }) => ref);
    },
    plainAliases() {
      if (!hasTable("aliases")) return [];
      return sql.all<PlainAlias>("SELECT ref, target, merge FROM aliases");
    },
    replacePlainRefs(hashes, enterAliases) {
      const tables = ["contacts", "aliases"].filter(hasTable);
      if (tables.length === 0) return;
      const { bytes } = sql.meter;
      atomically(() => {
        for (const hash of hashes)
          sql.run("INSERT INTO known (hash) VALUES (?) ON CONFLICT DO NOTHING", hash);
        enterAliases();
        for (const table of tables) sql.run(`DROP TABLE ${table}`);
        // Its pages are free now and hold what they held; this takes all of them, and gives them back empty.
        sql.run("CREATE TABLE filler (id INTEGER PRIMARY KEY, bytes BLOB)");
        for (let filled = 0; filled < bytes; filled += FILLER_BYTES) {
          sql.run("INSERT INTO filler (bytes) VALUES (zeroblob(?))", FILLER_BYTES);
        }
        sql.run("DROP TABLE filler");
      });
    },
    isEmpty: () => !isMade() || sql.all("SELECT hash FROM known LIMIT 1").length === 0,
    has: (hash) => sql.all("SELECT hash FROM known WHERE hash = ?", hash).length > 0,
    enter: (hash, object) => sql.run(ENTER, hash, object),
    after: (hash, limit) =>
      sql.all<Known>(
        "SELECT hash, object FROM known WHERE hash > ? AND object IS NOT NULL ORDER BY hash LIMIT ?",
        hash,
        limit,
      ),
    leave: (hash) => sql.run("DELETE FROM known WHERE hash = ?", hash),
    tombstone(hash, now) {
      const found = sql.all<Row>("SELECT hash, receipt, at, object FROM deleted WHERE hash = ?", hash)[0];
      const tombstone = found && tombstoneOf(found);
      return tombstone && (now < expiryOf(tombstone) || tombstone.object !== null) ? tombstone : undefined;
    },
    open: () =>
      sql.all<Row>("SELECT hash, receipt, at, object FROM deleted WHERE object IS NOT NULL").map(tombstoneOf),
    bury({ hash, receipt, deletedAt, object }) {
      sql.run(BURY, hash, receipt, deletedAt, object);
    },
    close(hash) {
      atomically(() => {
        sql.run("DELETE FROM known WHERE hash = ?", hash);
        sql.run("UPDATE deleted SET object = NULL WHERE hash = ?", hash);
      });
    },
    expire(now) {
      const before = now - expiryOf({ deletedAt: 0 });
      sql.run("DELETE FROM deleted WHERE at <= ? AND object IS NULL", before);
    },
    nextExpiry() {
      const rows = sql.all<{ at: number | null }>("SELECT MIN(at) AS at FROM deleted WHERE object IS NULL");
      const at = rows[0]?.at ?? null;
      return at === null ? undefined : expiryOf({ deletedAt: at });
    },
  };
}

function tombstoneOf({ hash, receipt, at, object }: Row): Tombstone {
  return { hash, receipt, deletedAt: at, object };
}
