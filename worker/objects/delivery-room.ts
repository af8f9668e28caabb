import { deliver } from "../connectors/deliver.ts";
import type { AddressCheck } from "../destination-address.ts";
import type { CrossingRecord } from "../domain/crossing-record.ts";
import {
  FORGOTTEN_MS,
  KEPT_MS,
  MAX_RUN_MS,
  SLACK_EVERY_MS,
  TAKE_UP_MS,
} from "../domain/webhooks/delivery-limits.ts";
import { type Destination, linkTo } from "../domain/webhooks/destination.ts";
import { type Message, sampleCrossing } from "../domain/webhooks/message.ts";
import { HEALTHY, type Outcome, settle } from "../domain/webhooks/schedule.ts";
import { importHashKey, newHashKey } from "../keyed-hash.ts";
import { createDeliveryStore, DELIVERY_TABLES, type StoredDelivery } from "../store/delivery-store.ts";
import { createDestinationStore, DESTINATION_TABLES } from "../store/destination-store.ts";
import { createKeySlots } from "../store/key-slots.ts";
import { meterSql } from "../store/metered-sql.ts";
import { createRoomStore, isRoomMade, makeRoom } from "../store/room-store.ts";
import { CONTACT_TABLES, createSealedContacts, type SealedContacts } from "../store/sealed-contacts.ts";
import { DeliveryVault } from "./delivery-vault.ts";
import { Lanes } from "./lanes.ts";

const DAY_MS = 86_400_000;

/** What a site's deliveries are kept in and sent from: rows, keys, and the one alarm. */
export class DeliveryRoom {
  readonly #storage: DurableObjectStorage;
  readonly #check: AddressCheck;
  readonly #sql;
  readonly #room;
  readonly #lanes: Lanes;
  readonly destinations;
  readonly deliveries;
  #isMade = false;
  #sealed: { readonly contacts: SealedContacts; readonly vault: DeliveryVault } | undefined;
  #hashKey: Promise<CryptoKey> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(storage: DurableObjectStorage, check: AddressCheck) {
    this.#storage = storage;
    this.#check = check;
    this.#sql = meterSql(storage.sql);
    this.#room = createRoomStore(this.#sql);
    this.destinations = createDestinationStore(this.#sql);
    this.deliveries = createDeliveryStore(this.#sql);
    this.#lanes = new Lanes(
      () => this.#dueNow(),
      (id) => this.#deliverNext(id),
    );
  }

  isMade(): boolean {
    this.#isMade ||= isRoomMade(this.#sql);
    return this.#isMade;
  }

  make(): void {
    if (this.isMade()) return;
    this.atomically(() => {
      for (const table of [...DESTINATION_TABLES, ...DELIVERY_TABLES, ...CONTACT_TABLES])
        this.#sql.run(table);
      makeRoom(this.#sql, newHashKey(), Date.now());
    });
  }

  /** Made when it is first needed, as are its tables. */
  #open() {
    if (this.#sealed) return this.#sealed;
    const slots = createKeySlots(this.#sql);
    const contacts = createSealedContacts(this.#sql, slots);
    const { destinations, deliveries } = this;
    const vault = new DeliveryVault({ slots, destinations, deliveries, contacts });
    this.#sealed = { contacts, vault };
    return this.#sealed;
  }

  get vault(): DeliveryVault {
    return this.#open().vault;
  }

  get contacts(): SealedContacts {
    return this.#open().contacts;
  }

  /** By which contacts are known here; it never leaves this object. */
  hashKey(): Promise<CryptoKey> {
    this.#hashKey ??= importHashKey(this.#room.hashKey() ?? new Uint8Array());
    return this.#hashKey;
  }

  atomically(work: () => void): void {
    this.#storage.transactionSync(work);
  }

  /** One piece of work after the other: what it reads before it waits for anything still holds when it writes. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Sees to it that what is due is delivered, also where it was left lying. */
  async ring(): Promise<void> {
    if (this.#lanes.wake()) return;
    const at = this.#nextTime();
    if (at === Infinity) return;
    const set = await this.#storage.getAlarm();
    if (set === null || at < set) await this.#storage.setAlarm(Math.max(at, Date.now()));
  }

  /** The alarm. It never throws: what fails is taken up again. */
  async deliverAll(): Promise<void> {
    try {
      if (!this.isMade()) return;
      const now = Date.now();
      // If the process ends meanwhile.
      await this.#storage.setAlarm(now + TAKE_UP_MS);
      const isBroken = await this.#lanes.run(now + MAX_RUN_MS);
      await this.#tidy(Date.now());
      const at = Math.max(this.#nextTime(), isBroken ? Date.now() + TAKE_UP_MS : 0);
      if (at === Infinity) await this.#storage.deleteAlarm();
      else await this.#storage.setAlarm(at);
    } catch (problem) {
      console.error("Deliveries could not be made, and are taken up again.", problem);
      await this.#storage.setAlarm(Date.now() + TAKE_UP_MS);
    }
  }

  /** When something of a destination is due; it may be paused. */
  #dueOf(id: string): number {
    const { health = HEALTHY } = this.destinations.state(id) ?? {};
    return Math.max(this.deliveries.firstDue(id) ?? Infinity, health.pausedUntil);
  }

  #dueNow(): string[] {
    const now = Date.now();
    return this.destinations.ids().filter((id) => this.#dueOf(id) <= now);
  }

  #nextTime(): number {
    const due = this.destinations.ids().map((id) => this.#dueOf(id));
    const tidying = this.#room.hasAnything() ? this.#room.tidied() + DAY_MS : Infinity;
    return Math.min(...due, tidying);
  }

  /** Lets go of what has been kept for long enough, once a day. */
  async #tidy(now: number): Promise<void> {
    if (now < this.#room.tidied() + DAY_MS) return;
    await this.alone(async () => {
      this.atomically(() => {
        this.deliveries.tidy(now - KEPT_MS, this.destinations.ids());
        this.contacts.tidy(now - FORGOTTEN_MS);
        this.#room.setTidied(now);
      });
    });
  }

  async #deliverNext(id: string): Promise<boolean> {
    const now = Date.now();
    if (this.#dueOf(id) > now) return false;
    const row = this.deliveries.nextDue(id, now);
    const destination = (await this.vault.destinations()).get(id);
    if (!row || !this.destinations.ids().includes(id)) return false;
    if (!destination) throw new Error(`Destination ${id} cannot be read.`);
    this.#note(destination, row, await this.#attempt(destination, row));
    return true;
  }

  async #attempt(destination: Destination, row: StoredDelivery): Promise<Outcome> {
    const crossing = await this.#crossingOf(row).catch((problem: unknown) => {
      console.error("A crossing cannot be read.", problem);
      return null;
    });
    // Others wait behind it.
    if (crossing === null) return { kind: "retry", error: "It could not be read.", isOfDestination: false };
    if (!crossing) return { kind: "dead", error: "Nothing is known of the crossing any more." };
    const link = linkTo(destination, crossing.contact);
    const message: Message = { id: row.id, crossing, link, isTest: row.crossing === null };
    return deliver({
      destination,
      message,
      now: Date.now(),
      check: this.#check,
      progress: this.vault.progress(row),
      session: this.vault.session(destination.id),
    });
  }

  async #crossingOf({ id, crossing, created }: StoredDelivery): Promise<CrossingRecord | undefined> {
    return crossing === null ? sampleCrossing(id, created) : this.vault.crossing(crossing);
  }

  #note({ id, document }: Destination, { id: delivery, attempts }: StoredDelivery, outcome: Outcome): void {
    const now = Date.now();
    const { health } = this.destinations.state(id) ?? { health: HEALTHY };
    const settled = settle({ attempts, health }, outcome, now, randomPart());
    const { disabled } = settled;
    const isPaced = document.type === "slack" && outcome.kind === "delivered";
    const next = isPaced ? { ...settled.health, pausedUntil: now + SLACK_EVERY_MS } : settled.health;
    this.atomically(() => {
      this.deliveries.settle(delivery, settled, now);
      if (!isSame(next, health)) this.destinations.setHealth(id, next);
      if (disabled === undefined) return;
      this.destinations.disable(id, disabled, now);
      this.deliveries.bury(id, `The destination was disabled. ${disabled}`, now);
    });
  }
}

function isSame(a: typeof HEALTHY, b: typeof HEALTHY): boolean {
  return a.failingSince === b.failingSince && a.streak === b.streak && a.pausedUntil === b.pausedUntil;
}

/** From 0 to 1. */
function randomPart(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
