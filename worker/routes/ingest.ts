import { type Context, Hono } from "hono";

import {
  MAX_CONTACTS_PER_BATCH,
  MAX_EVENTS_PER_BATCH,
  MAX_WARNINGS_PER_ANSWER,
} from "../../shared/limits.ts";
import { isObject } from "../../shared/page-context.ts";
import type { IngestAnswer, Warning } from "../../shared/wire.ts";
import { isBot } from "../bots.ts";
import { hashedAddress } from "../client-address.ts";
import { eventsOf, messageIdOf, type SortedBatch, sortBatch } from "../domain/batch.ts";
import { rejection } from "../domain/ledger.ts";
import { rateLimits } from "../domain/rate-limits.ts";
import type { SiteId } from "../domain/site.ts";
import { parseHome } from "../domain/visitor-home.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { settingsOf } from "../live-sites.ts";
import { admit } from "../middleware/access.ts";
import { readJson } from "../middleware/body.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import { keyOfRequest } from "../middleware/keys.ts";
import {
  addressWait,
  countRefusals,
  type Held,
  holdKey,
  newVisitorsWithin,
  retryAfter,
  tooMuch,
} from "../middleware/limits.ts";
import { keepSnapshot } from "../middleware/snapshot-cookie.ts";
import { keepVisitor, visitorOfCookie } from "../middleware/visitor-cookie.ts";
import { countEvents } from "../rejection-counts.ts";
import { deliverAll } from "./delivery.ts";
import { mergeAll } from "./merges.ts";
import { readProofs } from "./proofs.ts";

type IngestContext = Context<AppEnv>;

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
export const ingest = new Hono<AppEnv>();

for (const path of BATCH_PATHS) {
  ingest.post(path, countRefusals, (c) =>
    take(c, (body) => {
      const events = eventsOf(body);
      if (!events) throw new ApiError("invalid_batch");
      return events;
    }),
  );
}
for (const [path, type] of Object.entries(TYPES)) {
  ingest.post(`/${path}`, countRefusals, (c) => take(c, (body) => [{ ...body, type }]));
}

async function take(
  c: IngestContext,
  given: (body: Record<string, unknown>) => unknown[],
): Promise<Response> {
  const { env } = c;
  const outerKey = keyOfRequest(c);
  const outer = outerKey === undefined ? undefined : await admit(c, outerKey);
  const body = await readJson(c.req.raw);
  if (!isObject(body)) throw new ApiError("invalid_batch");
  const key = outer ?? (await admit(c, typeof body.writeKey === "string" ? body.writeKey : undefined));
  const events = given(body);
  if (events.length > MAX_EVENTS_PER_BATCH) throw new ApiError("too_many_events");

  const { site, kind } = key;
  const isPublic = kind === "write";
  const settings = await settingsOf(env, site);
  const limits = rateLimits(settings.limits);
  await holdKey(c, key, limits.requestsPerKey, events.length);
  if (isPublic && settings.bots !== "count" && isBot(c.req.raw.headers)) return answerBot(c, site, events);
  const address = isPublic ? await hashedAddress(c.req.raw, env) : undefined;
  const wait = addressWait(site, address, limits.eventsPerAddress, events.length);
  if (wait > 0) {
    countEvents(c, site, "address_limit", events.length);
    throw tooMuch(wait);
  }

  const batch = isPublic ? await withVisitor(c, site, events) : events;
  const sorted = sortBatch(body, batch, {
    site,
    receivedAt: Date.now(),
    trusted: !isPublic,
    origin: c.req.header("origin"),
    snapshots: settings.snapshots === true,
    allowance: isPublic ? limits.eventsPerVisitor : undefined,
    newId: () => crypto.randomUUID(),
    ...(isPublic ? { proofs: await readProofs(env, site, batch) } : {}),
  });
  const { intakes, merges } = sorted;
  if (intakes.length + merges.length > MAX_CONTACTS_PER_BATCH) throw new ApiError("too_many_contacts");
  const refused = merges.length > 0 ? await mergeAll(merges, site, env) : [];
  const asked = { site, isPublic, batch, sorted: { ...sorted, warnings: [...sorted.warnings, ...refused] } };
  for (const { reason } of sorted.rejected) countEvents(c, site, reason);
  const { admitted, held } = isPublic
    ? await newVisitorsWithin(c, site, intakes, address, limits)
    : { admitted: intakes, held: [] };
  const home = typeof body.home === "string" && isPublic ? parseHome(body.home) : undefined;
  const delivered = await deliverAll(admitted, env, { home });
  const [failed] = delivered.failed;
  if (failed) throw failed.problem;
  const response = answerTo(c, asked, delivered.answers, [...held, ...delivered.held]);
  const [own] = intakes;
  // A browser speaks for one visitor.
  if (!isPublic || !own || intakes.length > 1) return response;
  const visitor = own.ref.slice("anon:".length);
  const [text] = delivered.answers;
  if (settings.snapshots && text !== undefined) await keepSnapshot(c, site, visitor, text, response);
  return keepVisitor(c, site, visitor, response);
}

interface Asked {
  readonly site: SiteId;
  readonly isPublic: boolean;
  readonly batch: readonly unknown[];
  readonly sorted: SortedBatch;
}

/** `answers` are the contacts' own, as text; `held` is what has to wait. */
function answerTo(
  c: IngestContext,
  { site, isPublic, batch, sorted }: Asked,
  answers: readonly string[],
  held: readonly Held[],
): Response {
  for (const { intake, reason } of held) countEvents(c, site, reason, intake.events.length);
  // Nothing is acknowledged, so its sender keeps all of it.
  if (held.length > 0 && answers.length === 0) throw tooMuch(longestWait(held));
  const { intakes, rejected, warnings } = sorted;
  const [only] = answers;
  // Where there are traits, or a user, the contact may have something to say of them.
  const mayWarn = intakes.some((intake) => intake.merges || intake.events.some(({ traits }) => traits));
  const isAlone = answers.length === 1 && rejected.length === 0 && warnings.length === 0 && held.length === 0;
  if (isAlone && !mayWarn && isPublic && only?.includes(NONE_REJECTED)) return jsonAnswer(only);

  const parts = answers.map((text) => JSON.parse(text) as IngestAnswer);
  for (const part of parts) for (const { reason } of part.rejected) countEvents(c, site, reason);
  const late = held.flatMap(({ intake }) =>
    intake.places.map((place) => rejection(place, messageIdOf(batch[place]), "rate_limited")),
  );
  const answer = merge(parts, { ...sorted, rejected: [...rejected, ...late] }, batch, isPublic);
  const text = JSON.stringify(answer);
  return held.length === 0 ? jsonAnswer(text) : jsonAnswer(text, retryAfter(longestWait(held)));
}

/** As a contact's answer says it: of what it was sent nothing stands in it with quotes that are not escaped. */
const NONE_REJECTED = '"rejected":[]';

/** Taken as it is, so that it is not sent again; and nothing of it is kept. */
function answerBot(c: IngestContext, site: SiteId, batch: readonly unknown[]): Response {
  countEvents(c, site, "bot", batch.length);
  const rejected = batch.map((raw, index) => rejection(index, messageIdOf(raw), "bot"));
  const answer: IngestAnswer = { success: true, accepted: 0, duplicate: 0, rejected };
  return jsonAnswer(JSON.stringify(answer));
}

function longestWait(held: readonly Held[]): number {
  return Math.max(...held.map(({ waitMs }) => waitMs));
}

/**
 * An event keeps the visitor under whom it was recorded, whatever the browser's cookie says by now; the cookie stands in
 * where none is named.
 */
async function withVisitor(c: IngestContext, site: SiteId, batch: unknown[]): Promise<unknown[]> {
  if (!batch.some(isNameless)) return batch;
  const anonymousId = await visitorOfCookie(c, site);
  return anonymousId === undefined
    ? batch
    : batch.map((raw) => (isNameless(raw) ? { ...raw, anonymousId } : raw));
}

function isNameless(raw: unknown): raw is object {
  return isObject(raw) && !raw.anonymousId;
}

/** One answer for all contacts of a batch; what it says of a visitor only where there is one, and its browser asks. */
function merge(
  parts: readonly IngestAnswer[],
  { rejected, warnings }: SortedBatch,
  batch: readonly unknown[],
  toBrowser: boolean,
): IngestAnswer {
  const own = toBrowser && parts.length === 1 ? parts[0] : undefined;
  const told = [...warnings, ...parts.flatMap((part) => part.warnings ?? [])]
    .slice(0, MAX_WARNINGS_PER_ANSWER)
    .map((each): Warning => ({ ...each, messageId: messageIdOf(batch[each.index]) }));
  return {
    ...own,
    success: true,
    accepted: parts.reduce((sum, part) => sum + part.accepted, 0),
    duplicate: parts.reduce((sum, part) => sum + part.duplicate, 0),
    rejected: [...rejected, ...parts.flatMap((part) => part.rejected)],
    ...(told.length > 0 ? { warnings: told } : {}),
  };
}
