import { DurableObject } from "cloudflare:workers";

import {
  addKey,
  changeSite,
  createSite,
  deleteSite,
  findSite,
  liveSites,
  type Registry,
  revokeKey,
  rotateKey,
  type SiteChange,
  type SiteRefusal,
} from "../domain/site-changes.ts";
import type { SiteDraft, SitePatch } from "../domain/site-document.ts";
import type { KeyKind, Site, SiteId, SiteKey } from "../domain/site.ts";
import { changesAfter } from "../domain/sites-in-use.ts";
import type { Env } from "../env.ts";
import { meterSql } from "../store/metered-sql.ts";
import { createSiteStore } from "../store/site-store.ts";

export type SiteOutcome = { readonly kind: "saved"; readonly site: Site } | SiteRefusal;
export type KeyOutcome =
  | { readonly kind: "saved"; readonly site: Site; readonly made: SiteKey }
  | SiteRefusal;
export type Gone = { readonly kind: "gone" } | SiteRefusal;

/**
 * All sites of a deployment, in one object. Of a key of requests it knows only who it is; of keys
 * for tokens it holds what they are checked with, a secret where the site has chosen HS256. Each method is one
 * synchronous step.
 */
export class Sites extends DurableObject<Env> {
  readonly #store = createSiteStore(meterSql(this.ctx.storage.sql));
  #sites: Registry | undefined;

  #load(): Registry {
    this.#sites ??= this.#store.all();
    return this.#sites;
  }

  #apply({ stored }: SiteChange): void {
    // What is not on disk must not be remembered: the next call loads again.
    this.#sites = undefined;
    this.#store.save(stored);
  }

  /** What has changed after a revision that the asker knows: JSON text of `SiteChanges`, `null` for nothing. */
  changes(since: number): string | null {
    const changes = changesAfter(this.#load(), since);
    return changes.revision <= since ? null : JSON.stringify(changes);
  }

  list(): Site[] {
    return liveSites(this.#load());
  }

  read(id: SiteId): Site | undefined {
    return findSite(this.#load(), id);
  }

  create(draft: SiteDraft): SiteOutcome {
    const kids = { write: newKid(), secret: newKid() };
    const decided = createSite(this.#load(), draft, kids, Date.now());
    if (decided.kind !== "change") return decided;
    this.#apply(decided);
    return { kind: "saved", site: decided.site };
  }

  change(id: SiteId, patch: SitePatch): SiteOutcome {
    const decided = changeSite(this.#load(), id, patch);
    if (decided.kind !== "change") return decided;
    this.#apply(decided);
    return { kind: "saved", site: decided.site };
  }

  remove(id: SiteId): Gone {
    const decided = deleteSite(this.#load(), id);
    if (decided.kind !== "change") return decided;
    this.#apply(decided);
    return { kind: "gone" };
  }

  addKey(id: SiteId, kind: KeyKind): KeyOutcome {
    const decided = addKey(this.#load(), id, kind, newKid(), Date.now());
    if (decided.kind !== "change") return decided;
    this.#apply(decided);
    return { kind: "saved", site: decided.site, made: decided.made };
  }

  rotateKey(id: SiteId, kid: string, overlapMs: number): KeyOutcome {
    const decided = rotateKey(this.#load(), id, kid, overlapMs, newKid(), Date.now());
    if (decided.kind !== "change") return decided;
    this.#apply(decided);
    return { kind: "saved", site: decided.site, made: decided.made };
  }

  revokeKey(id: SiteId, kid: string): Gone {
    const decided = revokeKey(this.#load(), id, kid, Date.now());
    if (decided.kind !== "change") return decided;
    this.#apply(decided);
    return { kind: "gone" };
  }
}

/** 64 random bits. */
function newKid(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
