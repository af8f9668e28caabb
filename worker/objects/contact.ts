import { DurableObject } from "cloudflare:workers";

import { dayOf, type Day } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { lookUp } from "../../shared/seen.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import { clearedUntil } from "../domain/cleared-adjustment.ts";
import { createCompiledVersions } from "../domain/compiled-versions.ts";
import { describeContact, timelineOf } from "../domain/contact-view.ts";
import { crossingsOf, firstDay, type HeldModel } from "../domain/crossings.ts";
import type { LiveModel } from "../domain/frozen-model.ts";
import type { HeldVersion, ModelHistory } from "../domain/held-versions.ts";
import { createKeptScores } from "../domain/kept-scores.ts";
import { type ContactState, type Intake, newContact, takeIn } from "../domain/ledger.ts";
import type { MergeOutcome, MergeRefusal } from "../domain/links.ts";
import { MAX_CROSSING_VERSIONS } from "../domain/model-limits.ts";
import { previewOf } from "../domain/score-answer.ts";
import type { SiteId } from "../domain/site.ts";
import type { Viewer } from "../domain/viewer.ts";
import { payFor, visitorWait, waitOf, waitText } from "../domain/visitor-limit.ts";
import type { Env } from "../env.ts";
import { currentModels } from "../live-models.ts";
import { objectsOf } from "../site-objects.ts";
import { createContactMoves } from "../store/contact-moves.ts";
import { createContactStore } from "../store/contact-store.ts";
import { meterSql } from "../store/metered-sql.ts";
import { ContactLinks, type MergeRequest, type SplitOutcome, type SplitRequest } from "./contact-links.ts";
import {
  type MaybeModels,
  orNone,
  type RefusedMerge,
  withHome,
  withSnapshot,
  withWarnings,
} from "./intake-answer.ts";
import { compileDraft } from "./last-draft.ts";
import { copied, type Reading, UNKNOWN_CONTACT, UNKNOWN_MODEL } from "./reading.ts";

export interface ScoreQuery {
  /** `undefined` means the site's default. */
  readonly model: string | undefined;
  readonly at: Day;
  readonly explain: boolean;
  /** In whose browser it is read; nobody's where the site itself asks. */
  readonly viewer?: Viewer;
}

export interface PreviewQuery {
  readonly model: string;
  /** The draft's document, as JSON text; read and found right before. */
  readonly draft: string;
  readonly at: Day;
}

export type { Reading } from "./reading.ts";

/** One contact: loads its rows, lets the domain work, saves. */
export class Contact extends DurableObject<Env> {
  readonly #sql = meterSql(this.ctx.storage.sql);
  #store = this.#newStore();
  #state: ContactState | undefined;
  readonly #scores = createKeptScores();
  readonly #links = new ContactLinks({
    env: this.env,
    storage: this.ctx.storage,
    moves: createContactMoves(this.#sql, (work) => this.ctx.storage.transactionSync(work)),
    load: () => this.#load(),
    forget: () => this.#forget(),
  });

  #newStore() {
    return createContactStore(this.#sql, (work) => this.ctx.storage.transactionSync(work));
  }

  #load(): ContactState | undefined {
    this.#state ??= this.#store.load(Date.now());
    return this.#state;
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
  async ingest(intakeJson: string): Promise<string> {
    const intake = JSON.parse(intakeJson) as Intake;
    const refused = intake.merges ? await this.#mergeAsked(intake) : [];
    const answer = await this.#take(intake);
    if (answer === "unknown") throw new Error(`nobody takes events of ${intake.source}`);
    return refused.length === 0 || waitOf(answer) > 0 ? answer : withWarnings(answer, refused);
  }

  /** Events of a contact that has been merged into this one, as it hands them on; `unknown` where it has not. */
  async takeFor(intakeJson: string): Promise<string> {
    const { ref } = this.#links.current ?? {};
    return ref === undefined ? "unknown" : this.#take({ ...(JSON.parse(intakeJson) as Intake), ref });
  }

  async #take(intake: Intake): Promise<string> {
    const { site, ref, source } = intake;
    for (;;) {
      const home = this.#links.isLeaving ? await this.#links.home() : undefined;
      if (home !== undefined) {
        const merge = this.#links.current?.moved?.id;
        const contact = objectsOf(this.env, site).contact(home);
        const answer = await contact.takeFor(JSON.stringify(intake));
        if (answer !== "unknown" || source !== ref) return answer;
        // It has its facts back by now, or its home is gone.
        await this.#links.leaveHome(merge);
        continue;
      }
      // Where the models have to be asked for, that goes on beside the write.
      const models = intake.wantsScore ? orNone(currentModels(this.env, site)) : undefined;
      if (!this.#load()) {
        if (source !== ref) return "unknown";
        await objectsOf(this.env, site).directory().register(ref);
      }
      // Meanwhile it may have been merged.
      if (this.#links.isLeaving) continue;
      const stance = this.#links.stanceOn(ref, source);
      if (stance === "unknown") return stance;
      if (stance === "own") return this.#count(intake, models);
      await this.#links.settle();
    }
  }

  async #count(intake: Intake, models: MaybeModels): Promise<string> {
    const { site, ref, receivedAt } = intake;
    const state = this.#load() ?? newContact(site, ref, dayOf(receivedAt));
    const wait = visitorWait(state, intake);
    if (wait > 0) return waitText(wait);
    let answer: IngestAnswer;
    try {
      const result = takeIn(state, intake);
      if (result.accepted > 0) {
        payFor(state, intake, result.accepted);
        this.#store.save(state, receivedAt);
        this.#state = state;
        this.#scores.clear();
      }
      answer = { success: true, ...result };
    } catch (problem) {
      this.#forget();
      throw problem;
    }
    if (intake.source !== ref && intake.wantsScore && !intake.isDirect) {
      answer = await withHome(answer, this.env, intake, this.ctx.id.toString());
    }
    const viewer = { source: intake.source, user: this.#userOf(state, intake.verified) };
    const model = (models instanceof Promise ? await models : models)?.find(undefined);
    return JSON.stringify(model ? withSnapshot(answer, state, viewer, model, dayOf(receivedAt)) : answer);
  }

  /** Does what a batch says of who its sender is, and tells of what is not done. */
  async #mergeAsked({ site, ref, merges = [] }: Intake) {
    const refused: RefusedMerge[] = [];
    for (const { into, index } of merges) {
      const outcome = await this.#links.merge({ site, ref, into, known: false });
      if (outcome !== "merged" && outcome !== "same") refused.push({ index, outcome });
    }
    return refused;
  }

  /** The user of a token, where that is who this contact is. */
  #userOf(state: ContactState, user: Ref | undefined): Ref | undefined {
    const isHere = user && this.#links.stanceOn(state.ref, user) === "own";
    return isHere ? user : undefined;
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

  settle(): Promise<void> {
    return this.#links.settle();
  }

  override alarm(): Promise<void> {
    return this.#links.resume();
  }

  /** The contact that this one has been merged into: it answers all that is asked of this one. */
  async #home() {
    const home = this.#links.isLeaving ? await this.#links.home() : undefined;
    const site = this.#links.current?.site;
    return home === undefined || site === undefined ? undefined : objectsOf(this.env, site).contact(home);
  }

  /**
   * The day up to which resets have cleared all that an adjustment would count for; `null` where it would count, or
   * has been counted. Takes the JSON text of an `Intake` of it. Writes nothing.
   */
  async clearedUntil(intakeJson: string): Promise<Day | null> {
    const home = await this.#home();
    if (home) return home.clearedUntil(intakeJson);
    const { site, source, events } = JSON.parse(intakeJson) as Intake;
    const models = await currentModels(this.env, site);
    const [adjustment] = events;
    const state = this.#load();
    const seen = state?.total.seen[source];
    if (!state || !adjustment || (seen && lookUp(seen, adjustment.id) === "seen")) return null;
    return clearedUntil(adjustment, state.total.facts, models) ?? null;
  }

  /** The score (`ScoreAnswer`), with a tag that stays the same as long as it does. Writes nothing. */
  async score(query: ScoreQuery): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.score(query));
    const { site } = this.#load() ?? {};
    if (site === undefined) return UNKNOWN_CONTACT;
    const found = currentModels(this.env, site);
    const model = (found instanceof Promise ? await found : found).find(query.model);
    const state = this.#load();
    if (!state || !model) return state ? UNKNOWN_MODEL : UNKNOWN_CONTACT;
    const { viewer, at, explain } = query;
    const seenBy = viewer && { source: viewer.source, user: this.#userOf(state, viewer.user) };
    return this.#scores.read(state, model, at, explain, seenBy);
  }

  /** What a draft of a model would make of the contact (`PreviewResult`). Writes nothing. */
  async preview(query: PreviewQuery): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.preview(query));
    const { model, draft, at } = query;
    const { site } = this.#load() ?? {};
    if (site === undefined) return UNKNOWN_CONTACT;
    const live = (await currentModels(this.env, site)).find(model);
    const drafted = compileDraft(model, draft);
    const state = this.#load();
    if (!state || !drafted) return state ? UNKNOWN_MODEL : UNKNOWN_CONTACT;
    return {
      text: JSON.stringify(previewOf(state.ref, state.total.facts, { live, draft: drafted }, at)),
    };
  }

  /** What is stored. Writes nothing. */
  async describe(): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.describe());
    const state = this.#load();
    if (!state) return UNKNOWN_CONTACT;
    const { absorbed } = this.#links.current ?? {};
    return { text: JSON.stringify({ ...describeContact(state, absorbed), storage: this.#sql.meter }) };
  }

  /** The facts by day, newest first, and the crossings under a model, default: the site's. Writes nothing. */
  async timeline(id?: string): Promise<Reading> {
    const home = await this.#home();
    if (home) return copied(await home.timeline(id));
    const { site } = this.#load() ?? {};
    if (site === undefined) return UNKNOWN_CONTACT;
    const model = (await currentModels(this.env, site)).find(id);
    if (!model) return UNKNOWN_MODEL;
    const today = dayOf(Date.now());
    const first = firstDay(this.#load()?.total.facts ?? {}) ?? today;
    const history = await objectsOf(this.env, site).models().history(model.id, first);
    const { complete, held } = JSON.parse(history) as ModelHistory;
    const models = await Promise.all(held.map((version) => this.#heldModel(site, model, version)));
    const state = this.#load();
    if (!state) return UNKNOWN_CONTACT;
    const crossings = crossingsOf({ complete, held: models }, state.total.facts, today);
    const { contact, days } = timelineOf(state);
    return {
      text: JSON.stringify({ contact, model: model.id, version: model.version, crossings, days }),
    };
  }

  async #heldModel(site: SiteId, live: LiveModel, { version, at, deleted }: HeldVersion): Promise<HeldModel> {
    if (deleted) return { version, at, model: undefined };
    if (version === live.version) return { version, at, model: live };
    const models = objectsOf(this.env, site).models();
    const model = await compiledVersions.find(site, live.id, version, () => models.full(live.id, version));
    return { version, at, model };
  }
}

/** Of one isolate: its contacts are asked about the same versions. */
const compiledVersions = createCompiledVersions(MAX_CROSSING_VERSIONS);
