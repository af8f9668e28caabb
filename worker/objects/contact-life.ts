import type { Ref } from "../../shared/event.ts";
import { removeFromIndex } from "../contact-indexes.ts";
import type { ContactState } from "../domain/ledger.ts";
import type { SiteId } from "../domain/site.ts";
import type { Env } from "../env.ts";
import { objectsOf } from "../site-objects.ts";
import type { ContactLinks } from "./contact-links.ts";
import type { Registration } from "./directory.ts";

/** What a contact lends to what begins and ends it. */
interface Host {
  readonly env: Env;
  /** The number of its object. */
  readonly object: string;
  readonly links: ContactLinks;
  load(): ContactState | undefined;
  /** Finds out what the site's settings say. */
  learn(site: SiteId): Promise<void>;
  /** Writes that the contact is being purged. */
  mark(state: ContactState, now: number): void;
  /** Deletes all rows, the alarm and the file, and all that is in memory. */
  deleteRows(): Promise<void>;
}

/** How a contact begins and how it ends: entered in the directory before anything is counted, and out of everything when it is deleted or purged. */
export class ContactLife {
  readonly #host: Host;
  #generation = 0;
  #purging: Promise<void> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Grows whenever all rows are deleted. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Makes sure that the directory knows the contact before anything is counted or merged. Nothing comes between this and
   * that. A contact that is not there begins only where it may: not with what is handed on to it.
   */
  async enter(site: SiteId, ref: Ref, newestAt: number, mayBegin: boolean): Promise<Registration> {
    await this.#host.learn(site);
    for (;;) {
      if (this.#purging) await this.#purging.catch(() => undefined);
      const state = this.#host.load();
      if (state && !state.isUnlisted) return { isEntered: true };
      if (state && this.hasOthers) {
        // Some of them may be gone already, so there is no way back.
        await this.purge(state, Date.now());
        continue;
      }
      if (!state && !mayBegin) return { isEntered: false };
      const generation = this.#generation;
      const registration = await objectsOf(this.#host.env, site).directory().register(ref, newestAt);
      if (generation === this.#generation && !this.#purging) return registration;
    }
  }

  /** Deletes everything, as of a deletion; not the contact that has begun after it. */
  async erase(deletedAt: number): Promise<void> {
    if (this.#isAfter(deletedAt)) return;
    await this.deleteRows();
  }

  async #forgetDeliveries(): Promise<void> {
    const { site, ref } = this.#whoIsHere() ?? {};
    if (site !== undefined && ref !== undefined)
      await objectsOf(this.#host.env, site).deliveries().forget(ref);
  }

  #whoIsHere(): { readonly site: SiteId; readonly ref: Ref } | undefined {
    try {
      return this.#host.load() ?? this.#host.links.current;
    } catch {
      // Nobody can read who it was.
      return undefined;
    }
  }

  #isAfter(deletedAt: number): boolean {
    try {
      const before = this.#host.load()?.deletedBefore?.deletedAt ?? this.#host.links.current?.deletedAt;
      return before !== undefined && before >= deletedAt;
    } catch {
      // Rows that cannot be read are deleted, too.
      return false;
    }
  }

  /** And what waits to be delivered about the contact, or was. */
  async deleteRows(): Promise<void> {
    await this.#forgetDeliveries();
    this.#generation += 1;
    await this.#host.deleteRows();
  }

  /** Whether others have been merged into it. */
  get hasOthers(): boolean {
    return Object.keys(this.#host.links.current?.absorbed ?? {}).length > 0;
  }

  /**
   * Deletes the contact because nothing of it is to be kept. None of its events can come again. It is marked first, so
   * that one who comes back meanwhile, or after this was broken off, is entered in the directory again.
   */
  async purge(state: ContactState, now: number): Promise<void> {
    const generation = this.#generation;
    state.isUnlisted = true;
    this.#host.mark(state, now);
    this.#purging = this.#leave(state).then(() =>
      generation === this.#generation ? this.deleteRows() : undefined,
    );
    try {
      await this.#purging;
    } finally {
      this.#purging = undefined;
    }
  }

  /** After a merge into another one: it is in no list any more. */
  async left(site: SiteId): Promise<void> {
    try {
      await removeFromIndex(this.#host.env, site, this.#host.object);
    } catch (problem) {
      console.error(
        "The index could not be told of a merge; it finds out when it asks the contact.",
        problem,
      );
    }
  }

  /** Nothing of those that were merged into it is left, either: each has its own object, which says where it went. */
  async #leave({ site, ref }: ContactState): Promise<void> {
    const objects = objectsOf(this.#host.env, site);
    const merges = Object.entries(this.#host.links.current?.absorbed ?? {}) as [
      Ref,
      { readonly id: string },
    ][];
    for (const [source, { id }] of merges) await objects.contact(source).letGo(id);
    await objects.directory().leave(
      ref,
      merges.map(([source, { id }]) => [source, id] as const),
    );
    await removeFromIndex(this.#host.env, site, this.#host.object);
  }
}
