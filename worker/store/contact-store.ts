import { dayOf, type Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { type Facts, foldDays, foldOldest, newRoom } from "../../shared/facts.ts";
import { HOT_ROW_BYTES, SEGMENT_CHARS } from "../../shared/limits.ts";
import type { BandMarks } from "../domain/crossing-record.ts";
import {
  type ContactState,
  emptyLedger,
  dropForgottenOf,
  isEmpty,
  type Ledger,
  mergeLedgers,
  newContact,
} from "../domain/ledger.ts";
import { dropBefore } from "../domain/retention.ts";
import { MAIN_SITE, type SiteId } from "../domain/site.ts";
import type { FullAt } from "../domain/token-bucket.ts";
import { decodeLedger, encodeLedger } from "./ledger-codec.ts";
import { createLedgerRows } from "./ledger-rows.ts";
import type { MeteredSql } from "./metered-sql.ts";
import { unpackedChars, unpackLedger } from "./packed-ledger.ts";
import { textOf } from "./packed-text.ts";
import { roomySize, WITHIN_ONE_PAGE_BYTES } from "./page-room.ts";

/**
 * The rows of a contact. One table: part -1 is its links to others (contact-moves.ts), part 0 is the hot row, parts 1 and up are packed rows, each a ledger; the
 * contact is all of them merged. A beacon writes part 0. When its day is over, or it has grown past 8 KB, the
 * hot ledger is merged into the last packed row and begins anew. A packed row of which all days are folded gives what
 * else it holds (numbers counted, traits) to the row after it and is deleted, and when a new one is begun, what no event
 * is recognised by any more goes from those before it, so that a file does not grow for ever.
 */
export interface ContactStore {
  /** `undefined` where nothing was ever saved; reads only. */
  load(now: number): ContactState | undefined;
  /** Writes the changed contact, durable when the object's next answer leaves. */
  save(state: ContactState, now: number): void;
  /** Writes what has changed beside facts: the day that they are of need not be packed for it. */
  note(state: ContactState): void;
  /** Rewrites the rows without what is dated before a day, which `state.total` has let go of. Load again after it. */
  rewrite(state: ContactState, before: Day, now: number): void;
}

export interface HotRow {
  readonly format: 1;
  /** Only of another site than the main one. */
  readonly site?: SiteId;
  readonly ref: Ref;
  readonly revision: number;
  /** When the contact before it was deleted that had the same ref. */
  readonly deletedAt?: number;
  /** While it is being purged. */
  readonly unlisted?: true;
  readonly day: Day;
  readonly marks?: BandMarks;
  /** In whole milliseconds; none is full. */
  readonly fullAt?: FullAt;
  readonly ledger: Parameters<typeof decodeLedger>[0];
}

/** `atomically` makes several statements take effect together or not at all; one alone does so by itself. */
export function createContactStore(sql: MeteredSql, atomically: (work: () => void) => void): ContactStore {
  /** The number of the last packed row; 0 where there is none yet. */
  let lastPart = 0;
  /** Of each packed row, ascending, the last day of each source: so no row is read only to see that all may stay. */
  const lastDays = new Map<number, ReadonlyMap<Ref, Day>>();
  let hasTable = false;
  const table = createLedgerRows(sql);

  function load(now: number): ContactState | undefined {
    if (!table.exist()) return undefined;
    hasTable = true;
    const rows = table.all();
    const hot = rows[0];
    if (hot?.part !== 0) return undefined;
    const {
      site = MAIN_SITE,
      ref,
      revision,
      deletedAt,
      unlisted,
      day,
      fullAt = 0,
      marks,
      ledger,
    } = JSON.parse(textOf(hot.data)) as HotRow;
    const state = newContact(site, ref, day);
    state.revision = revision;
    state.fullAt = fullAt;
    if (deletedAt !== undefined) state.deletedBefore = { deletedAt };
    if (unlisted) state.isUnlisted = true;
    // Rows of the first releases have none.
    if (marks) state.marks = marks;
    else delete state.marks;
    state.hot = decodeLedger(ledger);
    for (const { part, data } of rows.slice(1)) {
      const packed = decodeLedger(unpackLedger(data).ledger);
      lastDays.set(part, lastDaysOf(packed.facts));
      mergeLedgers(state.total, packed, state.room, dayOf(now));
      lastPart = part;
    }
    mergeLedgers(state.total, state.hot, state.room, dayOf(now));
    foldOldest(state.total.facts, state.room);
    return state;
  }

  function save(state: ContactState, now: number): void {
    if (!hasTable) table.create();
    hasTable = true;
    const hot = encodeHot(state);
    const bytes = byteLength(hot);
    if (bytes <= HOT_ROW_BYTES && state.hotDay === dayOf(now)) {
      putHot(hot, bytes);
      return;
    }
    const full = state.hot;
    state.hot = emptyLedger();
    state.hotDay = dayOf(now);
    atomically(() => {
      // The ledgers are disjoint, so what has just come in may go along: nothing is counted in two rows.
      if (!isEmpty(full)) pack(full, state.total, now);
      dropFolded(state.total.facts, now);
      note(state);
    });
  }

  function note(state: ContactState): void {
    const hot = encodeHot(state);
    putHot(hot, byteLength(hot));
  }

  /** A longer one would take pages of its own in any case. */
  function putHot(text: string, bytes: number): void {
    const room = bytes > WITHIN_ONE_PAGE_BYTES ? bytes : roomySize(bytes, HOT_SHORT_BYTES);
    table.putText(0, text + " ".repeat(room - bytes));
  }

  /** Writes ledgers, from the oldest to the newest, as one packed row. Days that are folded in `total` are so in it. */
  function write(part: number, total: Facts, now: number, ...ledgers: readonly Ledger[]): void {
    const packed = mergeAll(ledgers, now);
    foldAsIn(total, packed.facts);
    lastDays.set(part, lastDaysOf(packed.facts));
    table.putPacked(part, encodeLedger(packed));
  }

  function pack(hot: Ledger, total: Ledger, now: number): void {
    const last = lastPart > 0 ? table.packed(lastPart) : undefined;
    if (last !== undefined && last.chars < SEGMENT_CHARS) {
      write(lastPart, total.facts, now, decodeLedger(last.ledger), hot);
      return;
    }
    const rest = takeOutForgotten(total, now);
    lastPart += 1;
    write(lastPart, total.facts, now, ...rest, hot);
  }

  /** Returns what is left of the rows that it makes too small to be rows of their own, and deletes. */
  function takeOutForgotten(total: Ledger, now: number): readonly Ledger[] {
    let rest: Ledger[] = [];
    for (const part of lastDays.keys()) {
      const own = read(part);
      if (!dropForgottenOf(own, total, dayOf(now)) && rest.length === 0) continue;
      rest.push(own);
      const length = rest.reduce((sum, each) => sum + unpackedChars(encodeLedger(each)), 0);
      if (length < SMALL_ROW_CHARS) {
        lastDays.delete(part);
        table.delete(part);
      } else {
        write(part, total.facts, now, ...rest);
        rest = [];
      }
    }
    return rest;
  }

  /** Deletes the rows of which every day is folded. */
  function dropFolded(total: Facts, now: number): void {
    let rest: Ledger[] = [];
    for (const [part, days] of lastDays) {
      const isOver = part !== lastPart && isFolded(total, days);
      if (!isOver && rest.length === 0) continue;
      const own = read(part);
      if (!isOver) {
        write(part, total, now, ...rest, own);
        rest = [];
        continue;
      }
      foldAsIn(total, own.facts);
      rest.push(own);
      lastDays.delete(part);
      table.delete(part);
    }
  }

  function rewrite(state: ContactState, before: Day, now: number): void {
    const current = state.total.facts;
    atomically(() => {
      let rest: Ledger[] = [];
      for (const part of lastDays.keys()) {
        const own = read(part);
        const stored = JSON.stringify(encodeLedger(own));
        dropBefore(own.facts, before, undefined, current);
        if (part !== lastPart && isEmpty(own)) {
          // The numbers that it has counted are known on in the next row.
          rest.push(own);
          lastDays.delete(part);
          table.delete(part);
        } else if (rest.length > 0 || JSON.stringify(encodeLedger(own)) !== stored) {
          write(part, current, now, ...rest, own);
          rest = [];
        }
      }
      dropBefore(state.hot.facts, before, undefined, current);
      note(state);
    });
  }

  function read(part: number): Ledger {
    const stored = table.packed(part);
    return stored ? decodeLedger(stored.ledger) : emptyLedger();
  }

  return { load, save, note, rewrite };
}

/** A visit's row stays whole: only one that is a page nearly of its own gets its own. */
const HOT_SHORT_BYTES = 3_000;

const SMALL_ROW_CHARS = SEGMENT_CHARS / 4;

function mergeAll(ledgers: readonly Ledger[], now: number): Ledger {
  const merged = emptyLedger();
  const room = newRoom();
  for (const ledger of ledgers) mergeLedgers(merged, ledger, room, dayOf(now));
  return merged;
}

function lastDaysOf(facts: Facts): Map<Ref, Day> {
  const last = new Map<Ref, Day>();
  for (const source in facts) {
    const days = Object.keys(facts[source as Ref]?.days ?? {});
    if (days.length > 0) last.set(source as Ref, Math.max(...days.map(Number)));
  }
  return last;
}

function isFolded(total: Facts, lastDaysOfRow: ReadonlyMap<Ref, Day>): boolean {
  for (const [source, day] of lastDaysOfRow) {
    if (day > (total[source]?.folded?.[0] ?? -Infinity)) return false;
  }
  return true;
}

/** Folds the days that are folded in `total`. */
function foldAsIn(total: Facts, facts: Facts): void {
  const room = newRoom();
  for (const source in facts) {
    const until = total[source as Ref]?.folded?.[0];
    const own = facts[source as Ref];
    if (own && until !== undefined) foldDays(own, until, room);
  }
}

export function encodeHot(state: ContactState): string {
  const row: HotRow = {
    format: 1,
    ...(state.site === MAIN_SITE ? {} : { site: state.site }),
    ref: state.ref,
    revision: state.revision,
    ...(state.deletedBefore && { deletedAt: state.deletedBefore.deletedAt }),
    ...(state.isUnlisted ? { unlisted: true } : {}),
    day: state.hotDay,
    ...(state.marks && { marks: state.marks }),
    ...(state.fullAt > 0 ? { fullAt: Math.round(state.fullAt) } : {}),
    ledger: encodeLedger(state.hot),
  };
  return JSON.stringify(row);
}

function byteLength(text: string): number {
  // A character takes one to three bytes; only near the limit is it worth counting them.
  return text.length * 3 <= HOT_ROW_BYTES ? text.length : new TextEncoder().encode(text).length;
}
