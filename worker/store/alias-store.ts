import type { MeteredSql } from "./metered-sql.ts";

/** A contact as the directory knows it: by the keyed hash of its ref, and by the id of its object. */
export interface Named {
  readonly hash: string;
  readonly object: string;
}

/** One contact that is another name of `target`. */
interface Alias extends Named {
  readonly target: Named;
  /** The id of the merge that has made it so. */
  readonly merge: string;
}

/** Which contacts of a site have been merged into which. Wants the directory's tables to be there. */
export interface AliasStore {
  find(hash: string): Alias | undefined;
  /** The contact that has the facts of this one: itself, or the last in the chain. */
  root(named: Named): Named;
  /** All that have been merged into a contact, also through others. */
  below(hash: string): Alias[];
  put(alias: Alias): void;
  /** Whether there was one of this merge. */
  remove(hash: string, merge: string): boolean;
}

export const ALIAS_TABLES = [
  "CREATE TABLE IF NOT EXISTS merged (hash TEXT PRIMARY KEY, object TEXT NOT NULL, target TEXT NOT NULL, target_object TEXT NOT NULL, merge TEXT NOT NULL) WITHOUT ROWID",
  "CREATE INDEX IF NOT EXISTS merged_by_target ON merged (target)",
];
const COLUMNS = "hash, object, target, target_object, merge";
const PUT = `INSERT INTO merged (${COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET
  object = excluded.object, target = excluded.target, target_object = excluded.target_object, merge = excluded.merge`;

type Row = { hash: string; object: string; target: string; target_object: string; merge: string };

export function createAliasStore(sql: MeteredSql): AliasStore {
  function find(hash: string): Alias | undefined {
    return sql.all<Row>(`SELECT ${COLUMNS} FROM merged WHERE hash = ?`, hash).map(aliasOf)[0];
  }

  return {
    find,
    root(named) {
      let at = named;
      for (let next = find(at.hash); next; next = find(at.hash)) at = next.target;
      return at;
    },
    below(hash) {
      const found: Alias[] = [];
      const targets = [hash];
      for (let target = targets.pop(); target !== undefined; target = targets.pop()) {
        const own = sql.all<Row>(`SELECT ${COLUMNS} FROM merged WHERE target = ?`, target).map(aliasOf);
        found.push(...own);
        targets.push(...own.map((alias) => alias.hash));
      }
      return found;
    },
    put({ hash, object, target, merge }) {
      sql.run(PUT, hash, object, target.hash, target.object, merge);
    },
    remove(hash, merge) {
      return (
        sql.all("DELETE FROM merged WHERE hash = ? AND merge = ? RETURNING hash", hash, merge).length > 0
      );
    },
  };
}

function aliasOf({ hash, object, target, target_object, merge }: Row): Alias {
  return { hash, object, target: { hash: target, object: target_object }, merge };
}
