import { Hono } from "hono";

import { dayToIso, type Day } from "../../shared/day.ts";
import { isObject } from "../../shared/page-context.ts";
import { MAX_PREVIEW_CONTACTS } from "../domain/model-limits.ts";
import type { SiteId } from "../domain/site.ts";
import type { AppEnv, Env } from "../env.ts";
import { ApiError, type ErrorCode, errorOf } from "../errors.ts";
import { contactExists } from "../known-contacts.ts";
import { currentModels } from "../live-models.ts";
import { readJson } from "../middleware/body.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import type { PreviewQuery } from "../objects/contact.ts";
import { objectsOf } from "../site-objects.ts";
import { refuseUnknownKeys } from "./model-changes.ts";
import { documentOf, MODEL_BODY } from "./model-document.ts";
import { dayOfQuery, modelIdOf, parseRef } from "./parameters.ts";

/** What a draft of a model would make of contacts. Nothing is saved. */
export const previews = new Hono<AppEnv>();

previews.post("/:id/preview", async (c) => {
  const { env } = c;
  const { site } = c.var.access;
  const model = modelIdOf(c.req.param("id"));
  const body = await readJson(c.req.raw);
  refuseUnknownKeys(body, ["draft", "contacts", "at"]);
  const { contacts, day } = questionOf(body);
  const { text: draft } = documentOf(model, isObject(body) ? body.draft : undefined);
  if (new TextEncoder().encode(draft).length > MODEL_BODY.bytes) throw new ApiError(MODEL_BODY.code);
  const live = (await currentModels(env, site)).find(model);
  const results: string[] = [];
  for (let from = 0; from < contacts.length; from += CONTACTS_AT_ONCE) {
    const some = contacts.slice(from, from + CONTACTS_AT_ONCE);
    results.push(
      ...(await Promise.all(some.map((ref) => preview(env, site, ref, { model, draft, at: day })))),
    );
  }
  const head = { model, version: live?.version ?? null, at: dayToIso(day) };
  return jsonAnswer(`${JSON.stringify(head).slice(0, -1)},"results":[${results.join(",")}]}`);
});

/** So that one request does not hold up all others. */
const CONTACTS_AT_ONCE = 20;

function questionOf(body: unknown): { contacts: readonly string[]; day: Day } {
  const { draft, contacts, at } = isObject(body) ? body : {};
  if (!Array.isArray(contacts) || !contacts.every((each) => typeof each === "string")) {
    const message =
      'Send {"draft": { … }, "contacts": ["user:1", …]}: a model, and the contacts to try it on.';
    throw new ApiError("invalid_request", { message });
  }
  if (draft === undefined) {
    const message =
      'is missing: the model that is to be tried, as in {"draft": { … }, "contacts": ["user:1"]}';
    throw new ApiError("invalid_model", { issues: [{ path: "draft", message }] });
  }
  if (contacts.length > MAX_PREVIEW_CONTACTS) throw new ApiError("too_many_previews");
  return { contacts, day: dayOfQuery(at) };
}

/** `PreviewResult`, or `{"contact","error"}`, as JSON text. */
async function preview(env: Env, site: SiteId, contact: string, query: PreviewQuery): Promise<string> {
  const refuse = (code: ErrorCode) => JSON.stringify({ contact, error: errorOf(code) });
  const ref = parseRef(contact);
  if (!ref) return refuse("invalid_ref");
  if (!(await contactExists(site, ref, env))) return refuse("unknown_contact");
  const reading = await objectsOf(env, site).contact(ref).preview(query);
  return "problem" in reading ? refuse(reading.problem) : reading.text;
}
