import { type Context, Hono } from "hono";

import { dayOf, LAST_DAY, parseTime } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { MAX_ID_CHARS } from "../../shared/limits.ts";
import type { Env } from "../env.ts";
import { ApiError } from "../errors.ts";
import { contactExists } from "../known-contacts.ts";
import { jsonAnswer } from "../middleware/cors.ts";
import { keyOfRequest, kindOfKey } from "../middleware/keys.ts";
import { DEFAULT_MODEL, hasModel } from "../models.ts";
import type { ScoreQuery } from "../objects/contact.ts";

type ReadContext = Context<{ Bindings: Env }>;

/** Reads of one contact. None of them writes a row, and an unknown contact makes no object. */
export const contacts = new Hono<{ Bindings: Env }>();

contacts.use(async function requireSecretKey(c, next) {
  if (kindOfKey(keyOfRequest(c), c.env) !== "secret") {
    throw new ApiError("secret_key_required");
  }
  await next();
});

contacts.get("/:ref/score", async (c) => {
  const ref = refOf(c.req.param("ref"));
  const query = scoreQuery(c);
  return jsonAnswer(await read(c, ref, (contact) => contact.score(query)));
});
contacts.get("/:ref/timeline", async (c) =>
  jsonAnswer(await read(c, refOf(c.req.param("ref")), (o) => o.timeline())),
);
contacts.get("/:ref", async (c) => jsonAnswer(await read(c, refOf(c.req.param("ref")), (o) => o.describe())));

/** A browser's own visitor, by the public key and the visitor's id, which only that browser knows. */
export const me = new Hono<{ Bindings: Env }>();

me.get("/score", async (c) => {
  const kind = kindOfKey(keyOfRequest(c), c.env);
  if (!kind) throw new ApiError("invalid_key");
  const id = c.req.query("anonymousId");
  if (!id || id.length > MAX_ID_CHARS) throw new ApiError("missing_visitor");
  const query = scoreQuery(c);
  const explain = query.explain && (kind === "secret" || c.env.EXPLAIN_TO_VISITORS === "1");
  return jsonAnswer(await read(c, `anon:${id}`, (contact) => contact.score({ ...query, explain })));
});

type ContactStub = ReturnType<Env["CONTACT"]["getByName"]>;

async function read(
  c: ReadContext,
  ref: Ref,
  ask: (contact: ContactStub) => Promise<string | null>,
): Promise<string> {
  const text = (await contactExists(ref, c.env)) ? await ask(c.env.CONTACT.getByName(ref)) : null;
  if (text === null) throw new ApiError("unknown_contact");
  return text;
}

function refOf(param: string): Ref {
  const id = /^(?:user|anon):(.+)$/s.exec(param)?.[1];
  if (!id || id.length > MAX_ID_CHARS) throw new ApiError("invalid_ref");
  return param as Ref;
}

function scoreQuery(c: ReadContext): ScoreQuery {
  const model = c.req.query("model") ?? DEFAULT_MODEL;
  if (!hasModel(model)) throw new ApiError("unknown_model");
  const asked = c.req.query("at");
  const time = asked === undefined ? Date.now() : parseTime(asked);
  const explain = c.req.query("explain");
  if (time === undefined || dayOf(time) > LAST_DAY) throw new ApiError("invalid_at");
  return { model, at: dayOf(time), explain: explain !== undefined && explain !== "0" && explain !== "false" };
}
