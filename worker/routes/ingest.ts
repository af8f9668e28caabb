import { type Context, Hono } from "hono";

import { isObject } from "../../shared/page-context.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import { rejection, sortBatch } from "../domain/batch.ts";
import type { Env } from "../env.ts";
import { ApiError } from "../errors.ts";
import { remember } from "../known-contacts.ts";
import { readJson } from "../middleware/body.ts";
import { keyOfRequest, kindOfKey } from "../middleware/keys.ts";

type IngestContext = Context<{ Bindings: Env }>;

const BATCH_PATHS = ["/batch", "/b", "/import"];

const TYPES = {
  page: "page",
  track: "track",
  identify: "identify",
  alias: "alias",
  group: "group",
  screen: "screen",
  p: "page",
  t: "track",
  i: "identify",
  a: "alias",
  g: "group",
  s: "screen",
} as const;

/** The Segment HTTP tracking API: `/v1/batch`, and one path for each type of event. */
export const ingest = new Hono<{ Bindings: Env }>();

for (const path of BATCH_PATHS) {
  ingest.post(path, (c) =>
    take(c, (body) => {
      if (!Array.isArray(body.batch)) throw new ApiError("invalid_batch");
      return body.batch;
    }),
  );
}
for (const [path, type] of Object.entries(TYPES)) {
  ingest.post(`/${path}`, (c) => take(c, (body) => [{ ...body, type }]));
}

async function take(
  c: IngestContext,
  eventsOf: (body: Record<string, unknown>) => unknown[],
): Promise<Response> {
  const { env } = c;
  const outerKey = keyOfRequest(c.req.raw, new URL(c.req.url));
  if (outerKey !== undefined && !kindOfKey(outerKey, env)) throw new ApiError("invalid_key");
  const body = await readJson(c.req.raw);
  if (!isObject(body)) throw new ApiError("invalid_batch");
  const kind = kindOfKey(outerKey ?? (typeof body.writeKey === "string" ? body.writeKey : undefined), env);
  if (!kind) throw new ApiError("invalid_key");
  const batch = eventsOf(body);
  const { intakes, rejected } = sortBatch(body, batch, {
    receivedAt: Date.now(),
    trusted: kind === "secret",
    newId: () => crypto.randomUUID(),
  });

  const results = await Promise.all(
    intakes.map(async ({ places, ...intake }) => {
      const result = await env.CONTACT.getByName(intake.ref).ingest(intake);
      remember(intake.ref);
      return { ...result, places };
    }),
  );

  const answer: IngestAnswer = {
    success: true,
    accepted: results.reduce((sum, result) => sum + result.accepted, 0),
    duplicate: results.reduce((sum, result) => sum + result.duplicate, 0),
    rejected: [
      ...rejected,
      ...results.flatMap((result) =>
        result.rejected.map(({ index, reason }) => {
          const place = result.places[index] ?? 0;
          return rejection(place, batch[place], reason);
        }),
      ),
    ],
    ...(kind === "public" && results.length === 1 && results[0]
      ? { acked: results[0].acked, snapshot: results[0].snapshot }
      : {}),
  };
  return c.json(answer);
}
