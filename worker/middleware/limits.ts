import type { Context, Next } from "hono";

import { hashedAddress } from "../client-address.ts";
import { createBuckets } from "../domain/buckets.ts";
import type { Intake } from "../domain/ledger.ts";
import {
  MAX_TRACKED_ADDRESSES,
  MAX_TRACKED_KEYS,
  rateLimits,
  type RateLimits,
} from "../domain/rate-limits.ts";
import type { LimitReason } from "../domain/refusal-reasons.ts";
import type { SiteId } from "../domain/site.ts";
import type { Allowance } from "../domain/token-bucket.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { contactExists, isKnown } from "../known-contacts.ts";
import { settingsOf } from "../live-sites.ts";
import { countEvents, countRequest, planFlush } from "../rejection-counts.ts";
import type { KnownKey } from "./keys.ts";

type Asked = Context<AppEnv>;

/** Of this isolate; by site, and by the address's keyed hash or by who the key is. */
const requests = createBuckets(MAX_TRACKED_KEYS);
const events = createBuckets(MAX_TRACKED_ADDRESSES);
const newOfAddress = createBuckets(MAX_TRACKED_ADDRESSES);
const newOfKey = createBuckets(MAX_TRACKED_KEYS);

/** Counts requests that are refused as a whole, by what they are refused for. */
export async function countRefusals(c: Asked, next: Next): Promise<void> {
  await next();
  if (c.error instanceof ApiError && !c.error.details.isCounted) {
    countRequest(c, c.var.siteOfKey, c.error.code);
  }
  planFlush(c);
}

/** Throws `rate_limited` where more requests come with a key than may. `count` events are in this one. */
export async function holdKey(
  c: Asked,
  { site, kind, kid = "" }: KnownKey,
  allowance: Allowance,
  count: number,
): Promise<void> {
  const name = `${site} ${kind} ${kid}`;
  const now = Date.now();
  let wait = requests.wait(name, allowance, now);
  if (wait === 0) requests.spend(name, 1, allowance, now);
  if (wait === 0 && c.env.KEY_LIMIT && !(await isWithin(c.env.KEY_LIMIT, name))) wait = BOUND_PERIOD_MS;
  if (wait === 0) return;
  countEvents(c, site, "key_limit", count);
  throw tooMuch(wait);
}

/** The period that wrangler.toml gives to the limit that Cloudflare counts. */
const BOUND_PERIOD_MS = 60_000;

/** Whether a limit that is bound lets this through. One that fails stops nobody. */
export async function isWithin(limit: RateLimit, name: string): Promise<boolean> {
  try {
    return (await limit.limit({ key: name })).success;
  } catch {
    return true;
  }
}

/** How long an address has to wait before anything more comes from it; 0 where `count` are taken from its bucket. */
export function addressWait(
  site: string,
  address: string | undefined,
  allowance: Allowance,
  count: number,
): number {
  if (address === undefined) return 0;
  const name = `${site} ${address}`;
  const now = Date.now();
  const wait = events.wait(name, allowance, now);
  if (wait === 0) events.spend(name, Math.max(1, count), allowance, now);
  return wait;
}

/** Who asks with the public key for one visitor after the other is held like who sends. Throws `rate_limited`. */
export async function holdReader(c: Asked, site: SiteId): Promise<void> {
  const { eventsPerAddress } = rateLimits((await settingsOf(c.env, site)).limits);
  const wait = addressWait(site, await hashedAddress(c.req.raw, c.env), eventsPerAddress, 1);
  if (wait > 0) throw new ApiError("rate_limited", { headers: retryAfter(wait) });
}

/** A part of a batch that is held back, for how long, and why. */
export interface Held {
  readonly intake: Intake;
  readonly waitMs: number;
  readonly reason: LimitReason;
}

/**
 * Which contacts of a batch may be asked: each new one is an object for ever, so there are only so many. Whether one
 * is new this isolate mostly knows, and while there is plenty left it takes those that it does not know for new without
 * asking; below the half it asks the directory, so that nobody who has been here before is turned away.
 */
export async function newVisitorsWithin(
  c: Asked,
  site: string,
  intakes: readonly Intake[],
  address: string | undefined,
  limits: RateLimits,
): Promise<{ readonly admitted: readonly Intake[]; readonly held: readonly Held[] }> {
  if (intakes.every(({ ref }) => isKnown(site, ref))) return { admitted: intakes, held: [] };
  const admitted: Intake[] = [];
  const held: Held[] = [];
  const own = [
    { buckets: newOfKey, name: site, allowance: limits.newVisitorsPerKey, reason: "new_visitors_of_key" },
    ...(address === undefined
      ? []
      : [
          {
            buckets: newOfAddress,
            name: `${site} ${address}`,
            allowance: limits.newVisitorsPerAddress,
            reason: "new_visitors_of_address",
          } as const,
        ]),
  ] as const;
  for (const intake of intakes) {
    const now = Date.now();
    const isScarce = own.some(
      ({ buckets, name, allowance }) => buckets.left(name, allowance, now) < allowance.burst / 2,
    );
    if (isKnown(site, intake.ref) || (isScarce && (await wasHere(c, site, intake)))) {
      admitted.push(intake);
      continue;
    }
    const waits = own.map(({ buckets, name, allowance }) => buckets.wait(name, allowance, now));
    const waitMs = Math.max(...waits);
    if (waitMs > 0) {
      held.push({ intake, waitMs, reason: own[waits.indexOf(waitMs)]?.reason ?? "new_visitors_of_key" });
      continue;
    }
    for (const { buckets, name, allowance } of own) buckets.spend(name, 1, allowance, now);
    admitted.push(intake);
  }
  return { admitted, held };
}

/** Where the directory cannot say, the contact is asked: it says so itself if it is new. */
async function wasHere(c: Asked, site: string, { ref }: Intake): Promise<boolean> {
  try {
    return await contactExists(site, ref, c.env);
  } catch {
    return true;
  }
}

/** The refusal of a request of which nothing can be taken now, and of which each event is counted with its reason. */
export function tooMuch(waitMs: number): ApiError {
  return new ApiError("rate_limited", { isCounted: true, headers: retryAfter(waitMs) });
}

/** The header says it in whole seconds. */
export function retryAfter(waitMs: number): Readonly<Record<string, string>> {
  return { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1_000))) };
}
