import type { MeteredSql } from "./metered-sql.ts";

/** AES-128. */
const KEY_BYTES = 16;

/**
 * Keys in places of their own, which are overwritten where they are. SQLite leaves deleted rows in the file until
 * something else is written there, and there is no asking it to do otherwise; so what has to be deleted for good is
 * sealed with a key from here, and the key is shredded.
 */
export interface KeySlots {
  /** Puts a key into a free place, and tells where. */
  put(key: Uint8Array): number;
  /** `undefined` where nothing is. */
  get(slot: number): Uint8Array | undefined;
  /** Overwrites it with zeros, and the place is free; again it changes nothing. */
  shred(slot: number): void;
}

const KEYS_IN_BLOCK = 2_048;
/**
 * A long row begins in a page of its table, with at most 4,061 bytes of a page of 4,096, and goes on in pages of its own.
 * SQLite moves rows from page to page as the table grows, and leaves what it moved; but it never moves those pages. So no
 * key lies in the beginning.
 */
const LEAD_BYTES = 4_096;
const BLOCK_BYTES = LEAD_BYTES + KEYS_IN_BLOCK * KEY_BYTES;

// An update by a value of the same size is written over the old one; so nothing else of a changing size is in the row.
const TABLE = "CREATE TABLE IF NOT EXISTS key_blocks (block INTEGER PRIMARY KEY, bytes BLOB NOT NULL)";

/**
 * Makes its table. One row is written for a key that comes or goes. Only the last block takes new keys: places that become free in those
 * before stay so, at 16 bytes each.
 */
export function createKeySlots(sql: MeteredSql): KeySlots {
  sql.run(TABLE);

  function lastBlock(): number | undefined {
    return (
      sql.all<{ block: number | null }>("SELECT MAX(block) AS block FROM key_blocks")[0]?.block ?? undefined
    );
  }

  function bytesOf(block: number): Uint8Array | undefined {
    const rows = sql.all<{ bytes: ArrayBuffer }>("SELECT bytes FROM key_blocks WHERE block = ?", block);
    return rows[0] && new Uint8Array(rows[0].bytes);
  }

  function write(block: number, bytes: Uint8Array): void {
    sql.run("UPDATE key_blocks SET bytes = ? WHERE block = ?", bytes.slice().buffer, block);
  }

  return {
    put(key) {
      if (key.length !== KEY_BYTES || isEmpty(key)) throw new Error(`A key has ${KEY_BYTES} random bytes.`);
      const last = lastBlock();
      const bytes = last === undefined ? undefined : bytesOf(last);
      const place = bytes ? freePlace(bytes) : -1;
      if (last !== undefined && bytes && place !== -1) {
        bytes.set(key, offsetOf(place));
        write(last, bytes);
        return last * KEYS_IN_BLOCK + place;
      }
      const block = (last ?? -1) + 1;
      const fresh = new Uint8Array(BLOCK_BYTES);
      fresh.set(key, offsetOf(0));
      sql.run("INSERT INTO key_blocks (block, bytes) VALUES (?, ?)", block, fresh.buffer);
      return block * KEYS_IN_BLOCK;
    },
    get(slot) {
      const [row] = sql.all<{ key: ArrayBuffer }>(
        "SELECT substr(bytes, ?, ?) AS key FROM key_blocks WHERE block = ?",
        // The first byte is the one with number 1.
        offsetOf(slot % KEYS_IN_BLOCK) + 1,
        KEY_BYTES,
        Math.floor(slot / KEYS_IN_BLOCK),
      );
      const key = row && new Uint8Array(row.key);
      return key && !isEmpty(key) ? key : undefined;
    },
    shred(slot) {
      const block = Math.floor(slot / KEYS_IN_BLOCK);
      const bytes = bytesOf(block);
      const at = offsetOf(slot % KEYS_IN_BLOCK);
      if (!bytes || isEmpty(bytes.subarray(at, at + KEY_BYTES))) return;
      bytes.fill(0, at, at + KEY_BYTES);
      write(block, bytes);
    },
  };
}

function offsetOf(place: number): number {
  return LEAD_BYTES + place * KEY_BYTES;
}

function freePlace(bytes: Uint8Array): number {
  for (let place = 0; place < KEYS_IN_BLOCK; place += 1) {
    if (isEmpty(bytes.subarray(offsetOf(place), offsetOf(place + 1)))) return place;
  }
  return -1;
}

function isEmpty(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
