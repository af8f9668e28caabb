import { type Context, Hono } from "hono";

import { isObject } from "../../shared/page-context.ts";
import { diffDocuments } from "../domain/document-diff.ts";
import type { VersionHead } from "../domain/model-versions.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { readJson } from "../middleware/body.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import {
  expectationOf,
  modelsOf,
  refuseUnknownKeys,
  savedAnswer,
  signatureOf,
  throwRefusal,
} from "./model-changes.ts";
import { modelIdOf, versionOf } from "./parameters.ts";

/** The versions of a model: what they were, how they differ, and the way back to one. */
export const versions = new Hono<AppEnv>();

versions.get("/:id/versions", async (c) => {
  const heads = await modelsOf(c).versions(modelIdOf(c.req.param("id")));
  if (heads.length === 0) throw new ApiError("unknown_model");
  return jsonAnswer(JSON.stringify({ versions: heads.map(versionView) }));
});

versions.get("/:id/diff", async (c) => {
  const id = modelIdOf(c.req.param("id"));
  const [from, to] = await Promise.all([
    readVersion(c, id, versionOf("from", c.req.query("from"))),
    readVersion(c, id, versionOf("to", c.req.query("to"))),
  ]);
  return jsonAnswer(JSON.stringify({ changes: diffDocuments(from, to) }));
});

versions.post("/:id/restore", async (c) => {
  const id = modelIdOf(c.req.param("id"));
  const expected = expectationOf(c.req);
  const body = await readJson(c.req.raw);
  refuseUnknownKeys(body, ["version"]);
  const version = versionOf("version", isObject(body) ? body.version : undefined);
  const signature = signatureOf(c.req.query());
  const outcome = await modelsOf(c).restore(id, version, { expected, ...signature });
  return savedAnswer(c, id, outcome);
});

async function readVersion(c: Context<AppEnv>, id: string, version: number): Promise<unknown> {
  const found = await modelsOf(c).read(id, version);
  if ("kind" in found) return throwRefusal(id, found);
  if (found.document === null) {
    throw new ApiError("unknown_version", {
      message: `Version ${version} is a deletion: it has no document.`,
    });
  }
  return JSON.parse(found.document);
}

function versionView({ version, at, name, note, author, restored, deleted }: VersionHead) {
  return {
    version,
    at: at === 0 ? null : new Date(at).toISOString(),
    name,
    ...(note === undefined ? {} : { note }),
    ...(author === undefined ? {} : { author }),
    ...(restored === undefined ? {} : { restored }),
    ...(deleted ? { deleted } : {}),
  };
}
