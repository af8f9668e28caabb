import { dayOf } from "../../shared/day.ts";
import { indexOf } from "../contact-indexes.ts";
import { aheadOf } from "../domain/index/ahead.ts";
import type { Board } from "../domain/index/board.ts";
import { type IndexEntry, isNewer } from "../domain/index/entry.ts";
import { PULLED_AT_A_TIME, TICK_MS, WAITING_SAVED_MS, WALK_STEP_MS } from "../domain/index/index-limits.ts";
import { dueAt, newWaiting, nextDue, type Waiting } from "../domain/index/waiting.ts";
import type { SiteId } from "../domain/site.ts";
import type { Env } from "../env.ts";
import { contactOf } from "../live-contacts.ts";
import { settingsOf } from "../live-sites.ts";
import type { IndexStore } from "../store/index-store.ts";
import type { IndexWalk } from "./index-walk.ts";
import type { SealedForRow, SealedPersons } from "./sealed-persons.ts";

/** What a contact has answered; no entry where there is no contact any more. */
interface Asked {
  readonly object: string;
  readonly entry?: IndexEntry;
  readonly sealed?: SealedForRow;
}

/** What a shard lends. */
interface Host {
  readonly env: Env;
  readonly site: SiteId;
  /** Of how many shards this is one. */
  readonly count: number;
  readonly walk: IndexWalk;
  readonly storage: DurableObjectStorage;
  readonly store: IndexStore;
  readonly persons: SealedPersons;
  board(): Board;
  /** Of a contact that is no more. */
  forget(object: string): void;
}

/** What a shard asks its contacts: each that has told something, when it has been quiet for a while, and whom a walk is at. */
export class IndexPulls {
  readonly #host: Host;
  #waiting: Map<string, Waiting> | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #hasChanged = false;
  #isStopped = false;
  #alarmAt: number | null | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  #load(): Map<string, Waiting> {
    if (!this.#waiting) {
      // The object may have been let go of between two looks: what waits has waited since then, too.
      const known = this.#host.store.waiting();
      this.#waiting = new Map(known.map(([object, since]) => [object, newWaiting(since)]));
    }
    return this.#waiting;
  }

  /** All that wait. */
  waiting(): string[] {
    return [...this.#load().keys()];
  }

  isWaiting(object: string): boolean {
    return this.#load().has(object);
  }

  /** A contact has told something that is in memory only. */
  wait(object: string): void {
    const waiting = this.#load();
    const now = Date.now();
    const known = waiting.get(object);
    if (known) {
      known.lastAt = now;
      return;
    }
    waiting.set(object, newWaiting(now));
    this.#saveSoon();
    void this.arm(now + TICK_MS);
  }

  /** Not written down at once: should that be lost, the contact is asked once more. */
  drop(object: string): void {
    if (!this.#load().delete(object)) return;
    this.#hasChanged = true;
    this.#saveLater();
  }

  /** Who waits is written down, one row for all of them: at once, and what comes soon after it together. */
  #saveSoon(): void {
    this.#hasChanged = true;
    if (this.#saving !== undefined || this.#isStopped) return;
    this.#save();
    this.#saveLater();
  }

  #saveLater(): void {
    if (this.#isStopped) return;
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      if (this.#hasChanged) this.#saveSoon();
    }, WAITING_SAVED_MS);
  }

  /** Writes nothing any more. */
  stop(): void {
    if (this.#saving !== undefined) clearTimeout(this.#saving);
    this.#saving = undefined;
    this.#isStopped = true;
  }

  #save(): void {
    this.#hasChanged = false;
    this.#host.store.setWaiting([...this.#load()].map(([object, { since }]) => [object, since] as const));
  }

  /** Asks contacts for their entries. Whom it cannot ask now waits on. Never rejects. Tells of how many it has learnt something. */
  async pull(objects: readonly string[]): Promise<number> {
    let learnt = 0;
    for (let from = 0; from < objects.length; from += PULLED_AT_A_TIME) {
      const some = objects.slice(from, from + PULLED_AT_A_TIME);
      const asked = await Promise.all(some.map((object) => this.#ask(object)));
      learnt += this.#learn(asked.flatMap((answer) => answer ?? []));
    }
    return learnt;
  }

  async #ask(object: string): Promise<Asked | undefined> {
    const { env, persons } = this.#host;
    try {
      const entry = await contactOf(object, env).entry();
      if (!entry) return { object };
      return { object, entry, sealed: await persons.seal(object, entry.person) };
    } catch (problem) {
      console.error("A contact could not be asked for its entry in the index, and is asked again.", problem);
      this.#failed(object);
      return undefined;
    }
  }

  #failed(object: string): void {
    this.wait(object);
    const waiting = this.#load().get(object);
    if (waiting) Object.assign(waiting, { since: Date.now(), failures: waiting.failures + 1 });
  }

  /** Writes what contacts have answered, all at once, as one write is one wait for the disk. */
  #learn(asked: readonly Asked[]): number {
    const { store, persons, board, storage, forget } = this.#host;
    const today = dayOf(Date.now());
    let learnt = 0;
    const written: IndexEntry[] = [];
    storage.transactionSync(() => {
      for (const { object, entry, sealed } of asked) {
        if (!entry || !sealed || entry.epoch < (store.goneAt(object) ?? 0)) continue;
        const known = store.entry(object);
        if (known && isNewer(known, entry)) continue;
        const slot = sealed.slot();
        if (slot === undefined) {
          this.wait(object);
          continue;
        }
        if (!known || isNewer(entry, known) || !areSameVersions(known.outlooks, entry.outlooks)) learnt += 1;
        store.put(entry, slot, sealed.bytes);
        written.push(entry);
      }
    });
    for (const entry of written) {
      const { object, person } = entry;
      persons.know(object, person);
      board().enter(entry, aheadOf(entry.outlooks, today));
      const told = board().known(object);
      // It has told more while it was asked.
      if (!told || !isNewer(told, entry)) this.drop(object);
    }
    for (const { object, entry } of asked) {
      if (entry) continue;
      if (board().known(object)) learnt += 1;
      forget(object);
    }
    return learnt;
  }

  /** The site has divided its index anew: whoever told something here is to be asked there. */
  async handOver(objects: readonly string[] = this.waiting()): Promise<void> {
    const { env, site } = this.#host;
    const settings = await settingsOf(env, site);
    for (const object of objects) {
      await indexOf(env, site, object, settings).expect(object);
      this.drop(object);
    }
  }

  /** What is due: asks who has been quiet for long enough, and goes a step of the walk. Never rejects, as it is an alarm's work. */
  async tick(renew: () => Promise<number | undefined>): Promise<void> {
    this.#alarmAt = null;
    const now = Date.now();
    try {
      const due = [...this.#load()].filter(([, waiting]) => dueAt(waiting) <= now).map(([object]) => object);
      const settings = await settingsOf(this.#host.env, this.#host.site);
      if ((settings.indexShards ?? 1) === this.#host.count) {
        await this.pull(due);
        await this.#host.walk.step();
      } else await this.handOver(due);
    } catch (problem) {
      console.error("The index could not do what was due, and tries again.", problem);
    }
    if (this.#hasChanged && !this.#isStopped) this.#save();
    const renewAt = await renew().catch(() => Date.now() + TICK_MS);
    if (renewAt !== undefined) await this.arm(renewAt);
    if (this.#host.walk.isOn) await this.arm(Date.now() + WALK_STEP_MS);
    else if (this.#load().size > 0) {
      await this.arm(Math.max(Date.now() + TICK_MS, nextDue(this.#load().values())));
    }
  }

  /** Moves the alarm only earlier. */
  async arm(at: number): Promise<void> {
    this.#alarmAt ??= await this.#host.storage.getAlarm();
    if (typeof this.#alarmAt === "number" && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    await this.#host.storage.setAlarm(at);
  }
}

function areSameVersions(a: IndexEntry["outlooks"], b: IndexEntry["outlooks"]): boolean {
  const models = Object.keys(b);
  if (models.length !== Object.keys(a).length) return false;
  return models.every((model) => {
    const [one, other] = [a[model], b[model]];
    return one && other && one.version === other.version;
  });
}
