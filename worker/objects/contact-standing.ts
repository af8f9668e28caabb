import { DAY_MS, type Day, dayOf } from "../../shared/day.ts";
import { outlookOf } from "../../shared/outlook/outlook.ts";
import { writeOutlook } from "../../shared/outlook/write-outlook.ts";
import { isBehind, lookAt, nextCrossing, type Found, type Stands } from "../domain/band-marks.ts";
import type { CrossingCause, CrossingRecord } from "../domain/crossing-record.ts";
import { headOf, lastSeenOf, noteOf, personOf } from "../domain/index/contact-entry.ts";
import type { IndexEntry, IndexOutlook } from "../domain/index/entry.ts";
import type { ContactState } from "../domain/ledger.ts";
import type { ModelsInUse } from "../domain/models-in-use.ts";
import type { Env } from "../env.ts";
import { tellIndex } from "../index-notes.ts";
import { currentModels } from "../live-models.ts";
import { objectsOf } from "../site-objects.ts";
import type { CrossingStore } from "../store/crossing-store.ts";
import type { ContactKeeping } from "./contact-keeping.ts";
import type { ContactLinks } from "./contact-links.ts";

/** What a contact lends to what tells others where it stands. */
interface Host {
  readonly env: Env;
  /** The number of its object. */
  readonly object: string;
  readonly crossings: CrossingStore;
  readonly keeping: ContactKeeping;
  readonly links: ContactLinks;
  load(): ContactState | undefined;
  /** The contact as it may be shown; `undefined` where there is none. */
  open(): Promise<ContactState | undefined>;
  /** Writes the contact, and in the same transaction the crossings that were found. */
  save(state: ContactState, now: number, crossings: readonly CrossingRecord[]): void;
  /** Writes crossings that nothing new has brought. */
  record(state: ContactState, crossings: readonly CrossingRecord[]): void;
  forget(): void;
}

/** What could not be done is done again after this, and twice as long each time; at the latest after the other. */
const AGAIN_MS = 60_000;
const MAX_AGAIN_MS = 6 * 60 * AGAIN_MS;

/** Where a contact stands under the models of its site: which bands it has crossed into, whom that is told, and what the index knows of it. */
export class ContactStanding {
  readonly #host: Host;

  #handingOn: Promise<void> | undefined;
  #againMs = AGAIN_MS;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Crossings that time or another version of a model has brought, before anything new is counted. */
  before(state: ContactState, models: ModelsInUse | undefined, now: number): Found | undefined {
    return models && isBehind(state.marks, models, dayOf(now)) ? look(state, models, now) : undefined;
  }

  /**
   * Saves what was counted, with the crossings that it brings; then tells who wants to know. Where the contact stands now; `undefined`
   * where it could not be scored.
   */
  save(
    state: ContactState,
    models: ModelsInUse | undefined,
    now: number,
    cause: CrossingCause,
    before?: Found,
  ): Stands | undefined {
    if (before) state.marks = before.marks;
    const found = models && look(state, models, now, cause);
    if (found) state.marks = found.marks;
    const crossings = [...(before?.crossings ?? []), ...(found?.crossings ?? [])];
    this.#host.save(state, now, crossings);
    if (found) this.#tell(state, found, crossings.length > 0, now);
    return found?.stands;
  }

  async #settle(cause?: CrossingCause): Promise<void> {
    try {
      const state = await this.#host.open();
      if (!state) return;
      const models = await currentModels(this.#host.env, state.site);
      const current = this.#host.load();
      if (!current || this.#host.links.isLeaving) return;
      const now = Date.now();
      const found = lookAt(current, models, now, newCrossingId, cause);
      if (found.crossings.length > 0) {
        current.marks = found.marks;
        current.revision += 1;
        this.#host.record(current, found.crossings);
      }
      this.#tell(current, found, found.crossings.length > 0, now);
    } catch (problem) {
      this.#host.forget();
      throw problem;
    }
  }

  /**
   * What the contact's alarm does for this: looks whether a band has been left by now, and hands on what
   * nobody has been told of. Never rejects.
   */
  async resume(cause?: CrossingCause): Promise<void> {
    try {
      await this.#settle(cause);
      await this.#handOn();
      this.#againMs = AGAIN_MS;
    } catch (problem) {
      console.error("A contact's bands could not be looked at or told of, and that is tried again.", problem);
      this.#tryAgain();
    }
  }

  #tryAgain(): void {
    this.#host.keeping.arm(Date.now() + this.#againMs);
    this.#againMs = Math.min(this.#againMs * 2, MAX_AGAIN_MS);
  }

  /** All that the index keeps of the contact; `null` where there is none here. */
  async entry(): Promise<IndexEntry | null> {
    const { env, object, links } = this.#host;
    if (links.isLeaving) return null;
    const opened = await this.#host.open();
    if (!opened) return null;
    const models = await currentModels(env, opened.site);
    const now = Date.now();
    // Another version of a model, or another day, may have moved it; then that is told first.
    if (isBehind(opened.marks, models, dayOf(now))) await this.#settle();
    const state = this.#host.load();
    if (!state || links.isLeaving) return null;
    const outlooks: Record<string, IndexOutlook> = {};
    for (const id of models.order) {
      const model = models.find(id);
      if (model)
        outlooks[id] = {
          version: model.version,
          bytes: writeOutlook(outlookOf(model, state.total.facts, dayOf(now))),
        };
    }
    const head = headOf(object, state, links.current, lastSeenOf(state.total.facts));
    return { ...head, person: personOf(state, links.current), outlooks };
  }

  #tell(state: ContactState, found: Found, hasCrossed: boolean, now: number): void {
    const { env, object, keeping, links } = this.#host;
    // Should this end before a crossing is handed on, the alarm does it; and it sees to the next time.
    if (hasCrossed && !keeping.isRinging) keeping.arm(now + AGAIN_MS);
    else this.#armForNext(found);
    if (hasCrossed) {
      void this.#handOn().catch((problem: unknown) => {
        console.error("A crossing could not be handed on, and is handed on again.", problem);
        this.#tryAgain();
      });
    }
    tellIndex(
      env,
      state.site,
      noteOf(object, state, links.current, found.stands, lastSeenOf(state.total.facts), now),
      hasCrossed,
    );
  }

  #armForNext({ stands }: Found): void {
    const { keeping } = this.#host;
    const armed = keeping.alarmAt;
    const next = nextCrossing(stands, armed === undefined ? undefined : dayOf(armed) + 1);
    if (next !== undefined) keeping.arm(this.#timeOn(next));
  }

  /** Soon after the day has begun, and not all contacts at once. */
  #timeOn(day: Day): number {
    return day * DAY_MS + (Number.parseInt(this.#host.object.slice(0, 6), 16) % SPREAD_MS);
  }

  /** Hands on what nobody has been told of; what has been broken off again. */
  #handOn(): Promise<void> {
    this.#handingOn ??= this.#handOnAll().finally(() => {
      this.#handingOn = undefined;
    });
    return this.#handingOn;
  }

  async #handOnAll(): Promise<void> {
    const { env, crossings, load, links } = this.#host;
    for (;;) {
      const untold = crossings.untold();
      const site = load()?.site ?? links.current?.site;
      if (untold.length === 0 || site === undefined) return;
      await objectsOf(env, site).deliveries().take(JSON.stringify(untold));
      crossings.tell(new Set(untold.map(({ id }) => id)));
    }
  }
}

/** Ten minutes. */
const SPREAD_MS = 600_000;

/** What is counted stays so, whether or not it can be scored. */
function look(
  state: ContactState,
  models: ModelsInUse,
  now: number,
  cause?: CrossingCause,
): Found | undefined {
  try {
    return lookAt(state, models, now, newCrossingId, cause);
  } catch (problem) {
    console.error("A contact could not be scored.", problem);
    return undefined;
  }
}

/** 128 random bits. */
function newCrossingId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `cr_${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
