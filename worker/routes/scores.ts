import { type Context, Hono } from "hono";

import type { Ref } from "../../shared/event.ts";
import { MAX_ID_CHARS } from "../../shared/limits.ts";
import type { Env } from "../env.ts";
import { ApiError } from "../errors.ts";
import { contactExists } from "../known-contacts.ts";
import { jsonAnswer, taggedAnswer } from "../middleware/cors.ts";
import { keyOfRequest, kindOfKey } from "../middleware/keys.ts";
import type { Reading, ScoreQuery } from "../objects/contact.ts";
import { dayOfQuery, refOf } from "./parameters.ts";

type ReadContext = Context<{ Bindings: Env }>;

/** Reads of one contact. None of them writes a row, and an unknown contact makes no object. */
export const contacts = new Hono<{ Bindings: Env }>();

contacts.get("/:ref/score", async (c) => {
  const query = scoreQuery(c);
  return read(c, refOf(c.req.param("ref")), (contact) => contact.score(query));
});
contacts.get("/:ref/timeline", (c) =>
  read(c, refOf(c.req.param("ref")), (contact) => contact.timeline(c.req.query("model"))),
);
contacts.get("/:ref", (c) => read(c, refOf(c.req.param("ref")), (contact) => contact.describe()));

/** A browser's own visitor, by the public key and the visitor's id, which only that browser knows. */
export const me = new Hono<{ Bindings: Env }>();

me.get("/score", async (c) => {
  const kind = kindOfKey(keyOfRequest(c), c.env);
  if (!kind) throw new ApiError("invalid_key");
  const id = c.req.query("anonymousId");
  if (!id || id.length > MAX_ID_CHARS) throw new ApiError("missing_visitor");
  const query = scoreQuery(c);
  const explain = query.explain && (kind === "secret" || c.env.EXPLAIN_TO_VISITORS === "1");
  return read(c, `anon:${id}`, (contact) => contact.score({ ...query, explain }));
});

type ContactStub = ReturnType<Env["CONTACT"]["getByName"]>;

async function read(
  c: ReadContext,
  ref: Ref,
  ask: (contact: ContactStub) => Promise<Reading>,
): Promise<Response> {
  if (!(await contactExists(ref, c.env))) throw new ApiError("unknown_contact");
  const reading = await ask(c.env.CONTACT.getByName(ref));
  if ("problem" in reading) throw new ApiError(reading.problem);
  const { text, etag } = reading;
  return etag === undefined ? jsonAnswer(text) : taggedAnswer(text, etag, c.req.header("if-none-match"));
}

function scoreQuery(c: ReadContext): ScoreQuery {
  const explain = c.req.query("explain");
  return {
    model: c.req.query("model"),
    at: dayOfQuery(c.req.query("at")),
    explain: explain !== undefined && explain !== "0" && explain !== "false",
  };
}
