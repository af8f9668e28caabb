import type { Context, HonoRequest } from "hono";

import { isObject } from "../../shared/page-context.ts";
import { reindex } from "../contact-indexes.ts";
import { MAX_AUTHOR_CHARS, MAX_NOTE_CHARS } from "../domain/model-limits.ts";
import { liveTag, type Refusal, type SaveOutcome } from "../domain/model-versions.ts";
import { type Expected, expectedOf } from "../domain/precondition.ts";
import { unknownKeys } from "../domain/unknown-keys.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { refreshModels } from "../live-models.ts";
import { CORS } from "../middleware/cors.ts";
import { objectsOf } from "../site-objects.ts";
import { textOf } from "./parameters.ts";

/** The models of the site that a request is about. */
export function modelsOf({ env, var: { access } }: Context<AppEnv>) {
  return objectsOf(env, access.site).models();
}

/** What a change says that it expects. Throws `precondition_required` where it says nothing. */
export function expectationOf(req: HonoRequest): Expected {
  const expected = expectedOf(req.header("if-match"), req.header("if-none-match"));
  if (expected === undefined) throw new ApiError("precondition_required");
  return expected;
}

/** Who made a version, and why, as far as it is said. Throws `invalid_request`. */
export function signatureOf(from: { readonly note?: string; readonly author?: string }) {
  const note = textOf("note", from.note, MAX_NOTE_CHARS);
  const author = textOf("author", from.author, MAX_AUTHOR_CHARS);
  return { ...(note === undefined ? {} : { note }), ...(author === undefined ? {} : { author }) };
}

/** Throws `invalid_request` where a body has another key. */
export function refuseUnknownKeys(body: unknown, known: readonly string[]): void {
  const unknown = isObject(body) ? unknownKeys(body, known) : [];
  if (unknown.length > 0) {
    throw new ApiError("invalid_request", { message: unknown.map(({ message }) => message).join(" ") });
  }
}

/** After a change: it holds in this isolate, and the site's index takes it in. */
export async function holdNow({ env, var: { access } }: Context<AppEnv>): Promise<void> {
  await Promise.all([refreshModels(env, access.site), reindex(env, access.site)]);
}

/** The answer to a change that was made, or was none; it holds in this isolate then. Throws a refusal. */
export async function savedAnswer(c: Context<AppEnv>, id: string, outcome: SaveOutcome): Promise<Response> {
  if (outcome.kind !== "saved" && outcome.kind !== "unchanged") return throwRefusal(id, outcome);
  if (outcome.kind === "saved") await holdNow(c);
  const { version, name, at, restored } = outcome.head;
  const body = {
    id,
    version,
    updatedAt: at === 0 ? null : new Date(at).toISOString(),
    name,
    changed: outcome.kind === "saved",
    ...(restored === undefined ? {} : { restored }),
  };
  const status = outcome.kind === "saved" && outcome.created ? 201 : 200;
  return Response.json(body, {
    status,
    headers: { ...CORS, "cache-control": "private, no-cache", etag: `"${liveTag(outcome.head)}"` },
  });
}

export function throwRefusal(id: string, refusal: Refusal): never {
  if (refusal.kind === "no_longer_a_model") {
    const { version, issues } = refusal;
    const message = `Version ${version} is no model by today's rules: see issues. Send it changed, by PUT.`;
    throw new ApiError("invalid_model", { message, issues });
  }
  if (refusal.kind !== "mismatch") throw new ApiError(refusal.kind);
  const { live } = refusal;
  if (live === null) {
    const message = `There is no model "${id}". Send If-None-Match: * to create it.`;
    throw new ApiError("precondition_failed", { message });
  }
  const etag = `"${live.tag}"`;
  throw new ApiError("precondition_failed", {
    message: `The model "${id}" is at version ${live.version}. Look at it, and send If-Match: ${etag}.`,
    headers: { etag },
  });
}
