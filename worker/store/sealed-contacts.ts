import type { KeySlots } from "./key-slots.ts";
import type { MeteredSql } from "./metered-sql.ts";

/**
 * Of which contacts a site's deliveries hold anything, by a keyed hash, and where the key of each lies. A contact's key is
 * there as long as anything is kept of it, and is shredded with the last of it.
 */
export interface SealedContacts {
  key(hash: string): Uint8Array | undefined;
  add(hash: string, key: Uint8Array): void;
  /** Everything that is kept of a contact goes. Remembers when, so that nothing of before is taken. */
  forget(hash: string, now: number): void;
  forgottenAt(hash: string): number | undefined;
  /** Lets go of contacts of whom no crossing is kept, and of deletions from before a time. */
  tidy(forgottenBefore: number): void;
}

export const CONTACT_TABLES = [
  "CREATE TABLE IF NOT EXISTS contacts (hash TEXT PRIMARY KEY, slot INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS forgotten (hash TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
];

export function createSealedContacts(sql: MeteredSql, slots: KeySlots): SealedContacts {
  const slotOf = (hash: string) =>
    sql.all<{ slot: number }>("SELECT slot FROM contacts WHERE hash = ?", hash)[0]?.slot;

  function remove(hash: string): void {
    const slot = slotOf(hash);
    if (slot !== undefined) slots.shred(slot);
    sql.run("DELETE FROM contacts WHERE hash = ?", hash);
  }

  return {
    key(hash) {
      const slot = slotOf(hash);
      return slot === undefined ? undefined : slots.get(slot);
    },
    add: (hash, key) => sql.run("INSERT INTO contacts (hash, slot) VALUES (?, ?)", hash, slots.put(key)),
    forget(hash, now) {
      sql.run("DELETE FROM deliveries WHERE crossing IN (SELECT id FROM crossings WHERE contact = ?)", hash);
      sql.run("DELETE FROM crossings WHERE contact = ?", hash);
      remove(hash);
      sql.run(
        "INSERT INTO forgotten (hash, at) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET at = excluded.at",
        hash,
        now,
      );
    },
    forgottenAt: (hash) => sql.all<{ at: number }>("SELECT at FROM forgotten WHERE hash = ?", hash)[0]?.at,
    tidy(forgottenBefore) {
      const left = sql.all<{ hash: string }>(
        "SELECT hash FROM contacts WHERE NOT EXISTS (SELECT 1 FROM crossings WHERE contact = contacts.hash)",
      );
      for (const { hash } of left) remove(hash);
      sql.run("DELETE FROM forgotten WHERE at < ?", forgottenBefore);
    },
  };
}
