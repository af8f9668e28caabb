import { DurableObject } from "cloudflare:workers";

import { newSealingKey, seal, unseal } from "../../worker/sealing.ts";
import { createKeySlots, type KeySlots } from "../../worker/store/key-slots.ts";
import { meterSql } from "../../worker/store/metered-sql.ts";

/** Sealed rows, each with a key of its own, for a test that looks at the bytes on disk. */
export class Rows extends DurableObject {
  readonly #sql = meterSql(this.ctx.storage.sql);
  #keys: KeySlots | undefined;

  #slots(): KeySlots {
    this.#sql.run(
      "CREATE TABLE IF NOT EXISTS sealed (name TEXT PRIMARY KEY, slot INTEGER NOT NULL, bytes BLOB NOT NULL)",
    );
    this.#keys ??= createKeySlots(this.#sql);
    return this.#keys;
  }

  async put(names: readonly string[], text: string): Promise<void> {
    const sealed = await Promise.all(
      names.map(async (name) => {
        const key = newSealingKey();
        return { name, key, bytes: await seal(key, text, name) };
      }),
    );
    for (const { name, key, bytes } of sealed) {
      this.#sql.run(
        "INSERT INTO sealed (name, slot, bytes) VALUES (?, ?, ?)",
        name,
        this.#slots().put(key),
        bytes,
      );
    }
  }

  get(names: readonly string[]): Promise<(string | null)[]> {
    return Promise.all(
      names.map(async (name) => {
        const row = this.#row(name);
        const key = row && this.#slots().get(row.slot);
        return row && key ? unseal(key, row.bytes, name) : null;
      }),
    );
  }

  forget(names: readonly string[]): void {
    for (const name of names) {
      const row = this.#row(name);
      if (row) this.#slots().shred(row.slot);
      this.#sql.run("DELETE FROM sealed WHERE name = ?", name);
    }
  }

  /** In hexadecimal, for the test alone. */
  keysOf(names: readonly string[]): string[] {
    return names.map((name) => {
      const row = this.#row(name);
      const key = (row && this.#slots().get(row.slot)) ?? [];
      return [...key].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    });
  }

  #row(name: string) {
    this.#slots();
    return this.#sql.all<{ slot: number; bytes: ArrayBuffer }>(
      "SELECT slot, bytes FROM sealed WHERE name = ?",
      name,
    )[0];
  }
}

interface Call {
  readonly method: "put" | "get" | "forget" | "keysOf";
  readonly names: readonly string[];
  readonly text?: string;
}

export default {
  async fetch(request: Request, env: { readonly ROWS: DurableObjectNamespace<Rows> }): Promise<Response> {
    const { method, names, text = "" } = await request.json<Call>();
    const rows = env.ROWS.getByName("rows");
    const answer = await (method === "put" ? rows.put(names, text) : rows[method](names));
    return Response.json(answer ?? null);
  },
};
