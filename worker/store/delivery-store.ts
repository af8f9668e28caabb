import { MAX_KEPT, REMEMBERED_IDS } from "../domain/webhooks/delivery-limits.ts";
import type { Counts } from "../domain/webhooks/destination.ts";
import type { Settled, Status } from "../domain/webhooks/schedule.ts";
import type { MeteredSql } from "./metered-sql.ts";

/**
 * Crossings that were taken, and their deliveries. Contacts are known by a keyed hash, and what names one is sealed with
 * the contact's own key.
 */
export interface DeliveryStore {
  isTaken(crossing: string): boolean;
  /** Remembers its id, and forgets the oldest. */
  rememberTaken(crossing: string): void;
  insertCrossing(crossing: StoredCrossing): void;
  crossing(id: string): StoredCrossing | undefined;
  insertDelivery(delivery: NewDelivery): void;
  /** The one that is due first. */
  nextDue(destination: string, now: number): StoredDelivery | undefined;
  firstDue(destination: string): number | undefined;
  find(destination: string, id: string): StoredDelivery | undefined;
  /** The newest first, from before a number on. */
  list(destination: string, status: Status | undefined, before: number, most: number): StoredDelivery[];
  counts(destination: string): Counts;
  settle(id: string, settled: Settled, now: number): void;
  note(id: string): ArrayBuffer | undefined;
  setNote(id: string, sealed: ArrayBuffer): void;
  /** Makes dead letters of all that wait. */
  bury(destination: string, error: string, now: number): void;
  replay(id: string, now: number): void;
  /** Of dead letters, the oldest first; how many there were. */
  replayDead(destination: string, most: number, now: number): number;
  removeAllOf(destination: string): void;
  /** Lets go of what has been over since before a time, and of crossings of which nothing is kept. */
  tidy(before: number, destinations: readonly string[]): void;
}

export interface StoredCrossing {
  readonly id: string;
  readonly contact: string;
  readonly sealed: ArrayBuffer;
}

interface NewDelivery {
  readonly id: string;
  readonly destination: string;
  /** `null` of a test. */
  readonly crossing: string | null;
  readonly created: number;
  /** Of one that is a dead letter from the beginning. */
  readonly error?: string;
}

export type StoredDelivery = {
  n: number;
  id: string;
  crossing: string | null;
  status: Status;
  attempts: number;
  due: number | null;
  error: string | null;
  created: number;
  ended: number | null;
};

export const DELIVERY_TABLES = [
  "CREATE TABLE IF NOT EXISTS taken (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE)",
  "CREATE TABLE IF NOT EXISTS crossings (id TEXT PRIMARY KEY, contact TEXT NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID",
  "CREATE INDEX IF NOT EXISTS crossings_of ON crossings (contact)",
  `CREATE TABLE IF NOT EXISTS deliveries (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, destination TEXT NOT NULL,
    crossing TEXT, status TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER, error TEXT, created INTEGER NOT NULL,
    ended INTEGER, note BLOB)`,
  "CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (destination, status, due)",
  "CREATE INDEX IF NOT EXISTS deliveries_of ON deliveries (crossing)",
];

const COLUMNS = "n, id, crossing, status, attempts, due, error, created, ended";
const INSERT = `INSERT INTO deliveries (id, destination, crossing, status, attempts, due, error, created, ended)
  VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
const AGAIN = "status = 'pending', attempts = 0, due = ?, error = NULL, ended = NULL";

export function createDeliveryStore(sql: MeteredSql): DeliveryStore {
  const one = (statement: string, ...values: SqlStorageValue[]) =>
    sql.all<StoredDelivery>(`SELECT ${COLUMNS} FROM deliveries WHERE ${statement}`, ...values)[0];

  return {
    isTaken: (crossing) => sql.all("SELECT n FROM taken WHERE id = ?", crossing).length > 0,
    rememberTaken(crossing) {
      sql.run("INSERT INTO taken (id) VALUES (?) ON CONFLICT DO NOTHING", crossing);
      sql.run("DELETE FROM taken WHERE n <= (SELECT MAX(n) FROM taken) - ?", REMEMBERED_IDS);
    },
    insertCrossing: ({ id, contact, sealed }) =>
      sql.run(
        "INSERT INTO crossings (id, contact, sealed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        id,
        contact,
        sealed,
      ),
    crossing: (id) =>
      sql.all<{ id: string; contact: string; sealed: ArrayBuffer }>(
        "SELECT id, contact, sealed FROM crossings WHERE id = ?",
        id,
      )[0],
    insertDelivery({ id, destination, crossing, created, error }) {
      const isDead = error !== undefined;
      const status: Status = isDead ? "dead" : "pending";
      const [due, ended] = isDead ? [null, created] : [created, null];
      sql.run(INSERT, id, destination, crossing, status, due, error ?? null, created, ended);
    },
    nextDue: (destination, now) =>
      one("destination = ? AND status = 'pending' AND due <= ? ORDER BY due, n LIMIT 1", destination, now),
    firstDue(destination) {
      const [row] = sql.all<{ due: number | null }>(
        "SELECT MIN(due) AS due FROM deliveries WHERE destination = ? AND status = 'pending'",
        destination,
      );
      return row?.due ?? undefined;
    },
    find: (destination, id) => one("id = ? AND destination = ?", id, destination),
    list: (destination, status, before, most) =>
      sql.all<StoredDelivery>(
        `SELECT ${COLUMNS} FROM deliveries WHERE destination = ? AND n < ? AND status = COALESCE(?, status)
          ORDER BY n DESC LIMIT ?`,
        destination,
        before,
        status ?? null,
        most,
      ),
    counts(destination) {
      const rows = sql.all<{ status: Status; n: number }>(
        "SELECT status, COUNT(*) AS n FROM deliveries WHERE destination = ? AND status IN ('pending', 'dead') GROUP BY status",
        destination,
      );
      const of = (status: Status) => rows.find((row) => row.status === status)?.n ?? 0;
      return { pending: of("pending"), dead: of("dead") };
    },
    settle(id, { status, attempts, due, error }, now) {
      const ended = status === "pending" ? null : now;
      sql.run(
        "UPDATE deliveries SET status = ?, attempts = ?, due = ?, error = ?, ended = ? WHERE id = ?",
        status,
        attempts,
        due,
        error,
        ended,
        id,
      );
    },
    note(id) {
      const rows = sql.all<{ note: ArrayBuffer | null }>("SELECT note FROM deliveries WHERE id = ?", id);
      return rows[0]?.note ?? undefined;
    },
    setNote: (id, sealed) => sql.run("UPDATE deliveries SET note = ? WHERE id = ?", sealed, id),
    bury: (destination, error, now) =>
      sql.run(
        `UPDATE deliveries SET status = 'dead', due = NULL, error = ?, ended = ?
          WHERE destination = ? AND status = 'pending'`,
        error,
        now,
        destination,
      ),
    replay: (id, now) => sql.run(`UPDATE deliveries SET ${AGAIN} WHERE id = ?`, now, id),
    replayDead(destination, most, now) {
      const dead = sql.all<{ n: number }>(
        "SELECT n FROM deliveries WHERE destination = ? AND status = 'dead' ORDER BY n LIMIT ?",
        destination,
        most,
      );
      for (const { n } of dead) sql.run(`UPDATE deliveries SET ${AGAIN} WHERE n = ?`, now, n);
      return dead.length;
    },
    removeAllOf: (destination) => sql.run("DELETE FROM deliveries WHERE destination = ?", destination),
    tidy(before, destinations) {
      sql.run("DELETE FROM deliveries WHERE ended < ?", before);
      for (const destination of destinations) {
        sql.run(
          `DELETE FROM deliveries WHERE destination = ? AND ended IS NOT NULL AND n <= (SELECT n FROM deliveries
            WHERE destination = ? AND ended IS NOT NULL ORDER BY n DESC LIMIT 1 OFFSET ?)`,
          destination,
          destination,
          MAX_KEPT,
        );
      }
      sql.run(
        "DELETE FROM crossings WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.crossing = crossings.id)",
      );
    },
  };
}
