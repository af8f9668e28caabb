import type { Context } from "hono";

import { connectionView } from "../domain/hubspot/connection.ts";
import { identityView } from "../domain/identity-settings.ts";
import { formatSignedKey } from "../domain/signed-key.ts";
import type { Read } from "../domain/site-document.ts";
import { isInUse, MAIN_SITE, type Site, type SiteId, type SiteKey } from "../domain/site.ts";
import type { AppEnv, Env } from "../env.ts";
import { ApiError } from "../errors.ts";
import { CORS } from "../middleware/cors.ts";
import { isSigningKey, macOf } from "../signatures.ts";

/** The site of an address. Throws `unknown_site`: to another site's key it is as if there were none. */
export function siteIdOf(c: Context<AppEnv>): SiteId {
  const { site } = c.var.access;
  const id = c.req.param("id") ?? "";
  if (site !== MAIN_SITE && site !== id) throw new ApiError("unknown_site");
  return id;
}

/** Throws `invalid_site` with everything that is wrong. */
export function valueOf<T>(read: Read<T>): T {
  if (read.ok) return read.value;
  const { issues } = read;
  const message = issues
    .map((issue) => `${issue.path} ${issue.message}`.trim().replace(/\.$/, ""))
    .join(". ");
  throw new ApiError("invalid_site", { message, issues });
}

/** Throws `signing_key_missing`. */
export function signingKeyOf({ SIGNING_KEY }: Env): string {
  if (!isSigningKey(SIGNING_KEY)) throw new ApiError("signing_key_missing");
  return SIGNING_KEY;
}

/** A site as it is told. Of secret keys only those are shown that the request itself has made. */
export async function siteView(env: Env, site: Site, made: readonly SiteKey[] = []) {
  const { id, name, origins, settings, createdAt } = site;
  const inUse = site.keys.filter((key) => isInUse(key, Date.now()));
  const signed = await Promise.all(inUse.map((key) => keyView(env, id, key, made.includes(key))));
  const keys = [...(id === MAIN_SITE ? environmentKeys(env) : []), ...signed];
  const { identity, hubspot, indexShardsBefore: _, ...others } = settings;
  const shown = {
    ...others,
    ...(identity ? { identity: identityView(identity) } : {}),
    ...(hubspot ? { hubspot: connectionView(hubspot) } : {}),
  };
  return {
    id,
    name,
    origins,
    settings: shown,
    ...(createdAt === 0 ? {} : { createdAt: iso(createdAt) }),
    keys,
  };
}

export async function keyView(
  env: Env,
  site: SiteId,
  { kid, kind, createdAt, expiresAt }: SiteKey,
  isNew: boolean,
) {
  const isShown = isNew || kind === "write";
  const signingKey = isShown && isSigningKey(env.SIGNING_KEY) ? env.SIGNING_KEY : undefined;
  const name = { kind, site, kid };
  return {
    kid,
    kind,
    createdAt: iso(createdAt),
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
    ...(signingKey === undefined ? {} : { key: formatSignedKey(name, await macOf(name, signingKey)) }),
  };
}

/** What the keys of the main site are called that stand in the environment. */
const ENVIRONMENT_KIDS = { write: "env-write", secret: "env-secret" } as const;

function environmentKeys({ WRITE_KEY }: Env) {
  return [
    { kid: ENVIRONMENT_KIDS.write, kind: "write", key: WRITE_KEY },
    { kid: ENVIRONMENT_KIDS.secret, kind: "secret" },
  ];
}

/** Throws `environment_key`. */
export function refuseEnvironmentKey(site: SiteId, kid: string): void {
  const isOne = Object.values<string>(ENVIRONMENT_KIDS).includes(kid);
  if (site === MAIN_SITE && isOne) throw new ApiError("environment_key");
}

/** Nobody keeps an answer that may show a key. */
export function siteAnswer(body: object, status: 200 | 201 = 200): Response {
  return Response.json(body, { status, headers: { ...CORS, "cache-control": "no-store" } });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
