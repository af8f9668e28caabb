import { DurableObject } from "cloudflare:workers";

import type { Day } from "../../shared/day.ts";
import { modelHistory } from "../domain/held-versions.ts";
import {
  type Change,
  type Content,
  deleteModel,
  type Heads,
  liveModels,
  type ModelVersion,
  type Refusal,
  restoreOf,
  revisionOf,
  saveModel,
  type SaveModel,
  type SaveOutcome,
  STARTER,
  STARTER_HEAD,
  type VersionHead,
  withStarter,
} from "../domain/model-versions.ts";
import { pageOfChanges } from "../domain/models-in-use.ts";
import type { Expected } from "../domain/precondition.ts";
import type { Env } from "../env.ts";
import { meterSql } from "../store/metered-sql.ts";
import { createModelStore } from "../store/model-store.ts";

/**
 * A site's models with all their versions. Each method is one synchronous step, so that of two changes that
 * expect the same version only one is made.
 */
export class Models extends DurableObject<Env> {
  readonly #store = createModelStore(meterSql(this.ctx.storage.sql), (work) =>
    this.ctx.storage.transactionSync(work),
  );
  #heads: Heads | undefined;

  #load(): Heads {
    this.#heads ??= withStarter(this.#store.heads());
    return this.#heads;
  }

  #apply(change: Change): void {
    // What is not on disk must not be remembered: the next call loads again.
    this.#heads = undefined;
    this.#store.apply(change);
  }

  #version(id: string, version: number): ModelVersion | undefined {
    const stored = this.#store.version(id, version);
    return stored ?? (this.#isUntouched(id) && version === STARTER.version ? STARTER : undefined);
  }

  #content(head: VersionHead): Content {
    return this.#version(head.id, head.version) ?? { document: null, full: null };
  }

  #isUntouched(id: string): boolean {
    return id === STARTER.id && this.#load().get(id)?.revision === 0;
  }

  /** What has changed after a revision that the asker knows: JSON text of `ModelChanges`, `null` for nothing. */
  changes(since: number): string | null {
    const heads = this.#load();
    if (revisionOf(heads) <= since) return null;
    return JSON.stringify(pageOfChanges(heads, since, (head) => this.#content(head).full));
  }

  /** The models that there are, the default first. */
  list(): VersionHead[] {
    return liveModels(this.#load());
  }

  /** A version of a model; without `version` the live one. A deletion has no document. */
  read(id: string, version?: number): ModelVersion | Refusal {
    const head = this.#load().get(id);
    if (!head) return { kind: "unknown_model" };
    if (version !== undefined) return this.#version(id, version) ?? { kind: "unknown_version" };
    return head.deleted ? { kind: "unknown_model" } : { ...head, ...this.#content(head) };
  }

  /** The versions kept of a model, newest first, also of a deleted one; none of one that never was. */
  versions(id: string): VersionHead[] {
    return this.#isUntouched(id) ? [STARTER_HEAD] : this.#store.versions(id);
  }

  /** Makes a new version of what was read and found right, if the model is as expected. */
  save(save: SaveModel): SaveOutcome {
    const head = this.#load().get(save.id);
    const live = head && !head.deleted ? this.#content(head) : undefined;
    const decided = saveModel(this.#load(), save, live, Date.now());
    if (decided.kind !== "change") return decided;
    this.#apply(decided);
    return { kind: "saved", created: decided.created, head: decided.head };
  }

  /** Makes a new version with the document and the meaning of an old one. */
  restore(id: string, version: number, more: Pick<SaveModel, "expected" | "note" | "author">): SaveOutcome {
    const old = restoreOf(this.#version(id, version));
    if (old.kind !== "restore") return old;
    return this.save({ ...more, ...old.content, id, restored: version });
  }

  /** Deletes a model; its versions stay. */
  remove(id: string, expected: Expected | undefined): { readonly kind: "deleted" } | Refusal {
    const decided = deleteModel(this.#load(), id, expected, Date.now());
    if (decided.kind !== "change") return decided;
    this.#apply(decided);
    return { kind: "deleted" };
  }

  /** Which versions held from a day on, as JSON text of `ModelHistory`. */
  history(id: string, from: Day): string {
    return JSON.stringify(modelHistory(this.versions(id), from));
  }

  /** What a version means, written out in full as JSON text; `null` where there is nothing to score with. */
  full(id: string, version: number): string | null {
    return this.#version(id, version)?.full ?? null;
  }
}
