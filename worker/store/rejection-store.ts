import type { Day } from "../../shared/day.ts";
import {
  addRefused,
  nothingRefused,
  type Refused,
  type RefusedOnDay,
  type Whose,
} from "../domain/rejections.ts";

/** What was refused, one row for a day. */
export interface RejectionStore {
  /** Adds to what the days have: as many rows are written as days are told. */
  add(refused: readonly RefusedOnDay[]): void;
  /** Between two days, both included. Writes nothing. */
  between(from: Day, to: Day): RefusedOnDay[];
}

/** Who wants to know what was refused longer ago? */
const KEPT_DAYS = 400;

const TABLE =
  "CREATE TABLE IF NOT EXISTS rejections (day INTEGER, whose TEXT, counts TEXT NOT NULL, PRIMARY KEY (day, whose)) WITHOUT ROWID";
const UPSERT = `INSERT INTO rejections (day, whose, counts) VALUES (?, ?, ?)
  ON CONFLICT (day, whose) DO UPDATE SET counts = excluded.counts`;

type Row = { day: Day; whose: Whose; counts: string };

export function createRejectionStore(sql: SqlStorage): RejectionStore {
  const hasTable = () =>
    sql.exec("SELECT name FROM sqlite_master WHERE name = 'rejections'").toArray().length > 0;

  return {
    add(refused) {
      sql.exec(TABLE);
      for (const { day, whose, events, requests } of refused) {
        const [row] = sql
          .exec<Row>("SELECT * FROM rejections WHERE day = ? AND whose = ?", day, whose)
          .toArray();
        const counts = nothingRefused(day, whose);
        if (row) addRefused(counts, JSON.parse(row.counts) as Refused);
        addRefused(counts, { events, requests });
        // Once a day, with its first row.
        if (!row) sql.exec("DELETE FROM rejections WHERE day < ?", day - KEPT_DAYS);
        sql.exec(UPSERT, day, whose, JSON.stringify({ events: counts.events, requests: counts.requests }));
      }
    },
    between(from, to) {
      if (!hasTable()) return [];
      return sql
        .exec<Row>("SELECT * FROM rejections WHERE day BETWEEN ? AND ? ORDER BY day", from, to)
        .toArray()
        .map(({ day, whose, counts }) => ({
          ...nothingRefused(day, whose),
          ...(JSON.parse(counts) as Refused),
        }));
    },
  };
}
