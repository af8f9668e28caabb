import { shardName } from "./domain/object-names.ts";
import type { SiteId, SiteSettings } from "./domain/site.ts";
import type { Env } from "./env.ts";
import { settingsOf } from "./live-sites.ts";
import { placed } from "./placement.ts";

export type IndexShard = ReturnType<Env["INDEX"]["getByName"]>;

/** A site's shards, and those from before it chose another number of them, until nothing is asked of them any more. */
export interface IndexShards {
  readonly now: readonly IndexShard[];
  readonly before: readonly IndexShard[];
}

export async function indexShardsOf(env: Env, site: SiteId): Promise<IndexShards> {
  const { indexShards = 1, indexShardsBefore } = await settingsOf(env, site);
  return {
    now: allShards(env, site, indexShards),
    before: indexShardsBefore === undefined ? [] : allShards(env, site, indexShardsBefore),
  };
}

function allShards(env: Env, site: SiteId, count: number): IndexShard[] {
  return Array.from({ length: count }, (_, shard) => shardAt(env, site, count, shard));
}

function shardAt(env: Env, site: SiteId, count: number, shard: number): IndexShard {
  return placed(env.INDEX, env).getByName(shardName(site, count, shard));
}

/** The shard of a contact, by the number of its object. */
export function shardOf(object: string, count: number): number {
  return count === 1 ? 0 : Number.parseInt(object.slice(0, 8), 16) % count;
}

export function indexOf(env: Env, site: SiteId, object: string, settings: SiteSettings): IndexShard {
  const count = settings.indexShards ?? 1;
  return shardAt(env, site, count, shardOf(object, count));
}

/** Lets go of a contact everywhere. */
export async function removeFromIndex(
  env: Env,
  site: SiteId,
  object: string,
  deletedAt?: number,
): Promise<void> {
  const { indexShards = 1, indexShardsBefore } = await settingsOf(env, site);
  const counts = new Set([indexShards, ...(indexShardsBefore === undefined ? [] : [indexShardsBefore])]);
  await Promise.all(
    [...counts].map((count) => shardAt(env, site, count, shardOf(object, count)).remove(object, deletedAt)),
  );
}

/** After a model has become another one, which is done: where the index cannot be told now, the next list begins it. Never rejects. */
export async function reindex(env: Env, site: SiteId): Promise<void> {
  try {
    const { now } = await indexShardsOf(env, site);
    await Promise.all(now.map((shard) => shard.reindex()));
  } catch (problem) {
    console.error("The index could not be told of a changed model; the next list tells it.", problem);
  }
}
