import { type Context, Hono } from "hono";

import { type Day, dayOf, dayToIso } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { allOf, nameOfModels } from "../domain/models-in-use.ts";
import { type Flag, flagOf, flagsOf, readFlagKey } from "../domain/ofrep-flags.ts";
import { MAX_CONTEXT_BYTES, readTarget } from "../domain/ofrep-request.ts";
import type { AnyStanding } from "../domain/score-answer.ts";
import type { SiteId } from "../domain/site.ts";
import type { Viewer } from "../domain/viewer.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { contactExists } from "../known-contacts.ts";
import { currentModels } from "../live-models.ts";
import { admit } from "../middleware/access.ts";
import { readJson, readToEnd } from "../middleware/body.ts";
import { jsonAnswer, taggedAnswer } from "../middleware/cors.ts";
import { keyOfRequest } from "../middleware/keys.ts";
import { countRefusals, holdReader } from "../middleware/limits.ts";
import { visitorOfCookie } from "../middleware/visitor-cookie.ts";
import type { Reading } from "../objects/contact.ts";
import { objectsOf } from "../site-objects.ts";
import { startStanding } from "../start-standings.ts";
import { ofrepError } from "./ofrep-errors.ts";
import { parseRef } from "./parameters.ts";
import { viewerOf } from "./proofs.ts";

type FlagContext = Context<AppEnv>;

/**
 * Standings as feature flags, by the OpenFeature Remote Evaluation Protocol. Somebody who is not known stands where
 * anybody does who has done nothing; that is worked out here, and no object is made or asked for it.
 */
export const ofrep = new Hono<AppEnv>();

ofrep.post("/", countRefusals, async (c) => {
  const target = await targetOf(c);
  const { flags, tag } = (await flagsOfContact(c, target)) ?? (await flagsOfNobody(c, target));
  const text = JSON.stringify({ flags, metadata: { at: dayToIso(target.at) } });
  // All ask at the same address, so the tag says about whom it is, too.
  const etag = await hashedTag(`${target.site}\n${target.ref}\n${tag}`);
  return taggedAnswer(text, etag, c.req.header("if-none-match"));
});

// With slashes and all: whatever a flag may be called, there is none of that name.
ofrep.post("/:key{.+}", countRefusals, async (c) => {
  const target = await targetOf(c);
  const flag = await flagFor(c, target, c.req.param("key") ?? "");
  return jsonAnswer(JSON.stringify(flag));
});

ofrep.onError(async (problem, { req }) => {
  await readToEnd(req.raw);
  return ofrepError(problem, req.param("key"));
});

/** Whose flags are asked for, as of today, and in whose browser; nobody's where the site itself asks. */
interface Target {
  readonly site: SiteId;
  readonly ref: Ref;
  readonly at: Day;
  readonly viewer: Viewer | undefined;
}

const CONTEXT_LIMIT = { bytes: MAX_CONTEXT_BYTES, code: "context_too_large" } as const;

async function targetOf(c: FlagContext): Promise<Target> {
  // The protocol knows a header of its own for keys.
  const { site, kind } = await admit(c, keyOfRequest(c) || c.req.header("x-api-key"));
  if (kind === "write") await holdReader(c, site);
  const reading = readTarget(await readJson(c.req.raw, CONTEXT_LIMIT));
  if ("problem" in reading) throw new ApiError(reading.problem, { message: reading.message });
  const key = reading.key ?? (kind === "write" ? await cookieTarget(c, site) : undefined);
  if (key === undefined) throw new ApiError("missing_targeting_key");
  const ref = parseRef(key);
  if (!ref) throw new ApiError("invalid_context");
  const at = dayOf(Date.now());
  if (kind === "secret") return { site, ref, at, viewer: undefined };
  if (!ref.startsWith("anon:")) throw new ApiError("invalid_context", { message: OWN_VISITOR });
  return { site, ref, at, viewer: await viewerOf(c, site, ref) };
}

const OWN_VISITOR =
  'With the write key the targetingKey is the browser\'s own visitor, "anon:<anonymousId>". Flags of a user are for the ' +
  "secret key; a browser whose user is signed in sends the user's token as Afterglow-Token.";

async function cookieTarget(c: FlagContext, site: SiteId): Promise<string | undefined> {
  const id = await visitorOfCookie(c, site);
  return id === undefined ? undefined : `anon:${id}`;
}

interface TaggedFlags {
  readonly flags: readonly Flag[];
  /** Another one where the flags of the same contact are others. */
  readonly tag: string;
}

async function flagsOfContact(c: FlagContext, target: Target): Promise<TaggedFlags | undefined> {
  const { at, viewer } = target;
  const reading = await ask(c, target, (contact) => contact.standings({ at, viewer }));
  if (!reading) return undefined;
  const standings = JSON.parse(reading.text) as AnyStanding[];
  return { flags: flagsOf(standings, "TARGETING_MATCH"), tag: reading.etag ?? "" };
}

async function flagsOfNobody(c: FlagContext, target: Target): Promise<TaggedFlags> {
  const models = allOf(await currentModels(c.env, target.site));
  const standings = models.map((model) => startStanding(model, target.at));
  return { flags: flagsOf(standings, "DEFAULT"), tag: `nobody.${nameOfModels(models)}.${target.at}` };
}

/** Throws `unknown_flag`. */
async function flagFor(c: FlagContext, target: Target, key: string): Promise<Flag> {
  const name = readFlagKey(key);
  if (!name) throw new ApiError("unknown_flag");
  const { model, kind } = name;
  const query = { model, at: target.at, explain: false, ...(target.viewer && { viewer: target.viewer }) };
  const reading = await ask(c, target, (contact) => contact.score(query));
  if (reading) return flagOf(key, kind, JSON.parse(reading.text) as AnyStanding, "TARGETING_MATCH");
  const live = (await currentModels(c.env, target.site)).find(model);
  if (!live) throw new ApiError("unknown_flag");
  return flagOf(key, kind, startStanding(live, target.at), "DEFAULT");
}

type ContactStub = ReturnType<ReturnType<typeof objectsOf>["contact"]>;
type Text = Extract<Reading, { readonly text: string }>;

/** `undefined` where there is no such contact. Throws `unknown_flag` where there is no such model. */
async function ask(
  c: FlagContext,
  { site, ref }: Target,
  question: (contact: ContactStub) => Promise<Reading>,
): Promise<Text | undefined> {
  if (!(await contactExists(site, ref, c.env))) return undefined;
  const reading = await question(objectsOf(c.env, site).contact(ref));
  if ("text" in reading) return reading;
  if (reading.problem === "unknown_model") throw new ApiError("unknown_flag");
  return undefined;
}

const encoder = new TextEncoder();
/** Of a hash: no two answers ever share one. */
const TAG_BYTES = 16;

async function hashedTag(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", encoder.encode(text));
  const bytes = Array.from(new Uint8Array(hash, 0, TAG_BYTES), (byte) => byte.toString(16).padStart(2, "0"));
  return `"${bytes.join("")}"`;
}
