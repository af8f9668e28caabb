import { type Context, Hono } from "hono";

import { isObject, show } from "../../shared/scoring/show.ts";
import { unknownKeys } from "../domain/unknown-keys.ts";
import { MAX_OVERLAP_HOURS, OVERLAP_HOURS } from "../domain/webhooks/delivery-limits.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { readJson } from "../middleware/body.ts";
import { CORS } from "../middleware/cors.ts";
import type { WebhookOutcome } from "../objects/deliveries.ts";
import { objectsOf } from "../site-objects.ts";

const HOUR_MS = 3_600_000;

/** The destinations of a site's crossings. */
export const webhooks = new Hono<AppEnv>();

webhooks.get("/", async (c) => webhookAnswer({ webhooks: await deliveriesOf(c).list() }));

webhooks.post("/", async (c) => {
  const body = JSON.stringify(await readJson(c.req.raw));
  const outcome = await deliveriesOf(c).create(body, new URL(c.req.url).origin);
  return savedAnswer(outcome, 201);
});

webhooks.get("/:id", async (c) => {
  const found = await deliveriesOf(c).read(c.req.param("id"));
  if (!found) throw new ApiError("unknown_webhook");
  return webhookAnswer(found);
});

webhooks.patch("/:id", async (c) => {
  const body = JSON.stringify(await readJson(c.req.raw));
  return savedAnswer(await deliveriesOf(c).change(c.req.param("id"), body), 200);
});

webhooks.delete("/:id", async (c) => {
  const isGone = await deliveriesOf(c).remove(c.req.param("id"));
  if (!isGone) throw new ApiError("unknown_webhook");
  return new Response(null, { status: 204, headers: CORS });
});

webhooks.post("/:id/secret", async (c) => {
  const hours = overlapOf(c.req.raw.body ? await readJson(c.req.raw) : {});
  return savedAnswer(await deliveriesOf(c).rotate(c.req.param("id"), hours * HOUR_MS), 201);
});

/** How long, in hours, the old secret signs beside the new one. Throws `invalid_webhook`. */
function overlapOf(body: unknown): number {
  const { overlapHours = OVERLAP_HOURS } = isObject(body) ? body : {};
  const issues = isObject(body) ? unknownKeys(body, ["overlapHours"]) : [];
  const isHours = typeof overlapHours === "number" && overlapHours >= 0 && overlapHours <= MAX_OVERLAP_HOURS;
  if (isObject(body) && isHours && issues.length === 0) return overlapHours;
  const message = `wants a number of hours from 0 to ${MAX_OVERLAP_HOURS}, got ${show(overlapHours)}`;
  return refuse([...issues, ...(isHours ? [] : [{ path: "overlapHours", message }])]);
}

export function deliveriesOf({ env, var: { access } }: Context<AppEnv>) {
  return objectsOf(env, access.site).deliveries();
}

/** The secret is shown where it is new, and never again. */
function savedAnswer(outcome: WebhookOutcome, status: 200 | 201): Response {
  if (outcome.kind === "invalid") return refuse(outcome.issues);
  if (outcome.kind !== "saved") throw new ApiError(outcome.kind);
  const { webhook, secret } = outcome;
  return webhookAnswer({ ...webhook, ...(secret === undefined ? {} : { secret }) }, status);
}

/** Throws `invalid_webhook` with everything that is wrong. */
function refuse(issues: Extract<WebhookOutcome, { kind: "invalid" }>["issues"]): never {
  const message = issues.map((issue) => `${issue.path} ${issue.message}`.trim()).join(". ");
  throw new ApiError("invalid_webhook", { message, issues });
}

/** Nobody keeps an answer that may show a secret, or a contact. */
export function webhookAnswer(body: object, status: 200 | 201 | 202 = 200): Response {
  return Response.json(body, { status, headers: { ...CORS, "cache-control": "no-store" } });
}
