import { type Context, Hono } from "hono";

import type { IngestAnswer } from "../../shared/wire.ts";
import { findContacts, findDeals, type Found } from "../connectors/hubspot-records.ts";
import { addressCheck } from "../destination-address.ts";
import { sortBatch } from "../domain/batch.ts";
import type { HubSpotConnection } from "../domain/hubspot/connection.ts";
import {
  factsOfContact,
  factsOfDeal,
  type HubSpotFact,
  isBehind,
  isNewTo,
  userIdOf,
} from "../domain/hubspot/facts.ts";
import { DEAL_STAGE, LIFECYCLE, type Notice, type Notices, readNotices } from "../domain/hubspot/notices.ts";
import type { SiteId } from "../domain/site.ts";
import type { AppEnv, Env } from "../env.ts";
import { ApiError, errorOf } from "../errors.ts";
import { isSignedByHubSpot } from "../hubspot-signature.ts";
import { currentSites } from "../live-sites.ts";
import { parseJson, readText } from "../middleware/body.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import { deliverAll } from "./delivery.ts";

/** HubSpot sends at most so many at a time. */
const MAX_NOTICES = 1_000;
const LIMIT = { bytes: 512 * 1024, code: "too_large" } as const;

/** What a CRM knows comes in: HubSpot's webhooks of a site, signed by HubSpot in place of a key. */
export const hubspot = new Hono<AppEnv>();

/**
 * `200` only when all that the events say is on disk. Where HubSpot cannot be asked who they are about it is 503, and HubSpot sends
 * them again; what was taken is known then.
 */
hubspot.post("/:site", async (c) => {
  const site = c.req.param("site");
  const connection = (await currentSites(c.env)).find(site)?.settings.hubspot;
  if (!connection) throw new ApiError("hubspot_not_connected");
  const events = parseJson(await signedBody(c, connection));
  if (!Array.isArray(events)) throw new ApiError("invalid_notices");
  if (events.length > MAX_NOTICES) throw new ApiError("too_many_events");
  const notices = readNotices(events, connection);
  const { facts, nameless, later } = await factsOf(notices, connection, c.env);
  const answer = { ...(await count(facts, site, c.env)), ignored: notices.ignored, nameless };
  if (later === undefined) return jsonAnswer(JSON.stringify(answer));
  const { message } = errorOf("hubspot_unavailable");
  throw new ApiError("hubspot_unavailable", { message: `${message} ${later}` });
});

/** Throws `invalid_signature`. */
async function signedBody(c: Context<AppEnv>, connection: HubSpotConnection): Promise<string> {
  const body = await readText(c.req.raw, LIMIT);
  const { url } = c.req;
  const signed = {
    method: c.req.method,
    // Whoever ends TLS in front of workerd hands on http.
    urls: [connection.targetUrl ?? url, url.replace(/^http:/, "https:")],
    body,
    timestamp: c.req.header("x-hubspot-request-timestamp"),
    signature: c.req.header("x-hubspot-signature-v3"),
  };
  if (await isSignedByHubSpot(signed, connection.clientSecret, Date.now())) return body;
  throw new ApiError("invalid_signature");
}

interface Facts {
  readonly facts: readonly HubSpotFact[];
  /** Contacts that HubSpot knows no userId of. */
  readonly nameless: number;
  /** Why HubSpot should send it again. */
  readonly later?: string;
}

const NOT_YET = "It does not know yet what they say.";

async function factsOf(notices: Notices, connection: HubSpotConnection, env: Env): Promise<Facts> {
  const check = addressCheck(env);
  const now = Date.now();
  const deals = await findDeals(connection, [...notices.deals.keys()], check);
  const ofDeals = [...deals.records].map(([id, deal]) => {
    const notice = notices.deals.get(id) ?? NOTHING;
    return { deal, notice, contacts: [...new Set([...deal.contacts, ...notice.tied])] };
  });
  const ids = new Set([...notices.contacts.keys(), ...ofDeals.flatMap(({ contacts }) => contacts)]);
  const contacts = await findContacts(connection, [...ids], check);
  const users = new Map(
    [...contacts.records].flatMap(([id, record]) => {
      const userId = userIdOf(record, connection);
      return userId === undefined ? [] : [[id, userId] as const];
    }),
  );
  const facts = [
    ...[...notices.contacts].flatMap(([id, notice]) => {
      const [record, userId] = [contacts.records.get(id), users.get(id)];
      return record && userId !== undefined ? factsOfContact(record, notice, userId, connection) : [];
    }),
    ...ofDeals.flatMap(({ deal, notice, contacts: tied }) =>
      tied.flatMap((id) => {
        const userId = users.get(id);
        return userId === undefined ? [] : factsOfDeal(deal, notice, { id, userId }, connection);
      }),
    ),
  ];
  const isEarly =
    hasEarly(deals, notices.deals, DEAL_STAGE, now) || hasEarly(contacts, notices.contacts, LIFECYCLE, now);
  const later = deals.failed ?? contacts.failed ?? (isEarly ? NOT_YET : undefined);
  const nameless = contacts.records.size - users.size;
  return { facts, nameless, ...(later === undefined ? {} : { later }) };
}

const NOTHING: Notice = { at: 0, changes: [], tied: [] };

/** Whether something is too new to HubSpot's own API to be told rightly. */
function hasEarly(
  { records, missing }: Found,
  notices: ReadonlyMap<string, Notice>,
  property: string,
  now: number,
): boolean {
  return (
    missing.some((id) => isNewTo(notices.get(id) ?? NOTHING, now)) ||
    [...records].some(([id, record]) => isBehind(record, notices.get(id) ?? NOTHING, property, now))
  );
}

/** As ordinary events with the secret key. Throws where some could not be written. */
async function count(facts: readonly HubSpotFact[], site: SiteId, env: Env) {
  const context = { site, receivedAt: Date.now(), trusted: true, newId: () => "" };
  const sorted = sortBatch({}, facts, context);
  const { answers, failed } = await deliverAll(sorted.intakes, env);
  const [first] = failed;
  if (first) throw first.problem;
  const told = answers.map((text) => JSON.parse(text) as IngestAnswer);
  return {
    accepted: told.reduce((sum, { accepted }) => sum + accepted, 0),
    duplicate: told.reduce((sum, { duplicate }) => sum + duplicate, 0),
    rejected: sorted.rejected.length + told.reduce((sum, { rejected }) => sum + rejected.length, 0),
  };
}
