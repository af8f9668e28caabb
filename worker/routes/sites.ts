import { type Context, Hono } from "hono";

import { addressCheck } from "../destination-address.ts";
import { readSiteDraft, readSitePatch, type SitePatch } from "../domain/site-document.ts";
import { MAIN_SITE } from "../domain/site.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { refreshSites } from "../live-sites.ts";
import { readJson } from "../middleware/body.ts";
import { CORS } from "../middleware/cors.ts";
import { objectsOf, sitesObject } from "../site-objects.ts";
import { signingKeyOf, siteAnswer, siteIdOf, siteView, valueOf } from "./site-answers.ts";

/**
 * The sites of a deployment. The main site's secret key administers all of them; another site's sees and changes its
 * own.
 */
export const sites = new Hono<AppEnv>();

sites.get("/", async (c) => {
  const { site: own } = c.var.access;
  const all = await sitesObject(c.env).list();
  const shown = own === MAIN_SITE ? all : all.filter(({ id }) => id === own);
  return siteAnswer({ sites: await Promise.all(shown.map((site) => siteView(c.env, site))) });
});

sites.post("/", async (c) => {
  requireMainKey(c);
  signingKeyOf(c.env);
  const draft = valueOf(readSiteDraft(await readJson(c.req.raw)));
  checkAddresses(c, draft);
  const outcome = await sitesObject(c.env).create(draft);
  if (outcome.kind !== "saved") throw new ApiError(outcome.kind);
  await refreshSites(c.env);
  return siteAnswer(await siteView(c.env, outcome.site, outcome.site.keys), 201);
});

sites.get("/:id", async (c) => {
  const site = await sitesObject(c.env).read(siteIdOf(c));
  if (!site) throw new ApiError("unknown_site");
  return siteAnswer(await siteView(c.env, site));
});

sites.patch("/:id", async (c) => {
  const id = siteIdOf(c);
  const patch = valueOf(readSitePatch(await readJson(c.req.raw)));
  checkAddresses(c, patch);
  const outcome = await sitesObject(c.env).change(id, patch);
  if (outcome.kind !== "saved") throw new ApiError(outcome.kind);
  await refreshSites(c.env);
  return siteAnswer(await siteView(c.env, outcome.site));
});

sites.delete("/:id", async (c) => {
  const id = siteIdOf(c);
  requireMainKey(c);
  if (id !== MAIN_SITE && c.req.query("contacts") !== "keep" && (await hasContacts(c, id))) {
    throw new ApiError("site_has_contacts");
  }
  // Before the site, so that what is broken off here can be asked for again.
  if (id !== MAIN_SITE && (await sitesObject(c.env).read(id))) {
    await objectsOf(c.env, id).deliveries().removeAll();
  }
  const outcome = await sitesObject(c.env).remove(id);
  if (outcome.kind !== "gone") throw new ApiError(outcome.kind);
  await refreshSites(c.env);
  return new Response(null, { status: 204, headers: CORS });
});

/** Throws `unknown_site`, as asking the directory of one would make it. */
async function hasContacts({ env }: Context<AppEnv>, id: string): Promise<boolean> {
  if (!(await sitesObject(env).read(id))) throw new ApiError("unknown_site");
  return !(await objectsOf(env, id).directory().isEmpty());
}

function requireMainKey({ var: { access } }: Context<AppEnv>): void {
  if (access.site !== MAIN_SITE) throw new ApiError("main_key_required");
}

/** Throws `invalid_site` for an address that no requests may go to. */
function checkAddresses({ env }: Context<AppEnv>, { settings }: SitePatch): void {
  const url = settings?.hubspot?.url;
  const message = url === undefined ? undefined : addressCheck(env)(url);
  if (message !== undefined) valueOf({ ok: false, issues: [{ path: "settings.hubspot.url", message }] });
}
