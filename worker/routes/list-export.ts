import { type Context, Hono } from "hono";

import { dayOf, dayToIso } from "../../shared/day.ts";
import { MAX_PAGE } from "../domain/index/index-limits.ts";
import type { IndexQuery } from "../domain/index/query.ts";
import { BadQuery } from "../domain/index/read-query.ts";
import { type ExportQuery, MAX_TRAIT_COLUMNS, readExportQuery } from "../domain/inout/export-query.ts";
import { csvHeader, csvOf, type ListedContact } from "../domain/inout/list-columns.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { CORS } from "../middleware/cors.ts";
import { streamOfSteps } from "../objects/text-stream.ts";
import { questionOf, type RankedQuestion, rankedPage, type Starts } from "./ranked-pages.ts";

/** The ranked list as a file. */
export const listExport = new Hono<AppEnv>();

const TYPES = { csv: "text/csv; charset=utf-8; header=present", ndjson: "application/x-ndjson" } as const;

listExport.get("/export", async (c) => {
  const { format, traits, search } = exportOf(c);
  const question = await questionOf(c, search);
  const columns = format === "csv" ? (traits ?? (await traitsOf(c, question))) : [];
  const texts = format === "csv" ? csvTexts(c, question, columns) : jsonTexts(c, question, traits);
  const name = `contacts-${question.model.id}-${dayToIso(dayOf(Date.now()))}.${format}`;
  return new Response(await streamOfSteps(texts), {
    headers: {
      ...CORS,
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "private, no-store",
    },
  });
});

function exportOf(c: Context<AppEnv>): ExportQuery {
  try {
    return readExportQuery([...new URL(c.req.url).searchParams], c.req.header("accept") ?? "");
  } catch (problem) {
    if (problem instanceof BadQuery) throw new ApiError("invalid_query", { message: problem.message });
    throw problem;
  }
}

/** All that the question is about, page by page: no more than one is in memory. */
async function* pagesOf(
  c: Context<AppEnv>,
  { query, model }: RankedQuestion,
): AsyncGenerator<readonly ListedContact[]> {
  let starts: Starts | undefined;
  do {
    const { rows, next } = await wholePage(c, query, starts);
    yield rows.map(({ object: _object, units: _units, offset: _offset, version, ...row }) => ({
      ...row,
      model: model.id,
      version: version ?? model.version,
    }));
    starts = next;
  } while (starts);
}

/** Waits where not all of a page can be named just now: a file that ends has nobody left out. Throws `unavailable`. */
async function wholePage(c: Context<AppEnv>, query: IndexQuery, starts: Starts | undefined) {
  let giveUpAt = Date.now() + PATIENCE_MS;
  let fewest = Infinity;
  for (;;) {
    const page = await rankedPage(c, query, MAX_PAGE, starts);
    const unnamed = page.pages.reduce((sum, each) => sum + each.unnamed, 0);
    if (unnamed === 0) return page;
    if (unnamed < fewest) giveUpAt = Date.now() + PATIENCE_MS;
    fewest = Math.min(fewest, unnamed);
    if (Date.now() >= giveUpAt) throw new ApiError("unavailable");
    await scheduler.wait(PAUSE_MS);
  }
}

/** For so long it is waited while no more contacts can be asked: each may have to be loaded, and waited for until there is room. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 1_000;

async function* csvTexts(c: Context<AppEnv>, question: RankedQuestion, traits: readonly string[]) {
  yield csvHeader(traits);
  for await (const page of pagesOf(c, question)) yield page.map((each) => csvOf(each, traits)).join("");
}

async function* jsonTexts(
  c: Context<AppEnv>,
  question: RankedQuestion,
  wanted: readonly string[] | undefined,
) {
  for await (const page of pagesOf(c, question)) {
    yield page.map((each) => `${JSON.stringify(wanted ? withTraits(each, wanted) : each)}\n`).join("");
  }
}

function withTraits(listed: ListedContact, wanted: readonly string[]): ListedContact {
  const traits = Object.entries(listed.traits).filter(([name]) => wanted.includes(name));
  return { ...listed, traits: Object.fromEntries(traits) };
}

/** Columns have to be known before the first row: so all is looked through once for them. Throws `invalid_query`. */
async function traitsOf(c: Context<AppEnv>, question: RankedQuestion): Promise<string[]> {
  const names = new Set<string>();
  for await (const page of pagesOf(c, question)) {
    for (const { traits } of page) for (const name of Object.keys(traits)) names.add(name);
    if (names.size <= MAX_TRAIT_COLUMNS) continue;
    throw new ApiError("invalid_query", {
      message: `The contacts have more than ${MAX_TRAIT_COLUMNS} different traits. Name those to have columns of: traits=plan,seats; or take format=ndjson.`,
    });
  }
  return [...names].sort();
}
