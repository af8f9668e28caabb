import { WorkerEntrypoint } from "cloudflare:workers";

import { dayOf } from "../shared/day.ts";
import type { Ref } from "../shared/event.ts";
import type { AfterglowBinding, LeadAnswer, LeadQuestion, Whom } from "../shared/lead.ts";
import { MAX_ID_CHARS } from "../shared/limits.ts";
import { show } from "../shared/scoring/show.ts";
import { base64url } from "./base64url.ts";
import { isSiteId, MAIN_SITE, type SiteId } from "./domain/site.ts";
import type { Env } from "./env.ts";
import { contactExists } from "./known-contacts.ts";
import { currentSites } from "./live-sites.ts";
import { genuineVisitor } from "./middleware/visitor-cookie.ts";
import { UNKNOWN_CONTACT } from "./objects/reading.ts";
import { parseRef } from "./routes/parameters.ts";
import { contactObjectId, objectsOf } from "./site-objects.ts";
import { sealingBytes, secretsOf } from "./snapshot-keys.ts";

/**
 * What Workers of the deployment's own account call by a service binding (`entrypoint = "Afterglow"`). Whoever has the
 * binding may read everything, as with a secret key; nobody reaches it by HTTP.
 */
export class Afterglow extends WorkerEntrypoint<Env> implements AfterglowBinding {
  async score(whom: Whom, question?: LeadQuestion): Promise<LeadAnswer | null> {
    const text = await this.scoreText(whom, question);
    return text === null ? null : (JSON.parse(text) as LeadAnswer);
  }

  async scoreText(whom: Whom, { site = MAIN_SITE, models }: LeadQuestion = {}): Promise<string | null> {
    const ref = await knownRef(whom, site, this.env);
    if (ref === undefined) return null;
    const text = await objectsOf(this.env, site).contact(ref).lead(dayOf(Date.now()), models);
    if (text.startsWith("{")) return text;
    if (text === UNKNOWN_CONTACT.problem) return null;
    throw new Error(
      `The site ${show(site)} has none of the models ${JSON.stringify(models)}. Name some that it has.`,
    );
  }

  async contactObject(whom: Whom, site: SiteId = MAIN_SITE): Promise<string | null> {
    const ref = await knownRef(whom, site, this.env);
    return ref === undefined ? null : contactObjectId(this.env, site, ref);
  }

  async snapshotKeys(site: SiteId = MAIN_SITE): Promise<readonly string[]> {
    await requireSite(this.env, site);
    const keys = secretsOf(this.env).map((secret) => sealingBytes(secret, site));
    return (await Promise.all(keys)).map(base64url);
  }
}

/** Asking the objects of a site that there is not would make them. */
async function requireSite(env: Env, site: SiteId): Promise<void> {
  if (site === MAIN_SITE) return;
  const isThere = isSiteId(site) && (await currentSites(env)).find(site) !== undefined;
  if (!isThere) throw new Error(`There is no site ${show(site)}. Name one of GET /v1/sites.`);
}

/** A contact that there is: asking the object of another one would make it. */
async function knownRef(whom: Whom, site: SiteId, env: Env): Promise<Ref | undefined> {
  await requireSite(env, site);
  const ref = await refOfWhom(whom, site, env);
  return ref !== undefined && (await contactExists(site, ref, env)) ? ref : undefined;
}

/** `undefined` where a request is of nobody who has a signed cookie of this site. */
async function refOfWhom(whom: Whom, site: SiteId, env: Env): Promise<Ref | undefined> {
  if ("contact" in whom) {
    const ref = parseRef(whom.contact);
    if (ref) return ref;
    throw new TypeError(
      `contact wants "user:<userId>" or "anon:<anonymousId>", of at most ${MAX_ID_CHARS} characters, got ${show(whom.contact)}`,
    );
  }
  const cookie = "cookie" in whom ? whom.cookie : whom.headers.get("cookie");
  const id = cookie === null ? undefined : await genuineVisitor(cookie, site, env);
  return id === undefined ? undefined : `anon:${id}`;
}
