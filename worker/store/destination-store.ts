import type { DestinationState } from "../domain/webhooks/destination.ts";
import type { Health } from "../domain/webhooks/schedule.ts";
import type { MeteredSql } from "./metered-sql.ts";

/** A site's destinations. What an owner says of one is sealed, with the secrets in it; how it is doing is not. */
export interface DestinationStore {
  all(): StoredDestination[];
  ids(): string[];
  state(id: string): DestinationState | undefined;
  insert(id: string, slot: number, sealed: ArrayBuffer): void;
  replace(id: string, sealed: ArrayBuffer): void;
  remove(id: string): void;
  setHealth(id: string, health: Health): void;
  disable(id: string, reason: string, now: number): void;
  /** As if it had never failed. */
  enable(id: string): void;
  session(id: string): ArrayBuffer | undefined;
  setSession(id: string, sealed: ArrayBuffer | null): void;
}

export interface StoredDestination {
  readonly id: string;
  /** Of the key that it is sealed with. */
  readonly slot: number;
  readonly sealed: ArrayBuffer;
}

export const DESTINATION_TABLES = [
  `CREATE TABLE IF NOT EXISTS destinations (id TEXT PRIMARY KEY, slot INTEGER NOT NULL, sealed BLOB NOT NULL, session BLOB,
    failing_since INTEGER, streak INTEGER NOT NULL DEFAULT 0, paused_until INTEGER NOT NULL DEFAULT 0,
    disabled_at INTEGER, disabled_for TEXT) WITHOUT ROWID`,
];

type StateRow = {
  failing_since: number | null;
  streak: number;
  paused_until: number;
  disabled_at: number | null;
  disabled_for: string | null;
};

export function createDestinationStore(sql: MeteredSql): DestinationStore {
  return {
    all: () =>
      sql.all<{ id: string; slot: number; sealed: ArrayBuffer }>(
        "SELECT id, slot, sealed FROM destinations ORDER BY id",
      ),
    ids: () => sql.all<{ id: string }>("SELECT id FROM destinations ORDER BY id").map(({ id }) => id),
    state(id) {
      const [row] = sql.all<StateRow>(
        "SELECT failing_since, streak, paused_until, disabled_at, disabled_for FROM destinations WHERE id = ?",
        id,
      );
      return row && stateOf(row);
    },
    insert: (id, slot, sealed) =>
      sql.run("INSERT INTO destinations (id, slot, sealed) VALUES (?, ?, ?)", id, slot, sealed),
    replace: (id, sealed) => sql.run("UPDATE destinations SET sealed = ? WHERE id = ?", sealed, id),
    remove: (id) => sql.run("DELETE FROM destinations WHERE id = ?", id),
    setHealth: (id, { failingSince, streak, pausedUntil }) =>
      sql.run(
        "UPDATE destinations SET failing_since = ?, streak = ?, paused_until = ? WHERE id = ?",
        failingSince,
        streak,
        pausedUntil,
        id,
      ),
    disable: (id, reason, now) =>
      sql.run("UPDATE destinations SET disabled_at = ?, disabled_for = ? WHERE id = ?", now, reason, id),
    enable: (id) =>
      sql.run(
        `UPDATE destinations SET disabled_at = NULL, disabled_for = NULL, failing_since = NULL, streak = 0, paused_until = 0
          WHERE id = ?`,
        id,
      ),
    session(id) {
      const rows = sql.all<{ session: ArrayBuffer | null }>(
        "SELECT session FROM destinations WHERE id = ?",
        id,
      );
      return rows[0]?.session ?? undefined;
    },
    setSession: (id, sealed) => sql.run("UPDATE destinations SET session = ? WHERE id = ?", sealed, id),
  };
}

function stateOf(row: StateRow): DestinationState {
  return {
    health: { failingSince: row.failing_since, streak: row.streak, pausedUntil: row.paused_until },
    disabledAt: row.disabled_at,
    disabledFor: row.disabled_for,
  };
}
