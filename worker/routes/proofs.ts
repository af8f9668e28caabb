import type { Context } from "hono";

import type { Ref } from "../../shared/event.ts";
import { MAX_TOKENS_PER_BATCH } from "../../shared/limits.ts";
import { isObject } from "../../shared/page-context.ts";
import { readId } from "../../shared/parse-event.ts";
import { claimedEmailOf, type Proof, tokenOf } from "../domain/asked-merges.ts";
import { NO_IDENTITY, type SiteIdentity } from "../domain/identity-settings.ts";
import type { SiteId } from "../domain/site.ts";
import type { Viewer } from "../domain/viewer.ts";
import type { AppEnv, Env } from "../env.ts";
import { currentSites } from "../live-sites.ts";
import { readToken, type TokenReading } from "../tokens.ts";

const NONE: ReadonlyMap<number, Proof> = new Map();

/** What the events of a batch with the public key prove or claim, by their place; asks nobody where none does. */
export async function readProofs(
  env: Env,
  site: SiteId,
  batch: readonly unknown[],
): Promise<ReadonlyMap<number, Proof>> {
  if (!batch.some((raw) => tokenOf(raw) !== undefined || claimedEmailOf(raw) !== undefined)) return NONE;
  const identity = await identityOf(env, site);
  const readings = new Map<string, TokenReading>();
  const proofs = new Map<number, Proof>();
  for (const [index, raw] of batch.entries()) {
    const token = tokenOf(raw);
    const email = identity.mergeClaimedEmail ? claimedEmailOf(raw) : undefined;
    const claimed: Proof = { ...(email ? { user: email } : {}), isVerified: false };
    if (token === undefined) {
      if (email) proofs.set(index, claimed);
      continue;
    }
    let reading = readings.get(token);
    if (!reading) {
      const isOne = readings.size < MAX_TOKENS_PER_BATCH;
      reading = isOne ? await readToken(token, site, identity, Date.now()) : { problem: "too_many_tokens" };
      if (isOne) readings.set(token, reading);
    }
    proofs.set(index, proofOf(raw, reading) ?? { ...claimed, problem: problemOf(reading) });
  }
  return proofs;
}

/** A signed-in visitor's token; its browser sees where the whole contact stands. */
const TOKEN_HEADER = "afterglow-token";

/** In whose browser a visitor is read. */
export async function viewerOf(c: Context<AppEnv>, site: SiteId, source: Ref): Promise<Viewer> {
  const token = c.req.header(TOKEN_HEADER);
  return { source, user: token === undefined ? undefined : await userOfToken(c.env, site, token) };
}

/** The user of one token, for a read; `undefined` where it is none of the site's. */
async function userOfToken(env: Env, site: SiteId, token: string): Promise<Ref | undefined> {
  const reading = await readToken(token, site, await identityOf(env, site), Date.now());
  return "user" in reading ? `user:${reading.user}` : undefined;
}

async function identityOf(env: Env, site: SiteId): Promise<SiteIdentity> {
  return (await currentSites(env)).find(site)?.identity ?? NO_IDENTITY;
}

function proofOf(raw: unknown, reading: TokenReading): Proof | undefined {
  if ("problem" in reading) return undefined;
  const userId = isObject(raw) ? readId(raw.userId) : undefined;
  if (userId && userId !== reading.user) return undefined;
  return { user: `user:${reading.user}`, isVerified: true };
}

function problemOf(reading: TokenReading): NonNullable<Proof["problem"]> {
  return "problem" in reading ? reading.problem : "token_wrong_subject";
}
