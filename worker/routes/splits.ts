import { Hono } from "hono";

import { isObject } from "../../shared/page-context.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { contactExists } from "../known-contacts.ts";
import { readJson } from "../middleware/body.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import { objectsOf } from "../site-objects.ts";
import { parseRef, refOf } from "./parameters.ts";

/** Undoes a merge: a contact that was merged gets its own facts back. */
export const splits = new Hono<AppEnv>();

splits.post("/:ref/split", async (c) => {
  const { env } = c;
  const { site } = c.var.access;
  const ref = refOf(c.req.param("ref"));
  const body = await readJson(c.req.raw);
  const source = isObject(body) && typeof body.source === "string" ? parseRef(body.source) : undefined;
  if (!source) throw new ApiError("invalid_split");
  if (!(await contactExists(site, ref, env))) throw new ApiError("unknown_contact");
  const outcome = await objectsOf(env, site).contact(ref).split({ site, ref, source });
  if (outcome === "unknown_source") throw new ApiError("unknown_source");
  return jsonAnswer(JSON.stringify({ success: true, source, split: outcome === "split" }));
});
