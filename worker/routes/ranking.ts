import { type Context, Hono } from "hono";

import { dayOf, dayToIso } from "../../shared/day.ts";
import { type IndexShard, type IndexShards, indexShardsOf } from "../contact-indexes.ts";
import type { LiveModel } from "../domain/frozen-model.ts";
import { contentHash } from "../domain/frozen-model.ts";
import { mergePages } from "../domain/index/merge-pages.ts";
import type { IndexCounts, IndexPage, IndexQuery, IndexStatus, PageStart } from "../domain/index/query.ts";
import { BadQuery, checkAgainst, type ListQuery, readListQuery } from "../domain/index/read-query.ts";
import { isFull, type WalkState } from "../domain/index/walk-state.ts";
import type { SiteId } from "../domain/site.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { currentModels } from "../live-models.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import { LIVE_PROTOCOL } from "../middleware/keys.ts";
import { formatCursor, parseCursor } from "./list-cursor.ts";

/** The contacts of a site, ranked by a model as of now. */
export const ranking = new Hono<AppEnv>();

ranking.get("/", async (c) => {
  const { site } = c.var.access;
  const { query, model, limit, cursor } = await questionOf(c, site);
  const question = contentHash(JSON.stringify(query));
  const starts = startsOf(cursor, question);
  const pages = await askShards<IndexPage>(
    c,
    (shard, start) => shard.page(JSON.stringify(query), limit, start ?? undefined),
    starts,
  );
  const { rows, next } = mergePages(pages, limit, starts);
  const sum = (count: (page: IndexPage) => number) => pages.reduce((total, page) => total + count(page), 0);
  const behind = sum((page) => page.behind);
  const now = Date.now();
  return jsonAnswer(
    JSON.stringify({
      contacts: rows.map(({ object: _object, units: _units, offset: _offset, ...row }) => row),
      ...(next ? { cursor: formatCursor({ question, starts: next }) } : {}),
      asOf: new Date(now).toISOString(),
      day: dayToIso(dayOf(now)),
      model: model.id,
      version: model.version,
      freshness: {
        unsure: sum((page) => page.unsure),
        /** Contacts that still stand in it as an older version had them. */
        behind,
        walks: pages.flatMap(({ walk }) => (walk && walk.finishedAt === undefined ? [walk.reason] : [])),
      },
    }),
  );
});

/** How many contacts are in each band. */
ranking.get("/counts", async (c) => {
  const { site } = c.var.access;
  const { query, model } = await questionOf(c, site);
  const counts = new Map<string | null, number>();
  for (const { bands } of await askShards<IndexCounts>(c, (shard) => shard.count(JSON.stringify(query)))) {
    for (const [band, count] of bands) counts.set(band, (counts.get(band) ?? 0) + count);
  }
  const named = [...model.full.bands.map(({ name }) => name), null];
  return jsonAnswer(
    JSON.stringify({
      model: model.id,
      version: model.version,
      asOf: new Date().toISOString(),
      bands: named.map((band) => ({ band, contacts: counts.get(band) ?? 0 })),
      contacts: [...counts.values()].reduce((total, count) => total + count, 0),
    }),
  );
});

/** Streams what changes of those that the address asks for, over a WebSocket. */
ranking.get("/live", async (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") throw new ApiError("websocket_required");
  const { site } = c.var.access;
  const { query, cursor } = await questionOf(c, site);
  if (cursor !== undefined)
    throw new ApiError("invalid_query", { message: '"cursor" is of a list; nothing is paged here.' });
  const { now } = await indexShardsOf(c.env, site);
  const [first] = now;
  if (!first) throw new ApiError("unavailable");
  const protocol =
    c.req.header("sec-websocket-protocol") === undefined ? {} : { "sec-websocket-protocol": LIVE_PROTOCOL };
  const address = `https://index/?query=${encodeURIComponent(JSON.stringify(query))}`;
  return first.fetch(address, { headers: { upgrade: "websocket", ...protocol } });
});

/** How the index is: its shards, and what they are about. */
ranking.get("/index", async (c) => indexAnswer(await indexShardsOf(c.env, c.var.access.site)));

/** Asks all contacts where they stand, and mends what the index has otherwise. */
ranking.post("/index/repair", async (c) => {
  const shards = await indexShardsOf(c.env, c.var.access.site);
  await Promise.all(shards.now.map((shard) => shard.repair()));
  return indexAnswer(shards);
});

async function indexAnswer({ now }: IndexShards): Promise<Response> {
  const shards = await Promise.all(now.map(async (shard) => JSON.parse(await shard.status()) as IndexStatus));
  return jsonAnswer(
    JSON.stringify({
      shards: shards.map(({ walk, ...status }) => ({ ...status, walk: walk && walkView(walk) })),
    }),
  );
}

function walkView({ reason, startedAt, asked, mended, finishedAt }: WalkState) {
  return {
    reason,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: finishedAt === undefined ? null : new Date(finishedAt).toISOString(),
    asked,
    mended,
  };
}

/** Throws `invalid_query`, `unknown_model`. */
async function questionOf(
  c: Context<AppEnv>,
  site: SiteId,
): Promise<ListQuery & { query: IndexQuery; model: LiveModel }> {
  try {
    const list = readListQuery([...new URL(c.req.url).searchParams]);
    const models = await currentModels(c.env, site);
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

function startsOf(text: string | undefined, question: string): readonly (PageStart | null)[] | undefined {
  if (text === undefined) return undefined;
  const cursor = parseCursor(text);
  if (!cursor || cursor.question !== question) throw new ApiError("invalid_cursor");
  return cursor.starts;
}

/**
 * Asks all shards of a site; where it has divided its index anew, also those from before until the new ones have all. Throws
 * `invalid_cursor` where a reader began when there were others.
 */
async function askShards<T extends { readonly walk: WalkState | null }>(
  c: Context<AppEnv>,
  ask: (shard: IndexShard, start: PageStart | null) => Promise<string>,
  starts?: readonly (PageStart | null)[],
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
