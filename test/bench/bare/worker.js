import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

/** The least that a durable write and a read can cost: one object, one row, nothing else. */
export class Row extends DurableObject {
  #hasTable = false;

  put(value) {
    const { sql } = this.ctx.storage;
    if (!this.#hasTable) sql.exec("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, value TEXT)");
    this.#hasTable = true;
    sql.exec(
      "INSERT INTO rows (id, value) VALUES (0, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
      value,
    );
    return "ok";
  }

  get() {
    return this.ctx.storage.sql.exec("SELECT value FROM rows WHERE id = 0").one().value;
  }
}

/** For a Worker that is bound to this one. */
export class Rows extends WorkerEntrypoint {
  read(n) {
    return this.env.ROW.getByName(n).get();
  }
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    // The least that a Worker can do: it answers.
    if (url.pathname === "/nothing") return new Response("cold");
    const row = env.ROW.getByName(url.searchParams.get("n") ?? "0");
    const answer = request.method === "POST" ? await row.put(await request.text()) : await row.get();
    return new Response(answer);
  },
};
