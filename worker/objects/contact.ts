import { DurableObject } from "cloudflare:workers";

import { dayOf, type Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import type { CrossingRecord } from "../domain/crossing-record.ts";
import type { IndexEntry } from "../domain/index/entry.ts";
import { firstKeptDay } from "../domain/keeping.ts";
import { createKeptScores } from "../domain/kept-scores.ts";
import type { ContactState } from "../domain/ledger.ts";
import type { MergeOutcome, MergeRefusal } from "../domain/links.ts";
import { hideBefore } from "../domain/retention.ts";
import type { SiteId } from "../domain/site.ts";
import type { Viewer } from "../domain/viewer.ts";
import type { Env } from "../env.ts";
import { createContactMoves } from "../store/contact-moves.ts";
import { createContactStore } from "../store/contact-store.ts";
import { createCrossingStore } from "../store/crossing-store.ts";
import { meterSql } from "../store/metered-sql.ts";
import { ContactIntake } from "./contact-intake.ts";
import { ContactKeeping } from "./contact-keeping.ts";
import { ContactLife } from "./contact-life.ts";
import { ContactLinks } from "./contact-links.ts";
import {
  ContactReadings,
  type PreviewQuery,
  type ScoreQuery,
  type StandingsQuery,
} from "./contact-readings.ts";
import { ContactSnapshots } from "./contact-snapshots.ts";
import { ContactStanding } from "./contact-standing.ts";
import type { MergeRequest, SplitOutcome, SplitRequest } from "./links-messages.ts";
import type { Reading } from "./reading.ts";

export type { PreviewQuery, ScoreQuery, StandingsQuery } from "./contact-readings.ts";
export type { Reading } from "./reading.ts";

/** One contact: loads its rows, lets the domain work, saves. */
export class Contact extends DurableObject<Env> {
  readonly #sql = meterSql(this.ctx.storage.sql);
  #store = this.#newStore();
  #state: ContactState | undefined;
  readonly #scores = createKeptScores();
  readonly #snapshots = new ContactSnapshots(this.env);
  readonly #keeping = new ContactKeeping(this.ctx.storage, this.env);
  readonly #crossings = createCrossingStore(this.#sql);
  readonly #links: ContactLinks = new ContactLinks({
    env: this.env,
    moves: createContactMoves(this.#sql, (work) => this.ctx.storage.transactionSync(work)),
    generation: () => this.#life.generation,
    load: () => this.#load(),
    forget: () => this.#forget(),
    learn: (site) => this.#learn(site),
    enter: (site, ref, newestAt, mayBegin) => this.#life.enter(site, ref, newestAt, mayBegin),
    arm: (at) => this.#keeping.arm(at),
    settled: () => this.#settled(),
    left: (site) => this.#life.left(site),
    deleteRows: () => this.#life.deleteRows(),
  });
  readonly #life: ContactLife = new ContactLife({
    env: this.env,
    object: this.ctx.id.toString(),
    links: this.#links,
    load: () => this.#load(),
    learn: (site) => this.#learn(site),
    mark: (state, now) => this.#store.rewrite(state, -Infinity, now),
    deleteRows: () => this.#deleteRows(),
  });
  readonly #standing: ContactStanding = new ContactStanding({
    env: this.env,
    object: this.ctx.id.toString(),
    crossings: this.#crossings,
    keeping: this.#keeping,
    links: this.#links,
    load: () => this.#load(),
    open: () => this.#open(),
    save: (state, now, crossings) => this.#save(state, now, crossings),
    record: (state, crossings) => this.#record(state, crossings),
    forget: () => this.#forget(),
  });
  readonly #readings = new ContactReadings({
    env: this.env,
    storage: this.ctx.storage,
    meter: this.#sql.meter,
    links: this.#links,
    keeping: this.#keeping,
    scores: this.#scores,
    snapshots: this.#snapshots,
    crossings: this.#crossings,
    load: () => this.#load(),
    open: () => this.#open(),
    seenBy: (state, { source, user }) => this.#seenBy(state, source, user),
  });

  readonly #intake = new ContactIntake({
    env: this.env,
    object: this.ctx.id.toString(),
    links: this.#links,
    keeping: this.#keeping,
    standing: this.#standing,
    snapshots: this.#snapshots,
    load: () => this.#load(),
    forget: () => this.#forget(),
    enter: (site, ref, newestAt, mayBegin) => this.#life.enter(site, ref, newestAt, mayBegin),
    seenBy: (state, { source, user }) => this.#seenBy(state, source, user),
  });

  #newStore() {
    return createContactStore(this.#sql, (work) => this.ctx.storage.transactionSync(work));
  }

  #load(): ContactState | undefined {
    this.#state ??= this.#store.load(Date.now());
    const { known } = this.#keeping;
    if (this.#state && known) hideBefore(this.#state, firstKeptDay(known, dayOf(Date.now())));
    return this.#state;
  }

  async #open(): Promise<ContactState | undefined> {
    const { site } = this.#load() ?? {};
    if (site !== undefined) await this.#learn(site);
    return this.#load();
  }

  async #learn(site: SiteId): Promise<void> {
    // What was hidden may be to be shown again.
    if (await this.#keeping.learn(site)) this.#forget();
  }

  #save(state: ContactState, now: number, crossings: readonly CrossingRecord[]): void {
    if (crossings.length === 0) this.#store.save(state, now);
    else {
      this.ctx.storage.transactionSync(() => {
        this.#store.save(state, now);
        this.#crossings.add(crossings);
      });
    }
    this.#state = state;
    this.#scores.clear();
  }

  #record(state: ContactState, crossings: readonly CrossingRecord[]): void {
    this.ctx.storage.transactionSync(() => {
      this.#store.note(state);
      this.#crossings.add(crossings);
    });
    this.#scores.clear();
  }

  /** What is not on disk must not be remembered as counted: the next call loads again. */
  #forget(): void {
    this.#store = this.#newStore();
    this.#state = undefined;
    this.#scores.clear();
  }

  /**
   * Counts events, here or where the contact has been merged into. When the answer leaves, they are on disk (the output
   * gate holds it back until then). Rejects when they could not be written; nothing of them is counted then. Both ways as
   * JSON text, of an `Intake` and an `IngestAnswer`: passing objects between isolates costs several times as much. Where
   * the visitor has sent too much nothing is counted or written, and the text is that of `waitText`.
   */
  ingest(intakeJson: string): Promise<string> {
    return this.#intake.ingest(intakeJson);
  }

  /** Events of a contact that has been merged into this one, as it hands them on; `unknown` where it has not. */
  takeFor(intakeJson: string): Promise<string> {
    return this.#intake.takeFor(intakeJson);
  }

  /** Who is reading: the user of a token only where that is who this contact is. */
  #seenBy(state: ContactState, source: Ref, user: Ref | undefined): Viewer {
    const isHere = user !== undefined && this.#links.stanceOn(state.ref, user) === "own";
    return { source, user: isHere ? user : undefined };
  }

  merge(request: MergeRequest): Promise<MergeOutcome> {
    return this.#links.merge(request);
  }

  split(request: SplitRequest): Promise<SplitOutcome> {
    return this.#links.split(request);
  }

  absorb(text: string): Promise<"done" | MergeRefusal> {
    return this.#links.absorb(text);
  }

  takeBack(text: string): Promise<void> {
    return this.#links.takeBack(text);
  }

  letGo(merge: string): Promise<void> {
    return this.#links.letGo(merge);
  }

  settle(): Promise<void> {
    return this.#links.settle();
  }

  /**
   * The day up to which resets have cleared all that an adjustment would count for; `null` where it would count, or
   * has been counted. Takes the JSON text of an `Intake` of it. Writes nothing.
   */
  clearedUntil(intakeJson: string): Promise<Day | null> {
    return this.#readings.clearedUntil(intakeJson);
  }

  /** The score (`ScoreAnswer`), with a tag that stays the same as long as it does. Writes nothing. */
  score(query: ScoreQuery): Promise<Reading> {
    return this.#readings.score(query);
  }

  /** Where the whole contact stands on a day, under these models or all (`LeadAnswer` as JSON text), or why there is no answer. Writes nothing. */
  lead(at: Day, models?: readonly string[]): Promise<string> {
    return this.#readings.lead(at, models);
  }

  /** The scores under all models (a list of `ScoreAnswer`), the default one first, with a tag. Writes nothing. */
  standings(query: StandingsQuery): Promise<Reading> {
    return this.#readings.standings(query);
  }

  /** What a draft of a model would make of the contact (`PreviewResult`). Writes nothing. */
  preview(query: PreviewQuery): Promise<Reading> {
    return this.#readings.preview(query);
  }

  /** What is stored. Writes nothing. */
  describe(): Promise<Reading> {
    return this.#readings.describe();
  }

  /** The facts by day, newest first, and the crossings under a model, default: the site's. Writes nothing. */
  timeline(id?: string): Promise<Reading> {
    return this.#readings.timeline(id);
  }

  /** Everything that is held about the contact, as JSON text in a stream; `null` where there is none. Writes nothing. */
  export(): Promise<ReadableStream<Uint8Array> | null> {
    return this.#readings.export();
  }

  /** Deletes everything, as of a deletion; not the contact that has begun after it. */
  erase(deletedAt: number): Promise<void> {
    return this.#life.erase(deletedAt);
  }

  async #deleteRows(): Promise<void> {
    this.#forget();
    this.#snapshots.forget();
    this.#links.forget();
    // Takes the alarm along, and cuts off the file: no byte of the rows stays in it.
    await this.ctx.storage.deleteAll();
    this.#forget();
    this.#links.forget();
    this.#keeping.disarm();
  }

  /** After facts of others have come, or gone. */
  async #settled(): Promise<void> {
    const state = this.#load();
    if (state) this.#keeping.armFor(state, { events: [], receivedAt: Date.now() });
    await this.#standing.resume("merge");
  }

  /** What the index keeps of it; `null` where there is no contact here. Writes nothing but crossings that were not known of. */
  entry(): Promise<IndexEntry | null> {
    return this.#standing.entry();
  }

  /** Does what is due, and arms the next: first what has been begun with other contacts, then what is not to be kept. */
  override alarm(): Promise<void> {
    return this.#keeping.ring(() => this.#doDue());
  }

  async #doDue(): Promise<void> {
    await this.#links.resume();
    // Where that cannot be finished yet, it is begun again later.
    const open = async () => {
      const state = await this.#open();
      return this.#links.isLeaving || this.#links.isBusy ? undefined : state;
    };
    const purge = (state: ContactState, now: number) => this.#life.purge(state, now);
    const trim = (state: ContactState, before: Day, now: number) => {
      this.#store.rewrite(state, before, now);
      this.#forget();
    };
    const forget = () => this.#forget();
    const hasOthers = () => this.#life.hasOthers;
    const isDone = await this.#keeping.doDue({ open, trim, purge, forget, hasOthers }, Date.now());
    // Else the alarm is set, and that is how long a contact is left alone that cannot be read.
    if (isDone) await this.#standing.resume();
  }
}
