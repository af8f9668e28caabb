import { dayOf } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { newRoom } from "../../shared/facts.ts";
import { SEGMENT_CHARS } from "../../shared/limits.ts";
import { emptyLedger, mergeLedgers, newContact, splitLedger } from "../domain/ledger.ts";
import type { Links } from "../domain/links.ts";
import { encodeHot, type HotRow } from "./contact-store.ts";
import { decodeLedger, encodeLedger, type StoredLedger } from "./ledger-codec.ts";
import { createLedgerRows, type LedgerRow } from "./ledger-rows.ts";
import type { MeteredSql } from "./metered-sql.ts";
import { unpackedChars, unpackLedger } from "./packed-ledger.ts";
import { textOf } from "./packed-text.ts";

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
export function createContactMoves(sql: MeteredSql, atomically: (work: () => void) => void): ContactMoves {
  const table = createLedgerRows(sql);

  function links(): Links | undefined {
    const text = table.exist() ? table.text(LINKS) : undefined;
    return text === undefined ? undefined : (JSON.parse(text) as Links);
  }

  function put(part: number, data: object): void {
    table.putText(part, JSON.stringify(data));
  }

  function save(all: Links): void {
    table.create();
    put(LINKS, all);
  }

  return {
    links,
    save,
    parcel(sources) {
      const all = table.all();
      const hot = hotOf(all);
      // The oldest first.
      const ledgers = [...all.slice(1).map(({ data }) => unpackLedger(data).ledger), hot?.ledger];
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
        table.create();
        const before = table.all();
        let part = before.at(-1)?.part ?? 0;
        for (const ledger of ledgers) {
          const last = part > 0 ? table.packed(part) : undefined;
          const hasRoom = last !== undefined && last.chars + unpackedChars(ledger) < SEGMENT_CHARS;
          if (!hasRoom) part += 1;
          table.putPacked(part, hasRoom ? mergeStored(last.ledger, ledger, now) : ledger);
        }
        // Whoever was being purged is not any more, and has had something come today.
        const { unlisted: _, ...hot } = hotOf(before) ?? firstHot(all, now);
        put(0, { ...hot, day: dayOf(now), revision: Math.max(hot.revision, revision) + 1 });
        put(LINKS, all);
      });
    },
    leave(all) {
      atomically(() => {
        table.deleteAll();
        put(LINKS, all);
      });
    },
    release(sources, all) {
      atomically(() => {
        const rows = table.all();
        const hot = hotOf(rows);
        if (hot) put(0, { ...hot, revision: hot.revision + 1, ledger: withoutSources(hot.ledger, sources) });
        for (const { part, data } of rows) {
          if (part === 0) continue;
          const kept = withoutSources(unpackLedger(data).ledger, sources);
          if (isBare(kept)) table.delete(part);
          else table.putPacked(part, kept);
        }
        put(LINKS, all);
      });
    },
  };
}

function hotOf([first]: readonly LedgerRow[]): HotRow | undefined {
  return first?.part === 0 ? (JSON.parse(textOf(first.data)) as HotRow) : undefined;
}

function firstHot({ site, ref, deletedAt }: Links, now: number): HotRow {
  return JSON.parse(encodeHot(newContact(site, ref, dayOf(now), deletedAt))) as HotRow;
}

function mergeStored(older: StoredLedger, newer: StoredLedger, now: number): StoredLedger {
  const merged = emptyLedger();
  const room = newRoom();
  for (const stored of [older, newer]) mergeLedgers(merged, decodeLedger(stored), room, dayOf(now));
  return encodeLedger(merged);
}

function withoutSources(stored: StoredLedger, sources: ReadonlySet<Ref>): StoredLedger {
  return encodeLedger(splitLedger(decodeLedger(stored), sources)[1]);
}

/** Whether a ledger says nothing at all. */
function isBare({ facts, seen }: StoredLedger): boolean {
  return Object.keys(facts).length === 0 && Object.keys(seen).length === 0;
}
