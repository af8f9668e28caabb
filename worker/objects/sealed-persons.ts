import type { Person } from "../domain/index/entry.ts";
import { newSealingKey, seal, unseal } from "../sealing.ts";
import type { IndexStore } from "../store/index-store.ts";
import { createKeySlots, type KeySlots } from "../store/key-slots.ts";
import type { MeteredSql } from "../store/metered-sql.ts";

/** A person, sealed for its row. */
export interface SealedPerson {
  readonly slot: number;
  readonly bytes: Uint8Array;
}

export interface SealedForRow {
  readonly bytes: Uint8Array;
  readonly slot: () => number | undefined;
}

/**
 * Who the contacts of a shard are: on disk each is sealed with a key of its own, which is shredded when the contact is deleted. Those that
 * somebody has asked for stay open in memory.
 */
export class SealedPersons {
  readonly #sql: MeteredSql;
  readonly #store: IndexStore;
  #keySlots: KeySlots | undefined;
  readonly #open = new Map<string, Person>();
  #areAllOpen = false;

  constructor(sql: MeteredSql, store: IndexStore) {
    this.#sql = sql;
    this.#store = store;
  }

  /** Makes its tables. */
  get #keys(): KeySlots {
    return (this.#keySlots ??= createKeySlots(this.#sql));
  }

  /**
   * The person for a row, under the key that it has already, or a new one, which is put away when the row is written: `slot` does that, and
   * is `undefined` where the row has come or gone meanwhile.
   */
  async seal(object: string, person: Person): Promise<SealedForRow> {
    const old = this.#store.sealed(object)?.slot;
    const known = old === undefined ? undefined : this.#keys.get(old);
    const key = known ?? newSealingKey();
    const bytes = new Uint8Array(await seal(key, JSON.stringify(person), object));
    const slot = () => {
      if (this.#store.sealed(object)?.slot !== old) return undefined;
      return known ? old : this.#keys.put(key);
    };
    return { bytes, slot };
  }

  /** Remembers who it is, as is on disk by now. */
  know(object: string, person: Person): void {
    if (this.#areAllOpen || this.#open.has(object)) this.#open.set(object, person);
  }

  /** Shreds the key of a row that is to be deleted. */
  shred(object: string): void {
    this.#open.delete(object);
    const old = this.#store.sealed(object);
    if (old) this.#keys.shred(old.slot);
  }

  /** Of those that are open. */
  get(object: string): Person | undefined {
    return this.#open.get(object);
  }

  /** `undefined` where there is no row of it. */
  async find(object: string): Promise<Person | undefined> {
    const known = this.#open.get(object);
    const row = known ? undefined : this.#store.sealed(object);
    if (!row) return known;
    await this.#openOne(object, row);
    return this.#open.get(object);
  }

  async openAll(): Promise<void> {
    if (this.#areAllOpen) return;
    for (const { object, ...row } of this.#store.allSealed()) {
      if (!this.#open.has(object)) await this.#openOne(object, row);
    }
    this.#areAllOpen = true;
  }

  async #openOne(object: string, { slot, bytes }: SealedPerson): Promise<void> {
    const key = this.#keys.get(slot);
    const person = key && (JSON.parse(await unseal(key, bytes.slice().buffer, object)) as Person);
    // Meanwhile it may have told who it is by now, or have been deleted.
    if (person && !this.#open.has(object) && this.#store.sealed(object)) this.#open.set(object, person);
  }
}
