import { type Context, Hono } from "hono";

import { dayOf } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { MAX_ID_CHARS } from "../../shared/limits.ts";
import type { SiteId } from "../domain/site.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { contactExists } from "../known-contacts.ts";
import { settingsOf } from "../live-sites.ts";
import { admit } from "../middleware/access.ts";
import { jsonAnswer, taggedAnswer } from "../middleware/cors.ts";
import { keyOfRequest } from "../middleware/keys.ts";
import { countRefusals, holdReader } from "../middleware/limits.ts";
import { visitorOfCookie } from "../middleware/visitor-cookie.ts";
import type { Reading, ScoreQuery } from "../objects/contact.ts";
import { objectsOf } from "../site-objects.ts";
import { dayOfQuery, refOf } from "./parameters.ts";
import { viewerOf } from "./proofs.ts";

type ReadContext = Context<AppEnv>;

/** Reads of one contact. None of them writes a row, and an unknown contact makes no object. */
export const contacts = new Hono<AppEnv>();

contacts.get("/:ref/score", async (c) => {
  const query = scoreQuery(c);
  return read(c, c.var.access.site, refOf(c.req.param("ref")), (contact) => contact.score(query));
});
contacts.get("/:ref/timeline", (c) =>
  read(c, c.var.access.site, refOf(c.req.param("ref")), (contact) => contact.timeline(c.req.query("model"))),
);
contacts.get("/:ref", (c) =>
  read(c, c.var.access.site, refOf(c.req.param("ref")), (contact) => contact.describe()),
);

/** A browser's own visitor, by the public key and the visitor's id, which only that browser knows. */
export const me = new Hono<AppEnv>();

me.get("/score", countRefusals, async (c) => {
  const { site, kind } = await admit(c, keyOfRequest(c));
  if (kind === "write") await holdReader(c, site);
  // Who names one means that one, also right after reset(), when the cookie is still the visitor's before.
  const id = c.req.query("anonymousId") || (await visitorOfCookie(c, site));
  if (!id || id.length > MAX_ID_CHARS) throw new ApiError("missing_visitor");
  const query = scoreQuery(c);
  const explain = query.explain && (kind === "secret" || c.env.EXPLAIN_TO_VISITORS === "1");
  const source: Ref = `anon:${id}`;
  const viewer = await viewerOf(c, site, source);
  const today = dayOf(Date.now());
  const isSigned = query.at === today && (await settingsOf(c.env, site)).snapshots === true;
  const signed = isSigned ? { signedFor: today } : {};
  return read(c, site, source, (contact) => contact.score({ ...query, explain, viewer, ...signed }));
});

type ContactStub = ReturnType<ReturnType<typeof objectsOf>["contact"]>;

async function read(
  c: ReadContext,
  site: SiteId,
  ref: Ref,
  ask: (contact: ContactStub) => Promise<Reading>,
): Promise<Response> {
  if (!(await contactExists(site, ref, c.env))) throw new ApiError("unknown_contact");
  const reading = await ask(objectsOf(c.env, site).contact(ref));
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
