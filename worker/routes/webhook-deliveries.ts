import { Hono } from "hono";

import { show } from "../../shared/scoring/show.ts";
import { STATUSES, type Status } from "../domain/webhooks/schedule.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { deliveriesOf, webhookAnswer } from "./webhooks.ts";

/** What was delivered to a destination, what waits, and what could not be delivered. */
export const webhookDeliveries = new Hono<AppEnv>();

webhookDeliveries.post("/:id/test", async (c) => {
  const outcome = await deliveriesOf(c).sendTest(c.req.param("id"));
  if (outcome.kind !== "queued") throw new ApiError(outcome.kind);
  return webhookAnswer({ delivery: outcome.delivery }, 202);
});

webhookDeliveries.get("/:id/deliveries", async (c) => {
  const status = statusOf(c.req.query("status"));
  const before = cursorOf(c.req.query("cursor"));
  const page = await deliveriesOf(c).deliveries(c.req.param("id"), status, before);
  if (!page) throw new ApiError("unknown_webhook");
  const { deliveries, cursor } = page;
  return webhookAnswer({ deliveries, ...(cursor === undefined ? {} : { cursor: String(cursor) }) });
});

webhookDeliveries.post("/:id/deliveries/replay", async (c) => {
  const status = statusOf(c.req.query("status") ?? "dead");
  if (status !== "dead") {
    const message = 'Only dead letters are replayed all at once: leave "status" out, or send status=dead.';
    throw new ApiError("invalid_request", { message });
  }
  const replayed = await deliveriesOf(c).replayDead(c.req.param("id"));
  if (typeof replayed !== "number") throw new ApiError(replayed);
  return webhookAnswer({ replayed }, 202);
});

webhookDeliveries.post("/:id/deliveries/:delivery/replay", async (c) => {
  const outcome = await deliveriesOf(c).replay(c.req.param("id"), c.req.param("delivery"));
  if (outcome.kind !== "queued") throw new ApiError(outcome.kind);
  return webhookAnswer({ delivery: outcome.delivery }, 202);
});

/** Throws `invalid_request`. */
function statusOf(text: string | undefined): Status | undefined {
  if (text === undefined || text === "") return undefined;
  const status = STATUSES.find((known) => known === text);
  if (status) return status;
  const message = `"status" is one of ${STATUSES.join(", ")}, not ${show(text)}.`;
  throw new ApiError("invalid_request", { message });
}

/** Throws `invalid_request`. */
function cursorOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const cursor = Number(text);
  if (Number.isSafeInteger(cursor) && cursor > 0) return cursor;
  throw new ApiError("invalid_request", {
    message: '"cursor" is what the page before answered as "cursor".',
  });
}
