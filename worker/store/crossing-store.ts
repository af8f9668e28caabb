import type { CrossingRecord } from "../domain/crossing-record.ts";
import { createLedgerRows } from "./ledger-rows.ts";
import type { MeteredSql } from "./metered-sql.ts";

/** A contact's crossings, in a row of their own among its rows, which most contacts have not. */
export interface CrossingStore {
  /** All that are kept, the oldest first. */
  all(): readonly CrossingRecord[];
  /** Those that have not been handed on. */
  untold(): readonly CrossingRecord[];
  /** In the transaction of the write that has caused them. */
  add(crossings: readonly CrossingRecord[]): void;
  /** They have been handed on. */
  tell(ids: ReadonlySet<string>): void;
}

/** Crossings kept of a contact: the oldest go first. At 1 KB each a row of at most 200 KB before it is packed, written only when there is one more. */
const MAX_CROSSINGS = 200;

interface CrossingRow {
  readonly crossings: readonly CrossingRecord[];
  readonly untold: readonly string[];
}

/** Beside the hot row, which is part 0, and the links. */
const PART = -2;
const NONE: CrossingRow = { crossings: [], untold: [] };

export function createCrossingStore(sql: MeteredSql): CrossingStore {
  const table = createLedgerRows(sql);

  function read(): CrossingRow {
    const text = table.exist() ? table.text(PART) : undefined;
    return text === undefined ? NONE : (JSON.parse(text) as CrossingRow);
  }

  function write(row: CrossingRow): void {
    table.putPackedText(PART, JSON.stringify(row));
  }

  return {
    all: () => read().crossings,
    untold() {
      const { crossings, untold } = read();
      return crossings.filter(({ id }) => untold.includes(id));
    },
    add(added) {
      const { crossings, untold } = read();
      const kept = [...crossings, ...added].slice(-MAX_CROSSINGS);
      const waiting = [...untold, ...added.map(({ id }) => id)].slice(-MAX_CROSSINGS);
      write({ crossings: kept, untold: waiting });
    },
    tell(ids) {
      const { crossings, untold } = read();
      if (untold.some((id) => ids.has(id))) write({ crossings, untold: untold.filter((id) => !ids.has(id)) });
    },
  };
}
