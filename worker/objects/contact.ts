import { DurableObject } from "cloudflare:workers";

import { dayOf, type Day } from "../../shared/day.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { lookUp } from "../../shared/seen.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import { clearedUntil } from "../domain/cleared-adjustment.ts";
import { createCompiledVersions } from "../domain/compiled-versions.ts";
import { describeContact, timelineOf } from "../domain/contact-view.ts";
import { crossingsOf, firstDay, type HeldModel } from "../domain/crossings.ts";
import { compileDocument, type LiveModel } from "../domain/frozen-model.ts";
import type { HeldVersion, ModelHistory } from "../domain/held-versions.ts";
import { createKeptScores } from "../domain/kept-scores.ts";
import { type ContactState, type Intake, newContact, takeIn } from "../domain/ledger.ts";
import { MAX_CROSSING_VERSIONS } from "../domain/model-limits.ts";
import type { ModelsInUse } from "../domain/models-in-use.ts";
import { previewOf, snapshotOf } from "../domain/score-answer.ts";
import type { SiteId } from "../domain/site.ts";
import type { Env } from "../env.ts";
import { currentModels } from "../live-models.ts";
import { objectsOf } from "../site-objects.ts";
import { createContactStore } from "../store/contact-store.ts";
import { meterSql } from "../store/metered-sql.ts";

export interface ScoreQuery {
  /** `undefined` means the site's default. */
  readonly model: string | undefined;
  readonly at: Day;
  readonly explain: boolean;
}

export interface PreviewQuery {
  readonly model: string;
  /** The draft's document, as JSON text; read and found right before. */
  readonly draft: string;
  readonly at: Day;
}

/** An answer as JSON text, or why there is none. */
export type Reading =
  | { readonly text: string; readonly etag?: string }
  | { readonly problem: "unknown_contact" | "unknown_model" };

const UNKNOWN_CONTACT = { problem: "unknown_contact" } as const;
const UNKNOWN_MODEL = { problem: "unknown_model" } as const;

/** One contact: loads its rows, lets the domain work, saves. */
export class Contact extends DurableObject<Env> {
  readonly #sql = meterSql(this.ctx.storage.sql);
  #store = this.#newStore();
  #state: ContactState | undefined;
  readonly #scores = createKeptScores();

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
   * Counts events. When the answer leaves, they are on disk (the output gate holds it back until then).
   * Rejects when they could not be written; nothing of them is counted then. Both ways as JSON text, of an
   * `Intake` and an `IngestAnswer`: passing objects between isolates costs several times as much.
   */
  async ingest(intakeJson: string): Promise<string> {
    const intake = JSON.parse(intakeJson) as Intake;
    // Where the models have to be asked for, that goes on beside the write.
    const models = intake.wantsScore ? orNone(currentModels(this.env, intake.site)) : undefined;
    const { site, ref } = intake;
    if (!this.#load()) await objectsOf(this.env, site).directory().register(ref);
    const state = this.#load() ?? newContact(site, ref, dayOf(intake.receivedAt));
    let answer: IngestAnswer;
    try {
      const result = takeIn(state, intake);
      if (result.accepted > 0) {
        this.#store.save(state, intake.receivedAt);
        this.#state = state;
        this.#scores.clear();
      }
      answer = { success: true, ...result };
    } catch (problem) {
      this.#forget();
      throw problem;
    }
    const model = (models instanceof Promise ? await models : models)?.find(undefined);
    return JSON.stringify(model ? withSnapshot(answer, state, model, dayOf(intake.receivedAt)) : answer);
  }

  /**
   * The day up to which resets have cleared all that an adjustment would count for; `null` where it would count, or
   * has been counted. Takes the JSON text of an `Intake` of it. Writes nothing.
   */
  async clearedUntil(intakeJson: string): Promise<Day | null> {
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
    const { site } = this.#load() ?? {};
    if (site === undefined) return UNKNOWN_CONTACT;
    const found = currentModels(this.env, site);
    const model = (found instanceof Promise ? await found : found).find(query.model);
    const state = this.#load();
    if (!state || !model) return state ? UNKNOWN_MODEL : UNKNOWN_CONTACT;
    return this.#scores.read(state, model, query.at, query.explain);
  }

  /** What a draft of a model would make of the contact (`PreviewResult`). Writes nothing. */
  async preview({ model, draft, at }: PreviewQuery): Promise<Reading> {
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
  describe(): Reading {
    const state = this.#load();
    if (!state) return UNKNOWN_CONTACT;
    return { text: JSON.stringify({ ...describeContact(state), storage: this.#sql.meter }) };
  }

  /** The facts by day, newest first, and the crossings under a model, default: the site's. Writes nothing. */
  async timeline(id?: string): Promise<Reading> {
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

/** What has been counted stays so, whether or not it can be scored. */
function orNone(models: ModelsInUse | Promise<ModelsInUse>): ModelsInUse | Promise<ModelsInUse | undefined> {
  return models instanceof Promise ? models.catch(() => undefined) : models;
}

function withSnapshot(
  answer: IngestAnswer,
  state: ContactState,
  model: CompiledModel,
  at: Day,
): IngestAnswer {
  try {
    return { ...answer, snapshot: snapshotOf(state.ref, state.total.facts, model, at) };
  } catch (problem) {
    console.error(problem);
    return answer;
  }
}

let lastDraft:
  | { readonly id: string; readonly text: string; readonly model: CompiledModel | undefined }
  | undefined;

/** A preview asks many contacts of one isolate about the same draft. It is no version yet: 0. */
function compileDraft(id: string, text: string): CompiledModel | undefined {
  if (lastDraft?.text !== text || lastDraft.id !== id) {
    lastDraft = { id, text, model: compileDocument(id, 0, text) };
  }
  return lastDraft.model;
}
