import type { Context } from "hono";

import { type IndexShard, indexShardsOf } from "../contact-indexes.ts";
import type { LiveModel } from "../domain/frozen-model.ts";
import { type MergedPage, mergePages } from "../domain/index/merge-pages.ts";
import type { IndexPage, IndexQuery, PageStart } from "../domain/index/query.ts";
import {
  BadQuery,
  checkAgainst,
  type ListQuery,
  readListQuery,
  type Search,
} from "../domain/index/read-query.ts";
import { isFull, type WalkState } from "../domain/index/walk-state.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { currentModels } from "../live-models.ts";

/** What a reader asks a site's index: the address, held against the model. */
export interface RankedQuestion extends ListQuery {
  readonly query: IndexQuery;
  readonly model: LiveModel;
}

/** Throws `invalid_query`, `unknown_model`. */
export async function questionOf(
  c: Context<AppEnv>,
  search: Search = [...new URL(c.req.url).searchParams],
): Promise<RankedQuestion> {
  try {
    const list = readListQuery(search);
    const models = await currentModels(c.env, c.var.access.site);
    const model = models.find(c.req.query("model")?.trim() || undefined);
    if (!model) throw new ApiError("unknown_model");
    checkAgainst(model, list.filters);
    const { id, version } = model;
    return { ...list, model, query: { ...list.filters, model: id, version, versions: models.versions } };
  } catch (problem) {
    if (problem instanceof BadQuery) throw new ApiError("invalid_query", { message: problem.message });
    throw problem;
  }
}

export type Starts = readonly (PageStart | null)[];

/** A part of the ranking, of all shards together, and what each of them says. */
export async function rankedPage(
  c: Context<AppEnv>,
  query: IndexQuery,
  limit: number,
  starts: Starts | undefined,
): Promise<MergedPage & { readonly pages: readonly IndexPage[] }> {
  const text = JSON.stringify(query);
  const pages = await askShards<IndexPage>(
    c,
    (shard, start) => shard.page(text, limit, start ?? undefined),
    starts,
  );
  return { ...mergePages(pages, limit, starts), pages };
}

/**
 * Asks all shards of a site; where it has divided its index anew, also those from before until the new ones have all. Throws
 * `invalid_cursor` where a reader began when there were others.
 */
export async function askShards<T extends { readonly walk: WalkState | null }>(
  c: Context<AppEnv>,
  ask: (shard: IndexShard, start: PageStart | null) => Promise<string>,
  starts?: Starts,
): Promise<T[]> {
  const { now, before } = await indexShardsOf(c.env, c.var.access.site);
  const askAll = (shards: readonly IndexShard[], from: number) =>
    Promise.all(
      shards.map(async (shard, i) => JSON.parse(await ask(shard, starts?.[from + i] ?? null)) as T),
    );
  if (starts && starts.length !== now.length && starts.length !== now.length + before.length) {
    throw new ApiError("invalid_cursor");
  }
  const answers = await askAll(now, 0);
  if (before.length === 0 || answers.every(({ walk }) => isFull(walk))) return answers;
  await Promise.all(now.map((shard) => shard.fill()));
  return [...answers, ...(await askAll(before, now.length))];
}
