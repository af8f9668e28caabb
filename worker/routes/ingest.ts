import { type Context, Hono } from "hono";

import {
  MAX_CONTACTS_PER_BATCH,
  MAX_EVENTS_PER_BATCH,
  MAX_WARNINGS_PER_ANSWER,
} from "../../shared/limits.ts";
import { isObject } from "../../shared/page-context.ts";
import type { IngestAnswer, Warning } from "../../shared/wire.ts";
import { messageIdOf, type SortedBatch, sortBatch } from "../domain/batch.ts";
import type { Intake } from "../domain/ledger.ts";
import type { SiteId } from "../domain/site.ts";
import { homeText, parseHome, type VisitorHome } from "../domain/visitor-home.ts";
import type { AppEnv, Env } from "../env.ts";
import { ApiError } from "../errors.ts";
import { remember } from "../known-contacts.ts";
import { contactOfNumber } from "../live-contacts.ts";
import { admit } from "../middleware/access.ts";
import { readJson } from "../middleware/body.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import { keyOfRequest } from "../middleware/keys.ts";
import { keepVisitor, visitorOfCookie } from "../middleware/visitor-cookie.ts";
import { hasMac, isSigningKey } from "../signatures.ts";
import { objectsOf } from "../site-objects.ts";
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
  const outerKey = keyOfRequest(c);
  const outer = outerKey === undefined ? undefined : await admit(c, outerKey);
  const body = await readJson(c.req.raw);
  if (!isObject(body)) throw new ApiError("invalid_batch");
  const { site, kind } =
    outer ?? (await admit(c, typeof body.writeKey === "string" ? body.writeKey : undefined));
  const given = eventsOf(body);
  const batch = kind === "write" ? await withVisitor(c, site, given) : given;
  if (batch.length > MAX_EVENTS_PER_BATCH) throw new ApiError("too_many_events");
  const trusted = kind === "secret";
  const sorted = sortBatch(body, batch, {
    site,
    receivedAt: Date.now(),
    trusted,
    newId: () => crypto.randomUUID(),
    ...(trusted ? {} : { proofs: await readProofs(env, site, batch) }),
  });

  const { intakes, rejected, merges } = sorted;
  if (intakes.length + merges.length > MAX_CONTACTS_PER_BATCH) throw new ApiError("too_many_contacts");
  const refused = merges.length > 0 ? await mergeAll(merges, site, env) : [];
  const warnings = refused.length > 0 ? [...sorted.warnings, ...refused] : sorted.warnings;
  const home = typeof body.home === "string" && !trusted ? parseHome(body.home) : undefined;
  const answers = await deliverAll(intakes, env, home);
  const [only] = answers;
  // Where there are traits, or a user, the contact may have something to say of them.
  const mayWarn = intakes.some((intake) => intake.merges || intake.events.some(({ traits }) => traits));
  const isPlain =
    answers.length === 1 && rejected.length === 0 && warnings.length === 0 && !mayWarn && kind === "write";
  const text =
    isPlain && only ? only : JSON.stringify(merge(answers, { rejected, warnings }, batch, kind === "write"));
  const [own] = intakes;
  // A browser speaks for one visitor.
  if (trusted || !own || intakes.length > 1) return jsonAnswer(text);
  return keepVisitor(c, site, own.ref.slice("anon:".length), jsonAnswer(text));
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

/** So that one request does not hold up all others. */
const CONTACTS_AT_ONCE = 20;

/**
 * Throws where a contact cannot take its part; not before all have been asked, as an answer ends what is still going on.
 * Sent again, the others' parts are known.
 */
async function deliverAll(
  intakes: readonly Intake[],
  env: Env,
  home: VisitorHome | undefined,
): Promise<string[]> {
  const answers: string[] = [];
  const problems: unknown[] = [];
  for (let from = 0; from < intakes.length; from += CONTACTS_AT_ONCE) {
    const some = intakes.slice(from, from + CONTACTS_AT_ONCE).map((intake) => deliver(intake, env, home));
    for (const outcome of await Promise.allSettled(some)) {
      if (outcome.status === "fulfilled") answers.push(outcome.value);
      else problems.push(outcome.reason);
    }
  }
  if (problems.length > 0) throw problems[0];
  return answers;
}

async function deliver(intake: Intake, env: Env, home: VisitorHome | undefined): Promise<string> {
  const direct = home && !intake.merges ? await deliverHome(intake, env, home) : "unknown";
  if (direct !== "unknown") return direct;
  const answer = await objectsOf(env, intake.site).contact(intake.ref).ingest(JSON.stringify(intake));
  remember(intake.site, intake.ref);
  return answer;
}

/** Straight to the contact that a visitor has been merged into; `unknown` where it is not, or no more. */
async function deliverHome(intake: Intake, env: Env, { object, mac }: VisitorHome): Promise<string> {
  const { SIGNING_KEY } = env;
  const text = homeText(intake.site, intake.source, object);
  if (!isSigningKey(SIGNING_KEY) || !(await hasMac(text, mac, SIGNING_KEY))) return "unknown";
  return contactOfNumber(object, env).takeFor(JSON.stringify({ ...intake, isDirect: true }));
}

/** One answer for all contacts of a batch; what it says of a visitor only where there is one, and its browser asks. */
function merge(
  answers: readonly string[],
  { rejected, warnings }: Pick<SortedBatch, "rejected" | "warnings">,
  batch: readonly unknown[],
  toBrowser: boolean,
): IngestAnswer {
  const parts = answers.map((text) => JSON.parse(text) as IngestAnswer);
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
