import { MAX_VERSIONS_PER_MODEL } from "../domain/model-limits.ts";
import type { Change, Heads, ModelVersion, VersionHead } from "../domain/model-versions.ts";
import type { MeteredSql } from "./metered-sql.ts";

/** The rows of a site's models: one for each version, in a table with an index by model and version. */
export interface ModelStore {
  /** The newest stored version of each model. */
  heads(): Heads;
  /** The versions kept of a model without their documents, newest first. */
  versions(id: string): VersionHead[];
  /** `undefined` where no such version is kept. */
  version(id: string, version: number): ModelVersion | undefined;
  /** The document of a version that is known to be stored. */
  document(id: string, version: number): string | null;
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

// The document stands last, so that reading the other columns touches none of the pages that it overflows to.
const TABLE = `CREATE TABLE IF NOT EXISTS versions (
  revision INTEGER PRIMARY KEY, model TEXT NOT NULL, version INTEGER NOT NULL, since INTEGER NOT NULL,
  at INTEGER NOT NULL, name TEXT NOT NULL, about TEXT, note TEXT, author TEXT, restored INTEGER,
  deleted INTEGER NOT NULL, document TEXT)`;
const INDEX = "CREATE UNIQUE INDEX IF NOT EXISTS by_model ON versions (model, version)";
const COLUMNS = "model, version, revision, since, at, name, about, note, author, restored, deleted";
const INSERT = `INSERT INTO versions (${COLUMNS}, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const FORGET =
  "DELETE FROM versions WHERE model = ? AND version < (SELECT MAX(version) FROM versions WHERE model = ?)";

/** `atomically` makes several statements take effect together or not at all. */
export function createModelStore(sql: MeteredSql, atomically: (work: () => void) => void): ModelStore {
  sql.run(TABLE);
  sql.run(INDEX);

  function document(id: string, version: number): string | null {
    const rows = sql.all<{ document: string | null }>(
      "SELECT document FROM versions WHERE model = ? AND version = ?",
      id,
      version,
    );
    return rows[0]?.document ?? null;
  }

  return {
    document,
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
      return row && { ...headOf(row), document: document(id, version) };
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
  ];
}
