import { DurableObject } from "cloudflare:workers";

import type { Ref } from "../../shared/event.ts";
import type { Env } from "../env.ts";

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
    return this.#sql.exec("SELECT ref FROM contacts WHERE ref = ?", ref).toArray().length > 0;
  }
}
