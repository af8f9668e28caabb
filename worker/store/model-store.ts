import { fullOf } from "../domain/frozen-model.ts";
import { MAX_VERSIONS_PER_MODEL } from "../domain/model-limits.ts";
import type { Change, Content, Heads, ModelVersion, VersionHead } from "../domain/model-versions.ts";
import type { MeteredSql } from "./metered-sql.ts";

/** The rows of a site's models: one for each version, in a table with an index by model and version. */
export interface ModelStore {
  /** The newest stored version of each model. */
  heads(): Heads;
  /** The versions kept of a model without their documents, newest first. */
  versions(id: string): VersionHead[];
  /** `undefined` where no such version is kept. */
  version(id: string, version: number): ModelVersion | undefined;
  /** What a version says and means. */
  content(id: string, version: number): Content;
  /** Writes all of a change or nothing, and lets go of what is too old. */
  apply(change: Change): void;
}

type Row = {
  model: string;
  version: number;
  revision: number;
  since: number;
  at: number;
  name: string;
  about: string | null;
  note: string | null;
  author: string | null;
  restored: number | null;
  deleted: number;
};

// The texts stand last, so that reading the other columns touches none of the pages that they overflow to.
const TABLE = `CREATE TABLE IF NOT EXISTS versions (
  revision INTEGER PRIMARY KEY, model TEXT NOT NULL, version INTEGER NOT NULL, since INTEGER NOT NULL,
  at INTEGER NOT NULL, name TEXT NOT NULL, about TEXT, note TEXT, author TEXT, restored INTEGER,
  deleted INTEGER NOT NULL, document TEXT, full TEXT)`;
const INDEX = "CREATE UNIQUE INDEX IF NOT EXISTS by_model ON versions (model, version)";
const COLUMNS = "model, version, revision, since, at, name, about, note, author, restored, deleted";
const INSERT = `INSERT INTO versions (${COLUMNS}, document, full) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const FORGET =
  "DELETE FROM versions WHERE model = ? AND version < (SELECT MAX(version) FROM versions WHERE model = ?)";

/** `atomically` makes several statements take effect together or not at all. */
export function createModelStore(sql: MeteredSql, atomically: (work: () => void) => void): ModelStore {
  sql.run(TABLE);
  sql.run(INDEX);
  if (sql.all("SELECT name FROM pragma_table_info('versions') WHERE name = 'full'").length === 0) {
    sql.run("ALTER TABLE versions ADD COLUMN full TEXT");
  }

  function content(id: string, version: number): Content {
    const rows = sql.all<{ document: string | null; full: string | null }>(
      "SELECT document, full FROM versions WHERE model = ? AND version = ?",
      id,
      version,
    );
    const { document = null, full = null } = rows[0] ?? {};
    // Rows of the first releases have no `full`: they mean what their document means now.
    return { document, full: full ?? (document === null ? null : fullOf(document)) };
  }

  return {
    content,
    heads() {
      const rows = sql.all<Row>(`SELECT ${COLUMNS}, MAX(version) FROM versions GROUP BY model`);
      return new Map(rows.map((row) => [row.model, headOf(row)]));
    },
    versions(id) {
      const rows = sql.all<Row>(`SELECT ${COLUMNS} FROM versions WHERE model = ? ORDER BY version DESC`, id);
      return rows.map(headOf);
    },
    version(id, version) {
      const row = sql.all<Row>(
        `SELECT ${COLUMNS} FROM versions WHERE model = ? AND version = ?`,
        id,
        version,
      )[0];
      return row && { ...headOf(row), ...content(id, version) };
    },
    apply({ rows, forget, head }) {
      atomically(() => {
        for (const row of rows) sql.run(INSERT, ...valuesOf(row));
        sql.run(
          "DELETE FROM versions WHERE model = ? AND version <= ?",
          head.id,
          head.version - MAX_VERSIONS_PER_MODEL,
        );
        // The deletion itself stays: it knows the number that a model of this id would go on from.
        for (const id of forget) sql.run(FORGET, id, id);
      });
    },
  };
}

function headOf(row: Row): VersionHead {
  return {
    id: row.model,
    version: row.version,
    revision: row.revision,
    since: row.since,
    at: row.at,
    name: row.name,
    ...(row.about === null ? {} : { about: row.about }),
    ...(row.note === null ? {} : { note: row.note }),
    ...(row.author === null ? {} : { author: row.author }),
    ...(row.restored === null ? {} : { restored: row.restored }),
    deleted: row.deleted === 1,
  };
}

function valuesOf(row: ModelVersion): SqlStorageValue[] {
  return [
    row.id,
    row.version,
    row.revision,
    row.since,
    row.at,
    row.name,
    row.about ?? null,
    row.note ?? null,
    row.author ?? null,
    row.restored ?? null,
    row.deleted ? 1 : 0,
    row.document,
    row.full,
  ];
}
