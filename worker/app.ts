import { Hono } from "hono";

import { MAIN_SITE } from "./domain/site.ts";
import type { AppEnv } from "./env.ts";
import { ApiError, errorResponse } from "./errors.ts";
import { requireSecretKey } from "./middleware/access.ts";
import { allowedMethods } from "./middleware/allowed-methods.ts";
import { readToEnd } from "./middleware/body.ts";
import { restrictAnswer } from "./middleware/cors.ts";
import { countRefusals } from "./middleware/limits.ts";
import { preflight } from "./middleware/preflight.ts";
import { adjustments } from "./routes/adjustments.ts";
import { clientSettings } from "./routes/client-settings.ts";
import { demo } from "./routes/demo.ts";
import { hubspot } from "./routes/hubspot.ts";
import { imports } from "./routes/imports.ts";
import { ingest } from "./routes/ingest.ts";
import { jwks } from "./routes/jwks.ts";
import { listExport } from "./routes/list-export.ts";
import { previews } from "./routes/model-previews.ts";
import { versions } from "./routes/model-versions.ts";
import { models } from "./routes/models.ts";
import { ofrep } from "./routes/ofrep.ts";
import { presets, schema } from "./routes/presets.ts";
import { privacy } from "./routes/privacy.ts";
import { ranking } from "./routes/ranking.ts";
import { rejections } from "./routes/rejections.ts";
import { contacts, me } from "./routes/scores.ts";
import { script } from "./routes/script.ts";
import { siteKeys } from "./routes/site-keys.ts";
import { sites } from "./routes/sites.ts";
import { splits } from "./routes/splits.ts";
import { webhookDeliveries } from "./routes/webhook-deliveries.ts";
import { webhooks } from "./routes/webhooks.ts";
import { objectsOf, sitesObject } from "./site-objects.ts";

/** Everything that is served, on one port. */
export const app = new Hono<AppEnv>();

for (const path of ["/v1/*", "/ofrep/*", "/beacon/v1/*", "/sourceConfig", "/sourceConfig/"]) {
  app.options(path, countRefusals, preflight);
  app.use(path, restrictAnswer);
}
for (const path of [
  "/v1/contacts",
  "/v1/contacts/*",
  "/v1/models/*",
  "/v1/presets/*",
  "/v1/sites/*",
  "/v1/webhooks/*",
]) {
  app.use(path, requireSecretKey);
}
app.route("/v1/contacts", ranking);
app.route("/v1/contacts", listExport);
app.route("/v1/contacts", imports);
app.route("/v1/contacts", contacts);
app.route("/v1/contacts", adjustments);
app.route("/v1/contacts", splits);
app.route("/v1/contacts", privacy);
app.route("/v1/models", models);
app.route("/v1/models", versions);
app.route("/v1/models", previews);
app.route("/v1/presets", presets);
app.route("/v1/sites", sites);
app.route("/v1/sites", siteKeys);
app.route("/v1/sites", rejections);
app.route("/v1/webhooks", webhooks);
app.route("/v1/webhooks", webhookDeliveries);
app.route("/v1/hubspot", hubspot);
app.route("/v1/me", me);
app.route("/ofrep/v1/evaluate/flags", ofrep);
app.route("/", clientSettings);
app.route("/v1", ingest);
// Where RudderStack's browser client sends by sendBeacon.
app.route("/beacon/v1", ingest);
app.route("/", script);
app.route("/", jwks);
app.route("/", schema);
app.route("/", demo);
app.get("/healthz", async (c) => {
  // Asks the main site's own objects, so that it also tells whether objects can be reached.
  const main = objectsOf(c.env, MAIN_SITE);
  await Promise.all([
    main.directory().has("anon:healthz"),
    main.models().changes(Number.MAX_SAFE_INTEGER),
    sitesObject(c.env).changes(Number.MAX_SAFE_INTEGER),
  ]);
  return c.json({ ok: true });
});
app.get("/", (c) => c.redirect("/demo/"));

app.notFound(async ({ req }) => {
  await readToEnd(req.raw);
  const allowed = allowedMethods(app, req.path);
  if (allowed.length === 0 || allowed.includes(req.method)) return errorResponse("not_found");
  const allow = allowed.join(", ");
  const message = `${req.method} is not served at this address, which is there for ${allow}.`;
  return errorResponse("method_not_allowed", { message, headers: { allow } });
});
app.onError(async (problem, { req }) => {
  await readToEnd(req.raw);
  if (problem instanceof ApiError) return errorResponse(problem.code, problem.details);
  console.error(problem);
  return errorResponse("unavailable");
});
