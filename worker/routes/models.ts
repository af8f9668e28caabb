import { Hono } from "hono";

import { type Content, type ModelVersion, tagOf, type VersionHead } from "../domain/model-versions.ts";
import { expectedOf } from "../domain/precondition.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { readText } from "../middleware/body.ts";
import { CORS, jsonAnswer, taggedAnswer } from "../middleware/cors.ts";
import { expectationOf, holdNow, modelsOf, savedAnswer, signatureOf, throwRefusal } from "./model-changes.ts";
import { documentOfText, MODEL_BODY } from "./model-document.ts";
import { modelIdOf, versionOf } from "./parameters.ts";

/** A site's models, and their changes, each for the version that it was made from. */
export const models = new Hono<AppEnv>();

models.get("/", async (c) => {
  const heads = await modelsOf(c).list();
  return jsonAnswer(
    JSON.stringify({ models: heads.map((head, i) => ({ ...modelView(head), default: i === 0 })) }),
  );
});

models.get("/:id", async (c) => {
  const id = modelIdOf(c.req.param("id"));
  const asked = c.req.query("version");
  const version = asked === undefined ? undefined : versionOf("version", asked);
  const found = await modelsOf(c).read(id, version);
  if ("kind" in found) return throwRefusal(id, found);
  const model = inForm(c.req.query("form"), found);
  if (model === null) {
    throw new ApiError("unknown_version", {
      message: `Version ${found.version} is a deletion: it has no document.`,
    });
  }
  const head = JSON.stringify({ id, version: found.version, updatedAt: timeOf(found) });
  return taggedAnswer(
    `${head.slice(0, -1)},"model":${model}}`,
    `"${tagOf(found)}"`,
    c.req.header("if-none-match"),
  );
});

models.put("/:id", async (c) => {
  const id = modelIdOf(c.req.param("id"));
  const expected = expectationOf(c.req);
  const signature = signatureOf(c.req.query());
  const { full, text } = documentOfText(id, await readText(c.req.raw, MODEL_BODY));
  const { name, about } = full;
  const outcome = await modelsOf(c).save({
    id,
    expected,
    document: text,
    full: JSON.stringify(full),
    name,
    ...(about === undefined ? {} : { about }),
    ...signature,
  });
  return savedAnswer(c, id, outcome);
});

models.delete("/:id", async (c) => {
  const id = modelIdOf(c.req.param("id"));
  const expected = expectedOf(c.req.header("if-match"), undefined);
  const outcome = await modelsOf(c).remove(id, expected);
  if (outcome.kind !== "deleted") return throwRefusal(id, outcome);
  await holdNow(c);
  return new Response(null, { status: 204, headers: CORS });
});

function modelView(head: VersionHead) {
  const { id, name, about, version } = head;
  return { id, name, ...(about === undefined ? {} : { about }), version, updatedAt: timeOf(head) };
}

/** `null` of the starter model before its first change: it has been there from the beginning. */
function timeOf({ at }: Pick<ModelVersion, "at">): string | null {
  return at === 0 ? null : new Date(at).toISOString();
}

/** JSON text of what was asked for; `null` of a deletion. */
function inForm(form: string | undefined, { document, full }: Content): string | null {
  if (form === undefined) return document;
  if (form === "full") return document === null ? null : (full ?? "null");
  throw new ApiError("invalid_request", {
    message: '"form" is full (written out), or is left out (as it was saved).',
  });
}
