import type { Note } from "../connectors/attempt.ts";
import type { CrossingRecord } from "../domain/crossing-record.ts";
import type { Destination } from "../domain/webhooks/destination.ts";
import { newSealingKey, seal, unseal } from "../sealing.ts";
import type { DeliveryStore, StoredCrossing, StoredDelivery } from "../store/delivery-store.ts";
import type { DestinationStore, StoredDestination } from "../store/destination-store.ts";
import type { KeySlots } from "../store/key-slots.ts";
import type { SealedContacts } from "../store/sealed-contacts.ts";

interface Stores {
  readonly slots: KeySlots;
  readonly destinations: DestinationStore;
  readonly deliveries: DeliveryStore;
  readonly contacts: SealedContacts;
}

/** Seals what is kept of contacts and destinations, each with a key of its own, and opens it again. */
export class DeliveryVault {
  readonly #stores: Stores;
  #destinations: Promise<Map<string, Destination>> | undefined;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  destinations(): Promise<Map<string, Destination>> {
    this.#destinations ??= this.#load();
    return this.#destinations;
  }

  async #load(): Promise<Map<string, Destination>> {
    try {
      const all = await Promise.all(this.#stores.destinations.all().map((row) => this.#open(row)));
      return new Map(all.flat().map((destination) => [destination.id, destination]));
    } catch (problem) {
      this.#destinations = undefined;
      throw problem;
    }
  }

  /** One that is damaged costs the others nothing. */
  async #open({ id, slot, sealed }: StoredDestination): Promise<Destination[]> {
    const key = this.#stores.slots.get(slot);
    try {
      return key ? [JSON.parse(await unseal(key, sealed, id)) as Destination] : [];
    } catch (problem) {
      console.error(`Destination ${id} cannot be read.`, problem);
      return [];
    }
  }

  /** A new one, or a changed one. What is not on disk is not remembered. */
  async save(destination: Destination): Promise<void> {
    const { destinations, slots } = this.#stores;
    const { id } = destination;
    const old = this.#slotOf(id);
    const key = (old === undefined ? undefined : slots.get(old)) ?? newSealingKey();
    const sealed = await seal(key, JSON.stringify(destination), id);
    this.#destinations = undefined;
    if (old === undefined) destinations.insert(id, slots.put(key), sealed);
    else destinations.replace(id, sealed);
  }

  /** Nothing on disk can be opened again. */
  remove(id: string): void {
    const slot = this.#slotOf(id);
    this.#destinations = undefined;
    if (slot !== undefined) this.#stores.slots.shred(slot);
    this.#stores.destinations.remove(id);
  }

  #slotOf(id: string): number | undefined {
    return this.#stores.destinations.all().find((row) => row.id === id)?.slot;
  }

  /** Of what is on its way to be kept of a contact; a new key where nothing is kept of it yet. */
  keyOf(hash: string): Uint8Array {
    const { contacts } = this.#stores;
    const known = contacts.key(hash);
    if (known) return known;
    const key = newSealingKey();
    contacts.add(hash, key);
    return key;
  }

  async sealCrossing(contact: string, crossing: CrossingRecord): Promise<StoredCrossing> {
    const { id } = crossing;
    return { id, contact, sealed: await seal(this.keyOf(contact), JSON.stringify(crossing), id) };
  }

  /** `undefined` where nothing is kept of it any more. */
  async crossing(id: string): Promise<CrossingRecord | undefined> {
    const { deliveries, contacts } = this.#stores;
    const row = deliveries.crossing(id);
    const key = row && contacts.key(row.contact);
    return row && key && (JSON.parse(await unseal(key, row.sealed, id)) as CrossingRecord);
  }

  /** What lets one into a destination. */
  session(id: string): Note {
    const { destinations, slots } = this.#stores;
    const about = `session ${id}`;
    const key = () => {
      const slot = this.#slotOf(id);
      return slot === undefined ? undefined : slots.get(slot);
    };
    return noteOf(
      key,
      about,
      () => destinations.session(id),
      (sealed) => destinations.setSession(id, sealed),
    );
  }

  /** What a delivery has come to; of the contact, and sealed with its key. */
  progress({ id, crossing }: StoredDelivery): Note {
    const { deliveries, contacts } = this.#stores;
    const key = () => {
      const row = crossing === null ? undefined : deliveries.crossing(crossing);
      return row && contacts.key(row.contact);
    };
    return noteOf(
      key,
      id,
      () => deliveries.note(id),
      (sealed) => deliveries.setNote(id, sealed),
    );
  }
}

function noteOf(
  keyNow: () => Uint8Array | undefined,
  about: string,
  read: () => ArrayBuffer | undefined,
  write: (sealed: ArrayBuffer) => void,
): Note {
  return {
    async read() {
      const [key, sealed] = [keyNow(), read()];
      return key && sealed && (await unseal(key, sealed, about));
    },
    async write(text) {
      const key = keyNow();
      if (key) write(await seal(key, text, about));
    },
  };
}
