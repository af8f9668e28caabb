import type { Day } from "../../shared/day.ts";
import { lookUp } from "../../shared/seen.ts";
import { clearedUntil } from "../domain/cleared-adjustment.ts";
import { exportTexts } from "../domain/contact-export.ts";
import { describeContact, identityOf, timelineOf } from "../domain/contact-view.ts";
import type { Crossing } from "../domain/crossings.ts";
import type { KeptScores } from "../domain/kept-scores.ts";
import type { ContactState, Intake } from "../domain/ledger.ts";
import { refsOfContact } from "../domain/links.ts";
import { allOf } from "../domain/models-in-use.ts";
import { withRecorded } from "../domain/recorded-crossings.ts";
import { previewOf } from "../domain/score-answer.ts";
import type { Viewer } from "../domain/viewer.ts";
import type { Env } from "../env.ts";
import { currentModels } from "../live-models.ts";
import { objectsOf } from "../site-objects.ts";
import type { CrossingStore } from "../store/crossing-store.ts";
import type { MeteredSql } from "../store/metered-sql.ts";
import type { ContactKeeping } from "./contact-keeping.ts";
import type { ContactLinks } from "./contact-links.ts";
import type { ContactSnapshots } from "./contact-snapshots.ts";
import { crossingsUnder } from "./crossings-of.ts";
import { compileDraft } from "./last-draft.ts";
import { copied, type Reading, UNKNOWN_CONTACT, UNKNOWN_MODEL, withToken } from "./reading.ts";
import { streamOf } from "./text-stream.ts";

export interface ScoreQuery {
  /** `undefined` means the site's default. */
  readonly model: string | undefined;
  readonly at: Day;
  readonly explain: boolean;
  /** In whose browser it is read; nobody's where the site itself asks. */
  readonly viewer?: Viewer;
  /** The day, where that viewer is told a signed snapshot of it, too. */
  readonly signedFor?: Day;
}

export interface PreviewQuery {
  readonly model: string;
  /** The draft's document, as JSON text; read and found right before. */
  readonly draft: string;
  readonly at: Day;
}

export interface StandingsQuery {
  readonly at: Day;
  /** In whose browser it is read; nobody's where the site itself asks. */
  readonly viewer: Viewer | undefined;
}

/** What a contact lends to those who read it. */
interface Host {
  readonly env: Env;
  readonly storage: DurableObjectStorage;
  readonly meter: MeteredSql["meter"];
  readonly links: ContactLinks;
  readonly keeping: ContactKeeping;
  readonly scores: KeptScores;
  readonly snapshots: ContactSnapshots;
  readonly crossings: CrossingStore;
  load(): ContactState | undefined;
  /** The contact as it may be shown; `undefined` where there is none. */
  open(): Promise<ContactState | undefined>;
  /** Who is reading, as far as that is so here. */
  seenBy(state: ContactState, viewer: Viewer): Viewer;
}

/** All that is read of a contact. Writes nothing. Of one that has been merged into another one the other answers. */
export class ContactReadings {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The contact that this one has been merged into: it answers all that is asked of this one. */
  async #home() {
    const { links, env } = this.#host;
    const home = links.isLeaving ? await links.home() : undefined;
    const site = links.current?.site;
    return home === undefined || site === undefined ? undefined : objectsOf(env, site).contact(home);
  }

  async clearedUntil(intakeJson: string): Promise<Day | null> {
    const home = await this.#home();
    if (home) return home.clearedUntil(intakeJson);
    const { site, source, events } = JSON.parse(intakeJson) as Intake;
    const models = await currentModels(this.#host.env, site);
    const [adjustment] = events;
    const state = this.#host.load();
    const seen = state?.total.seen[source];
    if (!state || !adjustment || (seen && lookUp(seen, adjustment.id) === "seen")) return null;
    return clearedUntil(adjustment, state.total.facts, models) ?? null;
  }

  async score(query: ScoreQuery): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.score(query));
    const { site } = (await this.#host.open()) ?? {};
    if (site === undefined) return UNKNOWN_CONTACT;
    const found = currentModels(this.#host.env, site);
    const models = found instanceof Promise ? await found : found;
    const model = models.find(query.model);
    const state = this.#host.load();
    if (!state || !model) return state ? UNKNOWN_MODEL : UNKNOWN_CONTACT;
    const { viewer, at, explain, signedFor } = query;
    const seenBy = viewer && this.#host.seenBy(state, viewer);
    const kept = this.#host.scores.read(state, model, at, explain, seenBy);
    const token =
      seenBy && signedFor !== undefined
        ? await this.#host.snapshots.token(state, seenBy, models, signedFor)
        : undefined;
    return token === undefined ? kept : withToken(kept, token);
  }

  async lead(at: Day, asked: readonly string[] | undefined): Promise<string> {
    const home = await this.#home();
    if (home) return home.lead(at, asked);
    const { site } = (await this.#host.open()) ?? {};
    if (site === undefined) return UNKNOWN_CONTACT.problem;
    const found = currentModels(this.#host.env, site);
    const models = found instanceof Promise ? await found : found;
    const state = this.#host.load();
    if (!state) return UNKNOWN_CONTACT.problem;
    return this.#host.scores.lead(state, models, at, asked) ?? UNKNOWN_MODEL.problem;
  }

  async standings(query: StandingsQuery): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.standings(query));
    const { site } = (await this.#host.open()) ?? {};
    if (site === undefined) return UNKNOWN_CONTACT;
    const models = allOf(await currentModels(this.#host.env, site));
    const state = this.#host.load();
    if (!state) return UNKNOWN_CONTACT;
    const { viewer, at } = query;
    return this.#host.scores.readAll(state, models, at, viewer && this.#host.seenBy(state, viewer));
  }

  async preview(query: PreviewQuery): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.preview(query));
    const { model, draft, at } = query;
    const { site } = (await this.#host.open()) ?? {};
    if (site === undefined) return UNKNOWN_CONTACT;
    const live = (await currentModels(this.#host.env, site)).find(model);
    const drafted = compileDraft(model, draft);
    const state = this.#host.load();
    if (!state || !drafted) return state ? UNKNOWN_MODEL : UNKNOWN_CONTACT;
    return {
      text: JSON.stringify(previewOf(state.ref, state.total.facts, { live, draft: drafted }, at)),
    };
  }

  async describe(): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.describe());
    const state = await this.#host.open();
    if (!state) return UNKNOWN_CONTACT;
    const { absorbed } = this.#host.links.current ?? {};
    return { text: JSON.stringify({ ...describeContact(state, absorbed), storage: this.#host.meter }) };
  }

  async timeline(id?: string): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.timeline(id));
    const { site } = (await this.#host.open()) ?? {};
    if (site === undefined) return UNKNOWN_CONTACT;
    const model = (await currentModels(this.#host.env, site)).find(id);
    if (!model) return UNKNOWN_MODEL;
    const facts = () => this.#host.load()?.total.facts;
    const derived = await crossingsUnder(this.#host.env, site, model, facts);
    const crossings = derived && withRecorded(derived, this.#host.crossings.all(), model.id);
    const state = this.#host.load();
    if (!state) return UNKNOWN_CONTACT;
    const { contact, days } = timelineOf(state);
    const identity = identityOf(state, this.#host.links.current?.absorbed);
    return {
      text: JSON.stringify({ contact, model: model.id, version: model.version, crossings, identity, days }),
    };
  }

  async export(): Promise<ReadableStream<Uint8Array> | null> {
    const home = await this.#home();
    if (home) return home.export();
    const { env, storage, links, keeping, load } = this.#host;
    const { site, ref } = (await this.#host.open()) ?? {};
    if (site === undefined || ref === undefined) return null;
    const models = await currentModels(env, site);
    const directory = await objectsOf(env, site).directory().aboutAll(refsOfContact(ref, links.current));
    const facts = () => load()?.total.facts;
    const live = allOf(models);
    const crossings = new Map<string, readonly Crossing[]>();
    for (const model of live) {
      const derived = (await crossingsUnder(env, site, model, facts)) ?? [];
      crossings.set(model.id, withRecorded(derived, this.#host.crossings.all(), model.id));
    }
    const lookAgainAt = await storage.getAlarm();
    const state = load();
    if (!state) return null;
    const held = {
      models: live,
      crossings,
      directory: directory.map((each) => ({ ...each })),
      keeping: keeping.known,
      lookAgainAt,
      links: links.current,
    };
    // All of it is of this moment, however slowly it is read.
    return streamOf([...exportTexts(state, held, Date.now())]);
  }
}
