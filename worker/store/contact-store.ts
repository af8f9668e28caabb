import { dayOf, type Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { type Facts, foldDays, foldOldest, newRoom, type SourceFacts } from "../../shared/facts.ts";
import { HOT_ROW_BYTES, SEGMENT_BYTES } from "../../shared/limits.ts";
import {
  type ContactState,
  emptyLedger,
  isEmpty,
  type Ledger,
  mergeLedgers,
  newContact,
} from "../domain/ledger.ts";
import { decodeLedger, encodeLedger } from "./ledger-codec.ts";
import type { MeteredSql } from "./metered-sql.ts";

/**
 * The rows of a contact. One table: part 0 is the hot row, parts 1 and up are packed rows, each a ledger; the
 * contact is all of them merged. A beacon writes part 0. When its day is over, or it has grown past 8 KB, the
 * hot ledger is merged into the last packed row and begins anew.
 */
export interface ContactStore {
  /** `undefined` where nothing was ever saved; reads only. */
  load(now: number): ContactState | undefined;
  /** Writes the changed contact, durable when the object's next answer leaves. */
  save(state: ContactState, now: number): void;
}

interface HotRow {
  readonly format: 1;
  readonly ref: Ref;
  readonly revision: number;
  readonly day: Day;
  readonly ledger: Parameters<typeof decodeLedger>[0];
}

type Row = { part: number; data: string };

const UPSERT =
  "INSERT INTO ledger (part, data) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET data = excluded.data";

/** `atomically` makes several statements take effect together or not at all; one alone does so by itself. */
export function createContactStore(sql: MeteredSql, atomically: (work: () => void) => void): ContactStore {
  /** The number of the last packed row; 0 where there is none yet. */
  let lastPart = 0;
  let hasTable = false;

  function load(now: number): ContactState | undefined {
    if (sql.all("SELECT name FROM sqlite_master WHERE name = 'ledger'").length === 0) return undefined;
    hasTable = true;
    const rows = sql.all<Row>("SELECT part, data FROM ledger ORDER BY part");
    const hot = rows[0];
    if (hot?.part !== 0) return undefined;
    const { ref, revision, day, ledger } = JSON.parse(hot.data) as HotRow;
    const state = newContact(ref, day);
    state.revision = revision;
    state.hot = decodeLedger(ledger);
    for (const { part, data } of rows.slice(1)) {
      mergeLedgers(state.total, decodeLedger(JSON.parse(data)), state.room, dayOf(now));
      lastPart = part;
    }
    mergeLedgers(state.total, state.hot, state.room, dayOf(now));
    foldOldest(state.total.facts, state.room);
    return state;
  }

  function save(state: ContactState, now: number): void {
    if (!hasTable) sql.run("CREATE TABLE ledger (part INTEGER PRIMARY KEY, data TEXT NOT NULL)");
    hasTable = true;
    const hot = encodeHot(state);
    if (byteLength(hot) <= HOT_ROW_BYTES && state.hotDay === dayOf(now)) {
      sql.run(UPSERT, 0, hot);
      return;
    }
    const full = state.hot;
    state.hot = emptyLedger();
    state.hotDay = dayOf(now);
    atomically(() => {
      // The ledgers are disjoint, so what has just come in may go along: nothing is counted in two rows.
      if (!isEmpty(full)) pack(full, now);
      if (Object.values(state.total.facts).some(({ folded }) => folded)) foldPacked(state.total.facts);
      sql.run(UPSERT, 0, encodeHot(state));
    });
  }

  function pack(hot: Ledger, now: number): void {
    const packed = emptyLedger();
    const last = sql.all<{ data: string }>(
      "SELECT data FROM ledger WHERE part = ? AND part > 0",
      lastPart,
    )[0];
    const fits = last !== undefined && last.data.length < SEGMENT_BYTES;
    const room = newRoom();
    if (fits) mergeLedgers(packed, decodeLedger(JSON.parse(last.data)), room, dayOf(now));
    else lastPart += 1;
    mergeLedgers(packed, hot, room, dayOf(now));
    sql.run(UPSERT, lastPart, JSON.stringify(encodeLedger(packed)));
  }

  /** What is folded in memory is folded on disk too, so that a contact's file does not grow for ever. */
  function foldPacked(total: Facts): void {
    for (const { part, data } of sql.all<Row>("SELECT part, data FROM ledger WHERE part > 0")) {
      const packed = decodeLedger(JSON.parse(data));
      const room = newRoom();
      let changed = false;
      for (const [source, own] of Object.entries(packed.facts) as [Ref, SourceFacts][]) {
        const until = total[source]?.folded?.[0];
        if (until === undefined || !Object.keys(own.days).some((day) => Number(day) <= until)) continue;
        foldDays(own, until, room);
        changed = true;
      }
      if (changed) sql.run(UPSERT, part, JSON.stringify(encodeLedger(packed)));
    }
  }

  return { load, save };
}

function encodeHot(state: ContactState): string {
  const row: HotRow = {
    format: 1,
    ref: state.ref,
    revision: state.revision,
    day: state.hotDay,
    ledger: encodeLedger(state.hot),
  };
  return JSON.stringify(row);
}

function byteLength(text: string): number {
  // A character takes one to three bytes; only near the limit is it worth counting them.
  return text.length * 3 <= HOT_ROW_BYTES ? text.length : new TextEncoder().encode(text).length;
}
