import type { Ref } from "../../shared/event.ts";
import type { Facts } from "../../shared/facts.ts";
import type { Seen } from "../../shared/seen.ts";
import type { Ledger } from "../domain/ledger.ts";

/** A ledger as it stands in a row: plain JSON. */
export interface StoredLedger {
  readonly facts: Facts;
  readonly seen: Record<Ref, { readonly producers: Seen["producers"]; readonly ids: string[] }>;
}

export function encodeLedger({ facts, seen }: Ledger): StoredLedger {
  const stored: StoredLedger = { facts, seen: {} };
  for (const source in seen) {
    const { producers, ids } = seen[source as Ref] as Seen;
    stored.seen[source as Ref] = { producers, ids: [...ids] };
  }
  return stored;
}

export function decodeLedger({ facts, seen }: StoredLedger): Ledger {
  const ledger: Ledger = { facts, seen: {} };
  for (const [source, { producers, ids }] of Object.entries(seen)) {
    ledger.seen[source as Ref] = { producers, ids: new Set(ids) };
  }
  return ledger;
}
