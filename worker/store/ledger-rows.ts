import type { StoredLedger } from "./ledger-codec.ts";
import type { MeteredSql } from "./metered-sql.ts";
import { packLedger, unpackLedger } from "./packed-ledger.ts";
import { hasOwnPages, packText, textOf } from "./packed-text.ts";

/** A row of a contact: text, or packed (see packed-text.ts). */
export type LedgerRow = { part: number; data: string | ArrayBuffer };

const TABLE = "CREATE TABLE IF NOT EXISTS ledger (part INTEGER PRIMARY KEY, data TEXT NOT NULL)";
const PUT =
  "INSERT INTO ledger (part, data) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET data = excluded.data";

/** The one table of a contact. */
export interface LedgerRows {
  /** Whether there is one. */
  exist(): boolean;
  create(): void;
  /** The hot row, which is part 0, and the packed ones, in order. */
  all(): LedgerRow[];
  text(part: number): string | undefined;
  putText(part: number, text: string): void;
  /** The same, packed. */
  putPackedText(part: number, text: string): void;
  packed(part: number): ReturnType<typeof unpackLedger> | undefined;
  putPacked(part: number, ledger: StoredLedger): void;
  delete(part: number): void;
  deleteAll(): void;
}

export function createLedgerRows(sql: MeteredSql): LedgerRows {
  function dataOf(part: number): string | ArrayBuffer | undefined {
    return sql.all<LedgerRow>("SELECT part, data FROM ledger WHERE part = ?", part)[0]?.data;
  }

  function putRow(part: number, row: ArrayBuffer): void {
    const [known] = sql.all<{ bytes: number }>(
      "SELECT length(data) AS bytes FROM ledger WHERE part = ?",
      part,
    );
    // SQLite writes a longer row before it lets go of the pages of the old one: those would be empty for good.
    if (known && hasOwnPages(known.bytes) && known.bytes !== row.byteLength) {
      sql.run("DELETE FROM ledger WHERE part = ?", part);
    }
    sql.run(PUT, part, row);
  }

  return {
    exist: () => sql.all("SELECT name FROM sqlite_master WHERE name = 'ledger'").length > 0,
    create: () => sql.run(TABLE),
    all: () => sql.all<LedgerRow>("SELECT part, data FROM ledger WHERE part >= 0 ORDER BY part"),
    text(part) {
      const data = dataOf(part);
      return data === undefined ? undefined : textOf(data);
    },
    putText: (part, text) => sql.run(PUT, part, text),
    packed(part) {
      const data = dataOf(part);
      return data === undefined ? undefined : unpackLedger(data);
    },
    putPackedText: (part, text) => putRow(part, packText(text)),
    putPacked: (part, ledger) => putRow(part, packLedger(ledger)),
    delete: (part) => sql.run("DELETE FROM ledger WHERE part = ?", part),
    deleteAll: () => sql.run("DELETE FROM ledger WHERE part >= 0"),
  };
}
