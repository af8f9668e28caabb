import { Hono } from "hono";

import { dayOf, dayToIso } from "../../shared/day.ts";
import { BadQuery } from "../domain/index/read-query.ts";
import { MAX_IMPORT_BYTES } from "../domain/inout/import-limits.ts";
import { readImportQuery } from "../domain/inout/import-query.ts";
import { createImportReader } from "../domain/inout/import-rows.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { bodyPieces } from "../middleware/body-pieces.ts";
import { CORS } from "../middleware/cors.ts";
import { streamOfSteps } from "../objects/text-stream.ts";
import { importSteps, type ImportStep } from "./import-steps.ts";

/** Contacts and their traits from a file. */
export const imports = new Hono<AppEnv>();

imports.post("/import", async (c) => {
  const { format, isDry, from, importId, texts } = questionOf(c.req.url, c.req.header("content-type") ?? "");
  const id = importId ?? dayToIso(dayOf(Date.now()));
  const reader = createImportReader(format, { texts });
  const limit = { bytes: MAX_IMPORT_BYTES, code: "import_too_large" } as const;
  const plan = { reader, from, isDry, importId: id, site: c.var.access.site };
  const steps = importSteps(bodyPieces(c.req.raw, limit), plan, c.env);
  const columns = () => {
    const known = reader.columns();
    return known ? { columns: known } : {};
  };

  if (isDry) {
    let last: ImportStep | undefined;
    for await (const step of steps) last = step;
    if (!last) throw new ApiError("unavailable");
    const { accepted: _accepted, duplicate: _duplicate, ...report } = reportOf(last);
    const valid = last.rows - last.tally.refused;
    return Response.json({ dryRun: true, ...report, valid, ...columns() }, { headers: HEADERS });
  }
  async function* lines(): AsyncGenerator<string> {
    for await (const step of steps) {
      const isLast = step.done || step.problem !== undefined;
      const text = isLast
        ? { import: id, ...reportOf(step), ...columns() }
        : { import: id, ...countsOf(step) };
      yield `${JSON.stringify(text)}\n`;
    }
  }
  // What cannot be read at all is answered as such.
  return new Response(await streamOfSteps(lines()), {
    headers: { ...HEADERS, "content-type": "application/x-ndjson" },
  });
});

const HEADERS = { ...CORS, "cache-control": "private, no-store" };

function questionOf(url: string, contentType: string) {
  try {
    return readImportQuery([...new URL(url).searchParams], contentType);
  } catch (problem) {
    if (problem instanceof BadQuery) throw new ApiError("invalid_query", { message: problem.message });
    throw problem;
  }
}

function countsOf({ done, line, rows, tally: { accepted, duplicate, refused } }: ImportStep) {
  return { done, line, rows, accepted, duplicate, refused };
}

function reportOf(step: ImportStep) {
  const { errors, warnings } = step.tally;
  const { problem } = step;
  return { ...countsOf(step), errors, warnings, ...(problem ? { problem } : {}) };
}
