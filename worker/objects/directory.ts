import { DurableObject } from "cloudflare:workers";

import type { Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { removeFromIndex } from "../contact-indexes.ts";
import { retryAt } from "../domain/agenda.ts";
import { siteOfObject } from "../domain/object-names.ts";
import type { RefusedOnDay } from "../domain/rejections.ts";
import type { SiteId } from "../domain/site.ts";
import { mayBeginAnew, type Receipt, receiptOf, type Tombstone } from "../domain/tombstone.ts";
import type { Env } from "../env.ts";
import { importHashKey, keyedHash, newHashKey } from "../keyed-hash.ts";
import { contactOf } from "../live-contacts.ts";
import { elsewhere } from "../placement.ts";
import { contactObjectId, objectsOf } from "../site-objects.ts";
import { createAliasStore, type Named } from "../store/alias-store.ts";
import { createDirectoryStore, type Known } from "../store/directory-store.ts";
import { meterSql } from "../store/metered-sql.ts";
import { createRejectionStore } from "../store/rejection-store.ts";

/** What becomes of a contact that is to be entered. */
export interface Registration {
  /** False where it was deleted, and what came does not begin a new one. */
  readonly isEntered: boolean;
  /** When one of the same ref was deleted, as long as its late events may come. */
  readonly deletedAt?: number;
}

/** What the directory says of a contact. */
export interface Listing {
  readonly hash: string;
  readonly isKnown: boolean;
}

/** A merge that the directory is asked to decide. */
export interface AliasRequest {
  readonly site: SiteId;
  readonly ref: Ref;
  readonly target: Ref;
  readonly merge: string;
}

/** How soon a deletion that has been broken off is taken up again by itself. */
const TAKE_UP_MS = 10_000;

/**
 * Which contacts a site has, which of them are other names of others, and which it has deleted lately; all by a keyed
 * hash of their refs. Asking an object that does not exist would make it exist, so a read asks here first. A contact is
 * entered before its first event is acknowledged. Whatever is decided here is decided between two awaits.
 */
export class Directory extends DurableObject<Env> {
  readonly #sql = meterSql(this.ctx.storage.sql);
  readonly #store = createDirectoryStore(this.#sql, (work) => this.ctx.storage.transactionSync(work));
  readonly #aliases = createAliasStore(this.#sql);
  #key: Promise<CryptoKey> | undefined;

  async #hash(ref: Ref): Promise<string> {
    this.#key ??= this.#prepare();
    try {
      return await keyedHash(await this.#key, ref);
    } catch (problem) {
      this.#key = undefined;
      throw problem;
    }
  }

  get #site(): SiteId {
    return siteOfObject(this.ctx.id.name ?? "");
  }

  async #named(site: SiteId, ref: Ref): Promise<Named> {
    return { hash: await this.#hash(ref), object: contactObjectId(this.env, site, ref) };
  }

  /** The site's own key, made once. It never leaves this object, and depends on no key that is ever rotated. */
  async #prepare(): Promise<CryptoKey> {
    if (!this.#store.key()) {
      await this.#refuseWhereElsewhere();
      if (!this.#store.key()) this.#store.setKey(newHashKey());
    }
    const key = await importHashKey(this.#store.key() ?? new Uint8Array());
    await this.#replacePlain(key);
    return key;
  }

  /** The first releases kept refs as they are. */
  async #replacePlain(key: CryptoKey): Promise<void> {
    const hashes = await Promise.all(this.#store.plainRefs().map((ref) => keyedHash(key, ref)));
    const site = this.#site;
    const named = async (ref: Ref) => ({
      hash: await keyedHash(key, ref),
      object: contactObjectId(this.env, site, ref),
    });
    const aliases = await Promise.all(
      this.#store.plainAliases().map(async ({ ref, target, merge }) => ({
        ...(await named(ref)),
        target: await named(target),
        merge,
      })),
    );
    this.#store.replacePlainRefs(hashes, () => aliases.forEach((alias) => this.#aliases.put(alias)));
  }

  /** Objects of another jurisdiction are others: a site that has contacts there would lose sight of them. */
  async #refuseWhereElsewhere(): Promise<void> {
    const { name } = this.ctx.id;
    const other = name === undefined ? undefined : elsewhere(this.env.DIRECTORY, this.env);
    if (!other || name === undefined || (await other.getByName(name).isEmpty())) return;
    throw new Error("JURISDICTION has been changed: this site has its contacts elsewhere. Set it back.");
  }

  /** Enters a contact with its first events, or one that is purged and comes back; again changes nothing. */
  async register(ref: Ref, newestAt: number): Promise<Registration> {
    const { hash, object } = await this.#named(this.#site, ref);
    const tombstone = this.#store.tombstone(hash, Date.now());
    if (!tombstone) {
      this.#store.enter(hash, object);
      return { isEntered: true };
    }
    const isEntered = mayBeginAnew(ref, tombstone, newestAt);
    if (isEntered) this.#store.enter(hash, object);
    return { isEntered, deletedAt: tombstone.deletedAt };
  }

  /** Whether nobody is known; makes nothing. */
  isEmpty(): boolean {
    return this.#store.isEmpty() && this.#store.plainRefs().length === 0;
  }

  async has(ref: Ref): Promise<boolean> {
    const hash = await this.#hash(ref);
    const isBeingDeleted = typeof this.#store.tombstone(hash, Date.now())?.object === "string";
    return !isBeingDeleted && this.#isListed(hash);
  }

  #isListed(hash: string): boolean {
    return this.#store.has(hash) || this.#aliases.find(hash) !== undefined;
  }

  /** So many contacts after a hash, ascending: for who has to ask all of them. */
  objectsAfter(hash: string, limit: number): Known[] {
    return this.#store.key() === undefined ? [] : this.#store.after(hash, limit);
  }

  /** What is held here of a contact. */
  async about(ref: Ref): Promise<Listing> {
    const hash = await this.#hash(ref);
    return { hash, isKnown: this.#isListed(hash) };
  }

  /** The same of several. */
  aboutAll(refs: readonly Ref[]): Promise<Listing[]> {
    return Promise.all(refs.map((ref) => this.about(ref)));
  }

  /**
   * Makes one contact another name of `target`, and no contact of its own; the same again changes nothing. `same` where
   * `target` is, in the end, another name of this one. As all merges and deletions of a site are decided here, one after
   * the other, no two merges can go round in a circle, and none takes along who has been deleted.
   */
  async alias({ site, ref, target, merge }: AliasRequest): Promise<"done" | "same" | "deleted_contact"> {
    const [own, into] = await Promise.all([this.#named(site, ref), this.#named(site, target)]);
    const now = Date.now();
    if (this.#aliases.root(into).hash === own.hash) return "same";
    const goneTarget = this.#goneSince(into.hash, now);
    if (this.#goneSince(own.hash, now)) return "deleted_contact";
    if (goneTarget && !mayBeginAnew(target, goneTarget, now)) return "deleted_contact";
    this.ctx.storage.transactionSync(() => {
      this.#aliases.put({ ...own, target: into, merge });
      this.#store.leave(own.hash);
    });
    return "done";
  }

  /** The deletion of a contact after which none has begun anew. */
  #goneSince(hash: string, now: number): Tombstone | undefined {
    const tombstone = this.#store.tombstone(hash, now);
    return tombstone && (tombstone.object !== null || !this.#isListed(hash)) ? tombstone : undefined;
  }

  /** Whether a merge stands: it was decided here, and neither undone since nor deleted. */
  async isMerged(ref: Ref, merge: string): Promise<boolean> {
    return this.#aliases.find(await this.#hash(ref))?.merge === merge;
  }

  /** Undoes one merge; nothing where it is undone already, and the contact may have been merged again since. */
  async unalias(ref: Ref, merge: string): Promise<void> {
    const { hash, object } = await this.#named(this.#site, ref);
    this.ctx.storage.transactionSync(() => {
      if (this.#aliases.remove(hash, merge)) this.#store.enter(hash, object);
    });
  }

  /** The hash of the contact that has the facts of this one. */
  async root(ref: Ref): Promise<string> {
    const hash = await this.#hash(ref);
    return this.#aliases.root({ hash, object: "" }).hash;
  }

  /** Lets go of a contact that is purged, and of those that were merged into it: nothing is left. */
  async leave(ref: Ref, merges: readonly (readonly [source: Ref, merge: string])[] = []): Promise<void> {
    const hash = await this.#hash(ref);
    const hashes = await Promise.all(merges.map(([source]) => this.#hash(source)));
    this.ctx.storage.transactionSync(() => {
      merges.forEach(([, merge], i) => this.#aliases.remove(hashes[i] ?? "", merge));
      this.#store.leave(hash);
    });
  }

  /**
   * Deletes a contact with all that have been merged into it, whichever of its refs it is asked by: first a tombstone for
   * each, from which on nothing of it is taken; then the rows of each; then their entries here. What is broken off between
   * is gone on with by the next request or by the alarm. Again it answers the same receipt as long as the tombstones
   * last; `null` where there is no such contact.
   */
  async remove(site: SiteId, ref: Ref): Promise<Receipt | null> {
    // Before the tombstones, so that none is without.
    await this.#arm(Date.now() + TAKE_UP_MS);
    const own = this.#bury(await this.#named(site, ref));
    if (!own) return null;
    const parts = this.#store.open().filter(({ receipt }) => receipt === own.receipt);
    // First the one that has the facts: the others only say where they went.
    parts.sort((a, b) => Number(this.#store.has(b.hash)) - Number(this.#store.has(a.hash)));
    for (const tombstone of parts) await this.#finish(tombstone);
    // A contact whose rows nobody can read cannot say who it was.
    await objectsOf(this.env, site).deliveries().forget(ref);
    return receiptOf(ref, own);
  }

  #bury(named: Named): Tombstone | undefined {
    const now = Date.now();
    const { hash } = named;
    const old = this.#store.tombstone(hash, now);
    if (old && (old.object !== null || !this.#isListed(hash))) return old;
    if (!this.#isListed(hash)) return undefined;
    const root = this.#aliases.root(named);
    const aliases = this.#aliases.below(root.hash);
    const receipt = crypto.randomUUID();
    this.ctx.storage.transactionSync(() => {
      for (const each of [...aliases, root]) {
        this.#store.bury({ hash: each.hash, receipt, deletedAt: now, object: each.object });
      }
      // Nothing is handed on to the one who may begin anew, nor given back.
      for (const alias of aliases) this.#aliases.remove(alias.hash, alias.merge);
    });
    return this.#store.tombstone(hash, now);
  }

  async #finish({ hash, object, deletedAt }: Tombstone): Promise<void> {
    if (object === null) return;
    await contactOf(object, this.env).erase(deletedAt);
    await removeFromIndex(this.env, this.#site, object, deletedAt);
    // Somebody else may have finished it meanwhile, and a new contact of this ref may be there.
    if (this.#store.tombstone(hash, Date.now())?.object === object) this.#store.close(hash);
  }

  /** Moves the alarm only earlier. */
  async #arm(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || at < set) await this.ctx.storage.setAlarm(at);
  }

  /** Goes on with deletions that were broken off, and lets go of tombstones that have expired. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    let again = Infinity;
    try {
      if (this.#store.key() === undefined) return;
      for (const tombstone of this.#store.open()) {
        try {
          await this.#finish(tombstone);
        } catch (problem) {
          console.error("A deletion could not be finished, and is tried again.", problem);
          again = Math.min(again, retryAt(tombstone.deletedAt, now));
        }
      }
      this.#store.expire(now);
      again = Math.min(again, this.#store.nextExpiry() ?? Infinity);
    } catch (problem) {
      console.error("The directory could not be tidied, and that is tried again.", problem);
      again = Math.min(again, now + TAKE_UP_MS);
    }
    if (again < Infinity) await this.#arm(again);
  }

  /** Adds to what the site has refused, by day: JSON text of `RefusedOnDay[]`. */
  countRefused(json: string): void {
    createRejectionStore(this.ctx.storage.sql).add(JSON.parse(json) as RefusedOnDay[]);
  }

  /** What the site has refused between two days: JSON text of `RefusedOnDay[]`. Writes nothing. */
  refused(from: Day, to: Day): string {
    return JSON.stringify(createRejectionStore(this.ctx.storage.sql).between(from, to));
  }
}
