import { Hono } from "hono";

import { readKeyKind, readOverlap } from "../domain/site-document.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { refreshSites } from "../live-sites.ts";
import { readJson } from "../middleware/body.ts";
import { CORS } from "../middleware/cors.ts";
import { sitesObject } from "../site-objects.ts";
import {
  keyView,
  refuseEnvironmentKey,
  signingKeyOf,
  siteAnswer,
  siteIdOf,
  valueOf,
} from "./site-answers.ts";

const DAY_MS = 86_400_000;

/** A site's keys: as many as it wants beside each other, so that a new one can take over while the old one holds. */
export const siteKeys = new Hono<AppEnv>();

siteKeys.post("/:id/keys", async (c) => {
  const id = siteIdOf(c);
  signingKeyOf(c.env);
  const kind = valueOf(readKeyKind(await readJson(c.req.raw)));
  const outcome = await sitesObject(c.env).addKey(id, kind);
  if (outcome.kind !== "saved") throw new ApiError(outcome.kind);
  await refreshSites(c.env);
  return siteAnswer(await keyView(c.env, id, outcome.made, true), 201);
});

siteKeys.post("/:id/keys/:kid/rotate", async (c) => {
  const id = siteIdOf(c);
  const kid = c.req.param("kid");
  refuseEnvironmentKey(id, kid);
  signingKeyOf(c.env);
  const overlapDays = valueOf(readOverlap(c.req.raw.body ? await readJson(c.req.raw) : {}));
  const outcome = await sitesObject(c.env).rotateKey(id, kid, overlapDays * DAY_MS);
  if (outcome.kind !== "saved") throw new ApiError(outcome.kind);
  await refreshSites(c.env);
  const old = outcome.site.keys.find((key) => key.kid === kid);
  const replaces = old ? await keyView(c.env, id, old, false) : { kid };
  return siteAnswer({ ...(await keyView(c.env, id, outcome.made, true)), replaces }, 201);
});

siteKeys.delete("/:id/keys/:kid", async (c) => {
  const id = siteIdOf(c);
  const kid = c.req.param("kid");
  refuseEnvironmentKey(id, kid);
  const outcome = await sitesObject(c.env).revokeKey(id, kid);
  if (outcome.kind !== "gone") throw new ApiError(outcome.kind);
  await refreshSites(c.env);
  return new Response(null, { status: 204, headers: CORS });
});
