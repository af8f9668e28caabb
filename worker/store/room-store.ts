import type { MeteredSql } from "./metered-sql.ts";

/** What a site's deliveries have one of: the key by which contacts are known, and when it was tidied last. */
export interface RoomStore {
  hashKey(): ArrayBuffer | undefined;
  tidied(): number;
  setTidied(at: number): void;
  /** Whether there is anything that will be let go of some day. */
  hasAnything(): boolean;
}

const TABLE =
  "CREATE TABLE IF NOT EXISTS room (id INTEGER PRIMARY KEY, hash_key BLOB NOT NULL, tidied INTEGER NOT NULL)";

/** Asked what it does not have, a room makes no tables: it may be one that is never used. */
export function isRoomMade(sql: MeteredSql): boolean {
  return sql.all("SELECT name FROM sqlite_master WHERE name = 'room'").length > 0;
}

export function makeRoom(sql: MeteredSql, hashKey: Uint8Array, now: number): void {
  sql.run(TABLE);
  sql.run("INSERT INTO room (id, hash_key, tidied) VALUES (1, ?, ?)", hashKey.slice().buffer, now);
}

export function createRoomStore(sql: MeteredSql): RoomStore {
  return {
    hashKey: () => sql.all<{ hash_key: ArrayBuffer }>("SELECT hash_key FROM room")[0]?.hash_key,
    tidied: () => sql.all<{ tidied: number }>("SELECT tidied FROM room")[0]?.tidied ?? 0,
    setTidied: (at) => sql.run("UPDATE room SET tidied = ? WHERE id = 1", at),
    hasAnything: () =>
      ["deliveries", "crossings", "contacts", "forgotten"].some(
        (table) => sql.all(`SELECT 1 FROM ${table} LIMIT 1`).length > 0,
      ),
  };
}
