/** An object's SQLite with a meter: rows are nearly all of the bill, so every statement is counted. */
export interface MeteredSql {
  all<Row extends Record<string, SqlStorageValue>>(statement: string, ...values: SqlStorageValue[]): Row[];
  run(statement: string, ...values: SqlStorageValue[]): void;
  /** Since the object was loaded; and the size of its file now. */
  readonly meter: { rowsRead: number; rowsWritten: number; readonly bytes: number };
}

export function meterSql(sql: SqlStorage): MeteredSql {
  const meter = {
    rowsRead: 0,
    rowsWritten: 0,
    get bytes() {
      return sql.databaseSize;
    },
  };
  function count(cursor: { rowsRead: number; rowsWritten: number }) {
    meter.rowsRead += cursor.rowsRead;
    meter.rowsWritten += cursor.rowsWritten;
  }
  return {
    meter,
    all<Row extends Record<string, SqlStorageValue>>(statement: string, ...values: SqlStorageValue[]) {
      const cursor = sql.exec<Row>(statement, ...values);
      const rows = cursor.toArray();
      count(cursor);
      return rows;
    },
    run(statement, ...values) {
      count(sql.exec(statement, ...values));
    },
  };
}
