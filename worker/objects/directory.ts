import { DurableObject } from "cloudflare:workers";

import type { Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import type { RefusedOnDay } from "../domain/rejections.ts";
import type { Env } from "../env.ts";
import { createRejectionStore } from "../store/rejection-store.ts";

/**
 * Which contacts a site has. Asking an object that does not exist would make it exist, so a read asks here
 * first. A contact is entered before its first event is acknowledged.
 */
export class Directory extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  #hasTable = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
  }

  #prepare(): void {
    if (this.#hasTable) return;
    this.#sql.exec("CREATE TABLE IF NOT EXISTS contacts (ref TEXT PRIMARY KEY) WITHOUT ROWID");
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS aliases (ref TEXT PRIMARY KEY, target TEXT NOT NULL, merge TEXT NOT NULL) WITHOUT ROWID",
    );
    this.#hasTable = true;
  }

  /** Enters a contact; again changes nothing. */
  register(ref: Ref): void {
    this.#prepare();
    this.#sql.exec("INSERT INTO contacts (ref) VALUES (?) ON CONFLICT DO NOTHING", ref);
  }

  isEmpty(): boolean {
    this.#prepare();
    return this.#sql.exec("SELECT ref FROM contacts LIMIT 1").toArray().length === 0;
  }

  has(ref: Ref): boolean {
    this.#prepare();
    const found = "SELECT ref FROM contacts WHERE ref = ? UNION ALL SELECT ref FROM aliases WHERE ref = ?";
    return this.#sql.exec(found, ref, ref).toArray().length > 0;
  }

  /**
   * Makes one contact another name of `target`, and no contact of its own. `false` where `target` is, in the end, another
   * name of this one. As all merges of a site are decided here, one after the other, no two can go round in a circle.
   */
  alias(ref: Ref, target: Ref, merge: string): boolean {
    if (this.root(target) === ref) return false;
    this.#sql.exec(
      "INSERT INTO aliases (ref, target, merge) VALUES (?, ?, ?) ON CONFLICT (ref) DO UPDATE SET target = excluded.target, merge = excluded.merge",
      ref,
      target,
      merge,
    );
    this.#sql.exec("DELETE FROM contacts WHERE ref = ?", ref);
    return true;
  }

  /** Undoes one merge; nothing where it is undone already, and the contact may have been merged again since. */
  unalias(ref: Ref, merge: string): void {
    this.#prepare();
    const gone = this.#sql.exec("DELETE FROM aliases WHERE ref = ? AND merge = ? RETURNING ref", ref, merge);
    if (gone.toArray().length > 0) this.register(ref);
  }

  /** The contact that has the facts of this one. */
  root(ref: Ref): Ref {
    this.#prepare();
    let at = ref;
    for (;;) {
      const [next] = this.#sql
        .exec<{ target: Ref }>("SELECT target FROM aliases WHERE ref = ?", at)
        .toArray();
      if (!next) return at;
      at = next.target;
    }
  }

  /** Adds to what the site has refused, by day: JSON text of `RefusedOnDay[]`. */
  countRefused(json: string): void {
    createRejectionStore(this.#sql).add(JSON.parse(json) as RefusedOnDay[]);
  }

  /** What the site has refused between two days: JSON text of `RefusedOnDay[]`. Writes nothing. */
  refused(from: Day, to: Day): string {
    return JSON.stringify(createRejectionStore(this.#sql).between(from, to));
  }
}
