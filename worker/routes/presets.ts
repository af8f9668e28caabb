import { Hono } from "hono";

import { PRESETS } from "../../shared/models/presets/index.ts";
import { modelSchema } from "../../shared/scoring/json-schema.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { CORS, jsonAnswer } from "../middleware/cors.ts";

/** Shipped models to start from. */
export const presets = new Hono<AppEnv>();

presets.get("/", () => {
  const list = Object.entries(PRESETS).map(([id, { name, about, source }]) => ({ id, name, about, source }));
  return jsonAnswer(JSON.stringify(list));
});

presets.get("/:id", (c) => {
  const id = c.req.param("id");
  const preset = Object.hasOwn(PRESETS, id) ? PRESETS[id] : undefined;
  if (!preset) throw new ApiError("unknown_preset");
  return jsonAnswer(JSON.stringify(preset));
});

/** What a model may look like, for editors: they fetch it without a key. */
export const schema = new Hono<AppEnv>();

schema.get("/model.schema.json", () =>
  Response.json(modelSchema(), {
    headers: { ...CORS, "content-type": "application/schema+json", "cache-control": "public, max-age=3600" },
  }),
);
