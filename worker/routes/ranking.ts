import { Hono } from "hono";

import { dayOf, dayToIso } from "../../shared/day.ts";
import { type IndexShards, indexShardsOf } from "../contact-indexes.ts";
import { contentHash } from "../domain/frozen-model.ts";
import { MAX_WATCHED_CHARS } from "../domain/index/index-limits.ts";
import type { IndexCounts, IndexPage, IndexStatus } from "../domain/index/query.ts";
import type { WalkState } from "../domain/index/walk-state.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import { LIVE_PROTOCOL } from "../middleware/keys.ts";
import { formatCursor, parseCursor } from "./list-cursor.ts";
import { askShards, questionOf, rankedPage, type Starts } from "./ranked-pages.ts";

/** The contacts of a site, ranked by a model as of now. */
export const ranking = new Hono<AppEnv>();

ranking.get("/", async (c) => {
  const { query, model, limit, cursor } = await questionOf(c);
  const question = contentHash(JSON.stringify(query));
  const { rows, next, pages } = await rankedPage(c, query, limit, startsOf(cursor, question));
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
        /** Contacts that are left out, as they could not be asked just now who they are. */
        unnamed: sum((page) => page.unnamed),
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
  const { query, model } = await questionOf(c);
  const counts = new Map<string | null, number>();
  const shards = await askShards<IndexCounts>(c, (shard) => shard.count(JSON.stringify(query)));
  for (const { bands } of shards) {
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
      freshness: { unnamed: shards.reduce((total, { unnamed }) => total + unnamed, 0) },
    }),
  );
});

/** Streams what changes of those that the address asks for, over a WebSocket. */
ranking.get("/live", async (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") throw new ApiError("websocket_required");
  const { query, cursor } = await questionOf(c);
  if (cursor !== undefined)
    throw new ApiError("invalid_query", { message: '"cursor" is of a list; nothing is paged here.' });
  const { now } = await indexShardsOf(c.env, c.var.access.site);
  const [first] = now;
  if (!first) throw new ApiError("unavailable");
  const protocol =
    c.req.header("sec-websocket-protocol") === undefined ? {} : { "sec-websocket-protocol": LIVE_PROTOCOL };
  // Those who watch are told of one model.
  const watched = JSON.stringify({ ...query, versions: [] });
  if (watched.length > MAX_WATCHED_CHARS) throw new ApiError("invalid_query", { message: TOO_LONG_TO_WATCH });
  const { kid } = c.var.access;
  const asked = new URLSearchParams({ query: watched, ...(kid === undefined ? {} : { kid }) });
  const answer = await first.fetch(`https://index/?${asked.toString()}`, {
    headers: { upgrade: "websocket", ...protocol },
  });
  if (answer.status === 503) throw new ApiError("too_many_watchers");
  return answer;
});

const TOO_LONG_TO_WATCH = `A question that is watched has at most ${MAX_WATCHED_CHARS} characters, written as JSON. Ask for fewer traits or names.`;

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

function startsOf(text: string | undefined, question: string): Starts | undefined {
  if (text === undefined) return undefined;
  const cursor = parseCursor(text);
  if (!cursor || cursor.question !== question) throw new ApiError("invalid_cursor");
  return cursor.starts;
}
