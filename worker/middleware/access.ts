import type { Context, Next } from "hono";

import { showText } from "../../shared/scoring/show.ts";
import type { AppEnv } from "../env.ts";
import { ApiError, type ErrorCode } from "../errors.ts";
import { currentSites } from "../live-sites.ts";
import { keyOfRequest, knownKey, type KnownKey } from "./keys.ts";

/**
 * Lets a request in by its key, and tells the site that it is about. Throws `invalid_key`, or `origin_not_allowed`
 * for a page that is none of the site's; both before any object of the site is asked.
 */
export async function admit(c: Context<AppEnv>, key: string | undefined): Promise<KnownKey> {
  const known = await knownKey(key, c.env);
  if (!known) throw new ApiError("invalid_key");
  return admitKnown(c, known, "invalid_key");
}

/** Before routes for a site's backend only. Throws `secret_key_required`, or `unknown_key` for one that is none. */
export async function requireSecretKey(c: Context<AppEnv>, next: Next): Promise<void> {
  const key = keyOfRequest(c);
  const known = await knownKey(key, c.env);
  if (known?.kind !== "secret") throw new ApiError(key && !known ? "unknown_key" : "secret_key_required");
  c.set("access", await admitKnown(c, known, "unknown_key"));
  await next();
}

async function admitKnown(c: Context<AppEnv>, { site: id, kind, kid }: KnownKey, refusal: ErrorCode) {
  c.set("siteOfKey", id);
  const origin = kind === "write" ? c.req.header("origin") : undefined;
  // Nothing that the registry knows is of any account here.
  if (kid === undefined && origin === undefined) return { site: id, kind, kid };
  const sites = currentSites(c.env);
  const site = (sites instanceof Promise ? await sites : sites).find(id);
  if (!site || (kid !== undefined && !site.hasKey(kind, kid, Date.now()))) {
    throw new ApiError(refusal, { message: "This key has been revoked or has expired. Send another one." });
  }
  if (kind === "write" && site.isRestricted) {
    c.set("isRestricted", true);
    if (origin !== undefined && !site.allows(origin)) throw originNotAllowed(id, origin);
  }
  return { site: id, kind, kid };
}

function originNotAllowed(site: string, origin: string): ApiError {
  const message =
    `This key is not for pages of ${showText(origin)}. If they are the site's, add that to its "origins": ` +
    `PATCH /v1/sites/${site}, with the secret key.`;
  return new ApiError("origin_not_allowed", { message });
}
