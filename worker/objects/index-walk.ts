import { indexShardsOf, shardOf } from "../contact-indexes.ts";
import type { Board } from "../domain/index/board.ts";
import { WALK_STEP } from "../domain/index/index-limits.ts";
import { isFull, type WalkReason, type WalkState } from "../domain/index/walk-state.ts";
import { MODEL_CHANGE_HOLDS_MS } from "../domain/model-limits.ts";
import type { SiteId } from "../domain/site.ts";
import type { Env } from "../env.ts";
import { currentModels } from "../live-models.ts";
import { objectsOf } from "../site-objects.ts";
import type { IndexStore } from "../store/index-store.ts";

/** What a shard lends. */
interface Host {
  readonly env: Env;
  readonly site: SiteId;
  /** Of how many shards this is which. */
  readonly count: number;
  readonly shard: number;
  readonly store: IndexStore;
  board(): Board;
  /** Asks contacts for their entries, and tells of how many it has learnt something. */
  pull(objects: readonly string[]): Promise<number>;
  /** Sees to it that the alarm goes off by then, which takes the next step. */
  arm(at: number): Promise<void>;
}

/** The walk over all contacts of a shard, step by step as the alarm goes off: why, and how far it is, stands on disk. */
export class IndexWalk {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  get isOn(): boolean {
    const state = this.state();
    return state !== null && state.finishedAt === undefined;
  }

  /** Begins to ask all contacts; where that is under way it goes on, unless more is wanted now. */
  async begin(reason: WalkReason): Promise<void> {
    const now = Date.now();
    const current = this.state();
    if (this.isOn && (reason !== "repair" || current?.reason === "repair")) return;
    const phase = reason === "models" ? "entries" : "missing";
    this.#host.store.setWalk({ reason, phase, startedAt: now, after: "", asked: 0, mended: 0 });
    await this.#host.arm(now);
  }

  /**
   * A model is another one: asks all who are told under an old one, from the first on, as soon as every isolate knows it. A
   * walk for another reason sees to that at its end.
   */
  async reindex(): Promise<void> {
    const { store } = this.#host;
    const current = this.state();
    const isOther = this.isOn && current?.reason !== "models";
    if (store.isEmpty() || isOther) return;
    const now = Date.now();
    store.setWalk({ reason: "models", phase: "entries", startedAt: now, after: "", asked: 0, mended: 0 });
    await this.#host.arm(now + MODEL_CHANGE_HOLDS_MS);
  }

  /** The one that was begun last. */
  state(): WalkState | null {
    return this.#host.store.walk();
  }

  /** Goes on, if there is one under way. */
  async step(): Promise<void> {
    const state = this.state();
    if (!state || state.finishedAt !== undefined) return;
    const { objects, last } = await this.#next(state);
    const mended = state.mended + (await this.#host.pull(objects));
    // Meanwhile another one may have begun.
    const current = this.state();
    if (current?.startedAt !== state.startedAt || current.reason !== state.reason) return;
    const asked = state.asked + objects.length;
    const next: WalkState = { ...state, asked, mended, after: last ?? state.after };
    const hasPhase = last === undefined && state.phase === "missing" && state.reason !== "fill";
    this.#host.store.setWalk(
      last !== undefined
        ? next
        : hasPhase
          ? { ...next, phase: "entries", after: "" }
          : { ...next, finishedAt: Date.now() },
    );
    if (last !== undefined || hasPhase) return;
    if (state.reason === "fill") await this.#retireOld();
    // A model may have become another one on the way.
    const { versions } = await currentModels(this.#host.env, this.#host.site);
    if (state.reason !== "models" && this.#host.board().countBehind(versions) > 0) await this.reindex();
  }

  /** When all shards of a new division are full, those from before are let go of. */
  async #retireOld(): Promise<void> {
    const { now, before } = await indexShardsOf(this.#host.env, this.#host.site);
    const walks = await Promise.all(now.map((shard) => shard.walkState()));
    if (walks.some((walk) => !isFull(walk))) return;
    await Promise.all(before.map((shard) => shard.retire()));
  }

  /** Whom to ask next, and where the walk stands then; no `last` at the end of its phase. */
  async #next({
    reason,
    phase,
    after,
  }: WalkState): Promise<{ objects: string[]; last?: string | undefined }> {
    const { env, site, count, shard, store, board } = this.#host;
    if (phase === "missing") {
      const known = await objectsOf(env, site)
        .directory()
        .objectsAfter(after, WALK_STEP * count);
      const own = known.filter(({ object }) => shardOf(object, count) === shard && !store.has(object));
      return { objects: own.map(({ object }) => object), last: known.at(-1)?.hash };
    }
    const entries = store.after(after, WALK_STEP);
    if (reason !== "models") return { objects: entries, last: entries.at(-1) };
    const models = await currentModels(env, site);
    const isBehind = (object: string) => board().isBehind(object, models.versions);
    return { objects: entries.filter(isBehind), last: entries.at(-1) };
  }
}
