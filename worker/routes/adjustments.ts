import { type Context, Hono } from "hono";

import { type Day, dayOf, dayToIso } from "../../shared/day.ts";
import { MAX_ID_CHARS } from "../../shared/limits.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import { type ByHand, readByHand } from "../domain/adjustment.ts";
import { sortBatch } from "../domain/batch.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { contactExists } from "../known-contacts.ts";
import { currentModels } from "../live-models.ts";
import { readJson } from "../middleware/body.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import { objectsOf } from "../site-objects.ts";
import { refOf } from "./parameters.ts";

/** What a person does to a contact's score by hand, kept as a fact with reason and author. */
export const adjustments = new Hono<AppEnv>();

adjustments.post("/:ref/adjustments", (c) => takeByHand(c, c.req.param("ref"), "add"));
adjustments.post("/:ref/resets", (c) => takeByHand(c, c.req.param("ref"), "reset"));

async function takeByHand(c: Context<AppEnv>, param: string, kind: ByHand): Promise<Response> {
  const { env } = c;
  const { site } = c.var.access;
  const ref = refOf(param);
  const messageId = c.req.header("idempotency-key") ?? crypto.randomUUID();
  if (messageId.length > MAX_ID_CHARS || messageId === "") {
    throw new ApiError("invalid_request", {
      message: `Idempotency-Key has 1 to ${MAX_ID_CHARS} characters.`,
    });
  }
  const body = await readJson(c.req.raw);
  if (!(await contactExists(site, ref, env))) throw new ApiError("unknown_contact");
  const read = readByHand(kind, ref, body, await currentModels(env, site));
  if (!read.ok) throw invalid(read.issues.map((issue) => issue.message).join(" "), read.issues);
  const { intakes, rejected } = sortBatch({}, [{ ...read.event, messageId }], {
    site,
    receivedAt: Date.now(),
    trusted: true,
    newId: () => messageId,
  });
  const [intake] = intakes;
  if (!intake) throw invalid(rejected[0]?.message ?? "");
  const contact = objectsOf(env, site).contact(ref);
  const text = JSON.stringify({ ...intake, wantsScore: true });
  const cleared = kind === "add" ? await contact.clearedUntil(text) : null;
  if (cleared !== null) throw clearedByReset(cleared, dayOf(intake.receivedAt));
  const answer = JSON.parse(await contact.ingest(text)) as IngestAnswer;
  const { accepted, duplicate, rejected: refused, snapshot } = answer;
  if (refused.some(({ reason }) => reason === "deleted_contact")) throw new ApiError("unknown_contact");
  if (refused[0]) throw invalid(refused[0].message);
  return jsonAnswer(
    JSON.stringify({ success: true, contact: ref, messageId, accepted, duplicate, snapshot }),
  );
}

function clearedByReset(until: Day, today: Day): ApiError {
  const next = dayToIso(until + 1);
  const what = until < today ? `Date it later: "at": "${next}".` : `Send it on ${next} (UTC) or later.`;
  const message = `The reset on ${dayToIso(until)} clears everything dated up to and including its day, so these points would not count. ${what}`;
  return new ApiError("cleared_by_reset", { message });
}

function invalid(message: string, issues?: readonly { path: string; message: string }[]): ApiError {
  return new ApiError("invalid_adjustment", { message, ...(issues ? { issues } : {}) });
}
