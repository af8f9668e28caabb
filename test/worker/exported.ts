import type { Facts } from "../../shared/facts.ts";

interface StoredSeen {
  readonly producers: Record<string, number[]>;
  readonly ids: string[];
}
/** A ledger as it stands in a row. */
export interface StoredLedger {
  readonly facts: Facts;
  readonly seen: Record<string, StoredSeen>;
}

interface ExportedFact {
  readonly source: string;
  readonly event: string;
  readonly properties: Record<string, string>;
  readonly count: number;
  readonly activeMs: number;
  readonly value?: number;
  readonly max?: number;
  readonly first: string;
  readonly last: string;
}
/** The parts of an export that are held against the rows. */
export interface Exported {
  readonly days: { source: string; day: string; facts: ExportedFact[] }[];
  readonly visits: {
    source: string;
    start: string;
    end: string;
    pages: number;
    activeMs: number;
    from: object | null;
  }[];
  readonly traits: { source: string; name: string; value: unknown; at: string }[];
  readonly claims: { source: string; user: string; first: string; last: string }[];
  readonly folded: { source: string; until: string; events: number }[];
  readonly counted: {
    source: string;
    producers: { producer: string; lastDay: string; numbers: number[] }[];
    idHashes: string[];
  }[];
}
