import { DurableObject } from "cloudflare:workers";

import type { Ref } from "../../shared/event.ts";
import type { Issue } from "../../shared/scoring/issue.ts";
import { type AddressCheck, addressCheck } from "../destination-address.ts";
import type { CrossingRecord } from "../domain/crossing-record.ts";
import {
  MAX_DESTINATIONS,
  MAX_LISTED,
  MAX_PENDING,
  MAX_REPLAYED,
  MAX_SECRETS,
} from "../domain/webhooks/delivery-limits.ts";
import {
  type Destination,
  destinationView,
  type DestinationView,
  validSecrets,
} from "../domain/webhooks/destination.ts";
import { passes } from "../domain/webhooks/filter.ts";
import { changeDestination, readDestination } from "../domain/webhooks/read-destination.ts";
import { HEALTHY, type Status } from "../domain/webhooks/schedule.ts";
import type { Env } from "../env.ts";
import { keyedHash } from "../keyed-hash.ts";
import { messageId, newId, newSigningSecret } from "../webhook-ids.ts";
import { DeliveryRoom } from "./delivery-room.ts";
import { type DeliveryView, deliveryView } from "./delivery-view.ts";

export type WebhookOutcome =
  /** The secret only where it is new. */
  | { readonly kind: "saved"; readonly webhook: DestinationView; readonly secret?: string }
  | { readonly kind: "invalid"; readonly issues: readonly Issue[] }
  | { readonly kind: "unknown_webhook" | "too_many_webhooks" | "no_signing_secret" };

export type DeliveryOutcome =
  | { readonly kind: "queued"; readonly delivery: string }
  | { readonly kind: "unknown_webhook" | "unknown_delivery" | "webhook_disabled" };

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryView[];
  readonly cursor?: number;
}

/**
 * Takes a site's crossings and delivers them to its destinations. Only the alarm sends anything, so whoever hands on a
 * crossing waits for one write and for no receiver.
 */
export class Deliveries extends DurableObject<Env> {
  readonly #check: AddressCheck = addressCheck(this.env);
  readonly #room = new DeliveryRoom(this.ctx.storage, this.#check);

  /**
   * Takes crossings over, JSON text of `CrossingRecord[]`; when it resolves they are on disk. The same again changes
   * nothing. A crossing that no destination wants is not kept.
   */
  async take(json: string): Promise<void> {
    if (!this.#room.isMade()) return;
    const crossings = JSON.parse(json) as CrossingRecord[];
    await this.#room.alone(() => this.#takeAll(crossings));
    // Also where all were known: it may be that the process ended before the alarm was set.
    await this.#room.ring();
  }

  async #takeAll(crossings: readonly CrossingRecord[]): Promise<void> {
    const { vault, deliveries, contacts } = this.#room;
    const destinations = [...(await vault.destinations()).values()];
    const key = await this.#room.hashKey();
    const wanted: { crossing: CrossingRecord; hash: string; by: Destination[] }[] = [];
    for (const crossing of crossings) {
      const by = destinations.filter(({ document }) => document.enabled && passes(document.filter, crossing));
      if (by.length === 0 || deliveries.isTaken(crossing.id)) continue;
      const hash = await keyedHash(key, crossing.contact);
      // It was on its way when the contact was deleted.
      if (crossing.at > (contacts.forgottenAt(hash) ?? -Infinity)) wanted.push({ crossing, hash, by });
    }
    const rows = await Promise.all(
      wanted.map(async ({ crossing, hash, by }) => ({
        stored: await vault.sealCrossing(hash, crossing),
        to: await Promise.all(
          by.map(async ({ id }) => ({ destination: id, id: await messageId(crossing.id, id) })),
        ),
      })),
    );
    const now = Date.now();
    this.#room.atomically(() => {
      for (const { stored, to } of rows) {
        deliveries.insertCrossing(stored);
        deliveries.rememberTaken(stored.id);
        for (const { id, destination } of to) {
          const error = this.#whyNotNow(destination);
          deliveries.insertDelivery({
            id,
            destination,
            crossing: stored.id,
            created: now,
            ...(error === undefined ? {} : { error }),
          });
        }
      }
    });
  }

  /** Why what comes for a destination is a dead letter at once. */
  #whyNotNow(id: string): string | undefined {
    const { disabledAt } = this.#room.destinations.state(id) ?? { disabledAt: null };
    if (disabledAt !== null) return "The destination was disabled when it came.";
    const { pending } = this.#room.deliveries.counts(id);
    return pending < MAX_PENDING ? undefined : `${MAX_PENDING} others were waiting when it came.`;
  }

  /** A contact is deleted: nothing of it stays here. Again it changes nothing. */
  async forget(ref: Ref): Promise<void> {
    if (!this.#room.isMade()) return;
    await this.#room.alone(async () => {
      const hash = await keyedHash(await this.#room.hashKey(), ref);
      this.#room.atomically(() => this.#room.contacts.forget(hash, Date.now()));
    });
  }

  override alarm(): Promise<void> {
    return this.#room.deliverAll();
  }

  async list(): Promise<DestinationView[]> {
    if (!this.#room.isMade()) return [];
    await this.#room.ring();
    return [...(await this.#room.vault.destinations()).values()].map((each) => this.#view(each));
  }

  async read(id: string): Promise<DestinationView | undefined> {
    const found = await this.#find(id);
    return found && this.#view(found);
  }

  /** `body` is JSON text; `origin` is where the request came in. */
  create(body: string, origin: string): Promise<WebhookOutcome> {
    const read = readDestination(JSON.parse(body), this.#check);
    if (!read.ok) return Promise.resolve({ kind: "invalid", issues: read.issues });
    this.#room.make();
    return this.#room.alone(async (): Promise<WebhookOutcome> => {
      const { size } = await this.#room.vault.destinations();
      if (size >= MAX_DESTINATIONS) return { kind: "too_many_webhooks" };
      const document = read.value;
      const secrets = document.type === "webhook" ? [{ secret: newSigningSecret() }] : [];
      const made: Destination = { id: newId("wh_"), createdAt: Date.now(), origin, document, secrets };
      await this.#room.vault.save(made);
      return { kind: "saved", webhook: this.#view(made), ...secrets[0] };
    });
  }

  /** Each key of the body, JSON text, is changed; `enabled` also ends that it was disabled. */
  async change(id: string, body: string): Promise<WebhookOutcome> {
    return this.#changing(id, async (old) => {
      const patch: unknown = JSON.parse(body);
      const read = changeDestination(old.document, patch, this.#check);
      if (!read.ok) return { kind: "invalid", issues: read.issues };
      const changed = { ...old, document: read.value };
      await this.#room.vault.save(changed);
      // What was got with other credentials, or from another address.
      this.#room.destinations.setSession(id, null);
      const isEnabled =
        typeof patch === "object" && patch !== null && "enabled" in patch && read.value.enabled;
      if (isEnabled) this.#room.destinations.enable(id);
      if (!read.value.enabled)
        this.#room.deliveries.bury(id, "The destination was switched off.", Date.now());
      return { kind: "saved", webhook: this.#view(changed) };
    });
  }

  /** A new secret; the others hold for so long beside it. */
  async rotate(id: string, overlapMs: number): Promise<WebhookOutcome> {
    return this.#changing(id, async (old) => {
      if (old.document.type !== "webhook") return { kind: "no_signing_secret" };
      const now = Date.now();
      const secret = newSigningSecret();
      const others = validSecrets(old.secrets, now).map((each) => ({
        ...each,
        expiresAt: Math.min(each.expiresAt ?? Infinity, now + overlapMs),
      }));
      const secrets = [{ secret }, ...others.slice(0, MAX_SECRETS - 1)];
      const changed = { ...old, secrets };
      await this.#room.vault.save(changed);
      return { kind: "saved", webhook: this.#view(changed), secret };
    });
  }

  async remove(id: string): Promise<boolean> {
    if (!(await this.#find(id))) return false;
    return this.#room.alone(async () => {
      this.#room.atomically(() => {
        this.#room.vault.remove(id);
        this.#room.deliveries.removeAllOf(id);
      });
      return true;
    });
  }

  /** The site is deleted: no secret stays, and nothing more is sent. */
  async removeAll(): Promise<void> {
    if (!this.#room.isMade()) return;
    for (const id of this.#room.destinations.ids()) await this.remove(id);
  }

  /** Queues a message that says that it is a test. (A method "test" would be no RPC: the runtime has its own.) */
  async sendTest(id: string): Promise<DeliveryOutcome> {
    const refusal = await this.#refusal(id);
    if (refusal) return { kind: refusal };
    const delivery = newId("msg_");
    this.#room.deliveries.insertDelivery({
      id: delivery,
      destination: id,
      crossing: null,
      created: Date.now(),
    });
    await this.#room.ring();
    return { kind: "queued", delivery };
  }

  async replay(id: string, delivery: string): Promise<DeliveryOutcome> {
    const refusal = await this.#refusal(id);
    if (refusal) return { kind: refusal };
    if (!this.#room.deliveries.find(id, delivery)) return { kind: "unknown_delivery" };
    this.#room.deliveries.replay(delivery, Date.now());
    await this.#room.ring();
    return { kind: "queued", delivery };
  }

  /** Dead letters, at most `MAX_REPLAYED` of them; how many. */
  async replayDead(id: string): Promise<number | "unknown_webhook" | "webhook_disabled"> {
    const refusal = await this.#refusal(id);
    if (refusal) return refusal;
    const replayed = this.#room.deliveries.replayDead(id, MAX_REPLAYED, Date.now());
    await this.#room.ring();
    return replayed;
  }

  /** The newest first, from before a cursor on. */
  async deliveries(id: string, status?: Status, before = Infinity): Promise<DeliveryPage | undefined> {
    if (!(await this.#find(id))) return undefined;
    await this.#room.ring();
    const from = Math.min(before, Number.MAX_SAFE_INTEGER);
    const rows = this.#room.deliveries.list(id, status, from, MAX_LISTED + 1);
    const page = rows.slice(0, MAX_LISTED);
    const last = rows.length > page.length ? page.at(-1) : undefined;
    const views = page.map(async (row) =>
      deliveryView(row, row.crossing === null ? undefined : await this.#room.vault.crossing(row.crossing)),
    );
    return { deliveries: await Promise.all(views), ...(last ? { cursor: last.n } : {}) };
  }

  async #find(id: string): Promise<Destination | undefined> {
    return this.#room.isMade() ? (await this.#room.vault.destinations()).get(id) : undefined;
  }

  async #refusal(id: string): Promise<"unknown_webhook" | "webhook_disabled" | undefined> {
    const found = await this.#find(id);
    if (!found) return "unknown_webhook";
    const isOff = !found.document.enabled || this.#room.destinations.state(id)?.disabledAt !== null;
    return isOff ? "webhook_disabled" : undefined;
  }

  async #changing(
    id: string,
    change: (old: Destination) => Promise<WebhookOutcome>,
  ): Promise<WebhookOutcome> {
    if (!this.#room.isMade()) return { kind: "unknown_webhook" };
    return this.#room.alone(async () => {
      const old = await this.#find(id);
      return old ? change(old) : { kind: "unknown_webhook" };
    });
  }

  #view(destination: Destination): DestinationView {
    const { id } = destination;
    const state = this.#room.destinations.state(id) ?? {
      health: HEALTHY,
      disabledAt: null,
      disabledFor: null,
    };
    return destinationView(destination, state, this.#room.deliveries.counts(id), Date.now());
  }
}
