import { DurableObject } from "cloudflare:workers";

import { dayOf, type Day } from "../../shared/day.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import { describeContact, timelineOf } from "../domain/contact-view.ts";
import { type ContactState, type Intake, newContact, takeIn } from "../domain/ledger.ts";
import { scoreAnswer, snapshotOf } from "../domain/score-answer.ts";
import type { Env } from "../env.ts";
import { modelById } from "../models.ts";
import { createContactStore } from "../store/contact-store.ts";
import { meterSql } from "../store/metered-sql.ts";

/** The one directory of a site, until there are more sites. */
export const DIRECTORY_NAME = "site";

export interface ScoreQuery {
  readonly model: string;
  readonly at: Day;
  readonly explain: boolean;
}

/** Answers kept per contact: a page that asks again gets the same text until something happens. */
const KEPT_ANSWERS = 8;

/** One contact: loads its rows, lets the domain work, saves. */
export class Contact extends DurableObject<Env> {
  readonly #sql = meterSql(this.ctx.storage.sql);
  #store = this.#newStore();
  #state: ContactState | undefined;
  #answers = new Map<string, string>();

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
    this.#answers.clear();
  }

  /**
   * Counts events. When the answer leaves, they are on disk (the output gate holds it back until then).
   * Rejects when they could not be written; nothing of them is counted then. Both ways as JSON text, of an
   * `Intake` and an `IngestAnswer`: passing objects between isolates costs several times as much.
   */
  async ingest(intakeJson: string): Promise<string> {
    const intake = JSON.parse(intakeJson) as Intake;
    if (!this.#load()) await this.env.DIRECTORY.getByName(DIRECTORY_NAME).register(intake.ref);
    const state = this.#load() ?? newContact(intake.ref, dayOf(intake.receivedAt));
    try {
      const result = takeIn(state, intake);
      if (result.accepted > 0) {
        this.#store.save(state, intake.receivedAt);
        this.#state = state;
        this.#answers.clear();
      }
      const snapshot = snapshotOf(
        state.ref,
        state.total.facts,
        modelById(undefined),
        dayOf(intake.receivedAt),
      );
      return JSON.stringify({ success: true, ...result, snapshot } satisfies IngestAnswer);
    } catch (problem) {
      this.#forget();
      throw problem;
    }
  }

  /** The score as JSON text (`ScoreAnswer`), or `null` where nothing is known of the contact. Writes nothing. */
  score(query: ScoreQuery): string | null {
    const state = this.#load();
    if (!state) return null;
    const model = modelById(query.model);
    const key = `${query.model}\n${model.model.version}\n${query.at}\n${query.explain}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = JSON.stringify(scoreAnswer(state.ref, state.total.facts, model, query.at, query.explain));
      if (this.#answers.size >= KEPT_ANSWERS) this.#answers.clear();
      this.#answers.set(key, answer);
    }
    return answer;
  }

  /** What is stored, as JSON text. Writes nothing. */
  describe(): string | null {
    const state = this.#load();
    return state ? JSON.stringify({ ...describeContact(state), storage: this.#sql.meter }) : null;
  }

  /** The facts by day, newest first, as JSON text. Writes nothing. */
  timeline(): string | null {
    const state = this.#load();
    return state ? JSON.stringify(timelineOf(state)) : null;
  }
}
