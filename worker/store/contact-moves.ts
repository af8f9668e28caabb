import { dayOf } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { newRoom } from "../../shared/facts.ts";
import { SEGMENT_BYTES } from "../../shared/limits.ts";
import { emptyLedger, mergeLedgers, newContact, splitLedger } from "../domain/ledger.ts";
import type { Links } from "../domain/links.ts";
import { encodeHot, type HotRow } from "./contact-store.ts";
import { decodeLedger, encodeLedger, type StoredLedger } from "./ledger-codec.ts";
import type { MeteredSql } from "./metered-sql.ts";

/** A contact's ledgers on their way to another contact, as they stood in its rows. */
export interface Parcel {
  /** Of the contact that sends them: who gets them goes on from there, so that no tag of an answer is given twice. */
  readonly revision: number;
  readonly ledgers: readonly StoredLedger[];
}

/**
 * Moves rows between contacts. Each of these writes all that it does, with the links that say so, at once or not at all;
 * what a contact holds in memory has to be loaded again after it.
 */
export interface ContactMoves {
  links(): Links | undefined;
  save(links: Links): void;
  /** All that the contact has, or all that it has of some sources. */
  parcel(sources?: ReadonlySet<Ref>): Parcel;
  /** Takes ledgers in. */
  adopt(parcel: Parcel, links: Links, now: number): void;
  /** Takes all ledgers out. */
  leave(links: Links): void;
  /** Takes those of some sources out. */
  release(sources: ReadonlySet<Ref>, links: Links): void;
}

/** Where the links stand: before the hot row, which is part 0. */
const LINKS = -1;
const TABLE = "CREATE TABLE IF NOT EXISTS ledger (part INTEGER PRIMARY KEY, data TEXT NOT NULL)";
const UPSERT =
  "INSERT INTO ledger (part, data) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET data = excluded.data";

type Row = { part: number; data: string };

export function createContactMoves(sql: MeteredSql, atomically: (work: () => void) => void): ContactMoves {
  function links(): Links | undefined {
    if (sql.all("SELECT name FROM sqlite_master WHERE name = 'ledger'").length === 0) return undefined;
    const [row] = sql.all<{ data: string }>("SELECT data FROM ledger WHERE part = ?", LINKS);
    return row && (JSON.parse(row.data) as Links);
  }

  function put(part: number, data: object): void {
    sql.run(UPSERT, part, JSON.stringify(data));
  }

  function save(all: Links): void {
    sql.run(TABLE);
    put(LINKS, all);
  }

  function rows(): Row[] {
    return sql.all<Row>("SELECT part, data FROM ledger WHERE part >= 0 ORDER BY part");
  }

  return {
    links,
    save,
    parcel(sources) {
      const all = rows();
      const hot = hotOf(all);
      // The oldest first.
      const ledgers = [...all.slice(1).map(({ data }) => JSON.parse(data) as StoredLedger), hot?.ledger];
      return {
        revision: hot?.revision ?? 0,
        ledgers: ledgers.flatMap((stored) => {
          if (!stored) return [];
          const part = sources ? encodeLedger(splitLedger(decodeLedger(stored), sources)[0]) : stored;
          return isBare(part) ? [] : [part];
        }),
      };
    },
    adopt({ revision, ledgers }, all, now) {
      atomically(() => {
        sql.run(TABLE);
        const before = rows();
        const last = before.at(-1);
        let part = last?.part ?? 0;
        let end = part > 0 && last ? last.data : undefined;
        for (const ledger of ledgers) {
          const text = JSON.stringify(ledger);
          if (end !== undefined && end.length + text.length < SEGMENT_BYTES) end = mergeTexts(end, text, now);
          else [part, end] = [part + 1, text];
          sql.run(UPSERT, part, end);
        }
        // Whoever was being purged is not any more, and has had something come today.
        const { unlisted: _, ...hot } = hotOf(before) ?? firstHot(all, now);
        put(0, { ...hot, day: dayOf(now), revision: Math.max(hot.revision, revision) + 1 });
        put(LINKS, all);
      });
    },
    leave(all) {
      atomically(() => {
        sql.run("DELETE FROM ledger WHERE part >= 0");
        put(LINKS, all);
      });
    },
    release(sources, all) {
      atomically(() => {
        for (const { part, data } of rows()) {
          const row = JSON.parse(data) as StoredLedger | HotRow;
          const kept = encodeLedger(
            splitLedger(decodeLedger("ledger" in row ? row.ledger : row), sources)[1],
          );
          if ("ledger" in row) put(part, { ...row, revision: row.revision + 1, ledger: kept });
          else if (isBare(kept)) sql.run("DELETE FROM ledger WHERE part = ?", part);
          else put(part, kept);
        }
        put(LINKS, all);
      });
    },
  };
}

function hotOf([first]: readonly Row[]): HotRow | undefined {
  return first?.part === 0 ? (JSON.parse(first.data) as HotRow) : undefined;
}

function firstHot({ site, ref, deletedAt }: Links, now: number): HotRow {
  return JSON.parse(encodeHot(newContact(site, ref, dayOf(now), deletedAt))) as HotRow;
}

function mergeTexts(older: string, newer: string, now: number): string {
  const merged = emptyLedger();
  const room = newRoom();
  for (const text of [older, newer]) {
    mergeLedgers(merged, decodeLedger(JSON.parse(text) as StoredLedger), room, dayOf(now));
  }
  return JSON.stringify(encodeLedger(merged));
}

/** Whether a ledger says nothing at all. */
function isBare({ facts, seen }: StoredLedger): boolean {
  return Object.keys(facts).length === 0 && Object.keys(seen).length === 0;
}
