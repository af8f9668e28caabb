import type { Registry, StoredSite } from "../domain/site-changes.ts";
import type { Site } from "../domain/site.ts";
import type { MeteredSql } from "./metered-sql.ts";

/** The rows of a deployment's sites: one for each, also of a deleted one, whose id is not given again. */
export interface SiteStore {
  all(): Registry;
  save(stored: StoredSite): void;
}

type Row = { id: string; revision: number; site: string | null };

const TABLE =
  "CREATE TABLE IF NOT EXISTS sites (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, site TEXT) WITHOUT ROWID";
const UPSERT = `INSERT INTO sites (id, revision, site) VALUES (?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, site = excluded.site`;

export function createSiteStore(sql: MeteredSql): SiteStore {
  sql.run(TABLE);
  return {
    all() {
      const rows = sql.all<Row>("SELECT id, revision, site FROM sites ORDER BY id");
      return new Map(
        rows.map(({ id, revision, site }) => [
          id,
          { id, revision, site: site === null ? null : (JSON.parse(site) as Site) },
        ]),
      );
    },
    save({ id, revision, site }) {
      sql.run(UPSERT, id, revision, site && JSON.stringify(site));
    },
  };
}
