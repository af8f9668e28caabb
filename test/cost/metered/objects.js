import { DurableObject as Native } from "cloudflare:workers";

import { alarms, count, live, names } from "./meter.js";

/** As it is: what other Workers call is a request of theirs. */
export { WorkerEntrypoint } from "cloudflare:workers";

/** Stands in for `cloudflare:workers` in the collector's own bundle: its objects get a storage that counts. */
export class DurableObject extends Native {
  /** Of statements that were run since the meter was read: a cursor knows its rows when it has been read to its end. */
  cursors = [];

  constructor(ctx, env) {
    super(ctx, env);
    /** Whose use is not counted. */
    this.native = ctx;
    const kind = new.target.kind;
    const key = `${kind} ${ctx.id}`;
    live.set(key, Date.now());
    if (ctx.id.name !== undefined) names.set(key, ctx.id.name);
    count(`loaded ${kind}`);
    const sql = instead(ctx.storage.sql, {
      exec: (statement, ...values) => {
        const cursor = ctx.storage.sql.exec(statement, ...values);
        this.cursors.push({ what: `${kind} ${partOf(statement, values)}`, cursor });
        return cursor;
      },
    });
    const storage = instead(ctx.storage, {
      sql,
      setAlarm(at) {
        count(`written ${kind} alarm`);
        alarms.set(key, Number(at));
        return ctx.storage.setAlarm(at);
      },
      getAlarm() {
        count(`read ${kind} alarm`);
        return ctx.storage.getAlarm();
      },
      deleteAlarm() {
        count(`written ${kind} alarm`);
        alarms.delete(key);
        return ctx.storage.deleteAlarm();
      },
      /** What it costs is not published: each row is taken for one that is written. */
      deleteAll() {
        const { sql: all } = ctx.storage;
        const tables = all.exec(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_cf%'",
        );
        for (const { name } of tables.toArray()) {
          count(`written ${kind} deleted`, all.exec(`SELECT COUNT(*) AS rows FROM "${name}"`).one().rows);
        }
        alarms.delete(key);
        return ctx.storage.deleteAll();
      },
    });
    this.ctx = instead(ctx, { storage });
  }

  /** The rows of all statements since the last time. */
  readMeter() {
    for (const { what, cursor } of this.cursors.splice(0)) {
      count(`read ${what}`, cursor.rowsRead);
      count(`written ${what}`, cursor.rowsWritten);
    }
  }
}

/** The same object with some of its members replaced. Those of the runtime want to be called on themselves. */
function instead(target, own) {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(own, name)) return own[name];
      const member = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** What a statement is about: its table, and of a contact's rows which. */
function partOf(statement, [part]) {
  if (/^\s*CREATE/i.test(statement)) return "new tables";
  const table = /\b(?:FROM|INTO|UPDATE)\s+(\w+)/i.exec(statement)?.[1] ?? "other";
  if (table !== "ledger" || typeof part !== "number") return table;
  return part === 0 ? "hot row" : part < 0 ? "links" : "packed row";
}
