import type { Context } from "hono";

import { dayOf } from "../shared/day.ts";
import { createFlushPlan } from "./domain/flush-plan.ts";
import type { EventReason } from "./domain/refusal-reasons.ts";
import { createTally, type RefusedOnDay } from "./domain/rejections.ts";
import { MAIN_SITE, type SiteId } from "./domain/site.ts";
import type { AppEnv, Env } from "./env.ts";
import { objectsOf } from "./site-objects.ts";

/**
 * What this isolate has refused and not told the sites' objects yet. It tells them once a minute at most, all in one: no
 * row is written for an event that is refused. What is here when the isolate ends is lost: a minute's, where
 * anything comes at all.
 */
const tally = createTally<SiteId>();

const plan = createFlushPlan();

type Asked = Context<AppEnv>;

export function countEvents(c: Asked, site: SiteId, reason: EventReason, count = 1): void {
  tally.add(site, "site", dayOf(Date.now()), "events", reason, count);
  planFlush(c);
}

/** `undefined` is the site of a request that did not say whose it was: it counts for the deployment. */
export function countRequest(c: Asked, site: SiteId | undefined, code: string): void {
  const whose = site === undefined ? "deployment" : "site";
  tally.add(site ?? MAIN_SITE, whose, dayOf(Date.now()), "requests", code, 1);
  planFlush(c);
}

/** What is counted here of a site and not kept yet. */
export function countedHere(site: SiteId): readonly RefusedOnDay[] {
  return tally.of(site);
}

/** Called with each request that might be refused: those that are not see to it, too, that the counts are kept. */
export function planFlush(c: Asked): void {
  if (tally.isEmpty) return;
  const wait = plan.next(Date.now());
  if (wait !== undefined) c.executionCtx.waitUntil(wait === 0 ? flush(c.env) : flushAfter(wait, c.env));
}

async function flushAfter(ms: number, env: Env): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  // Another request may have been as far.
  if (plan.next(Date.now()) === 0) await flush(env);
}

async function flush(env: Env): Promise<void> {
  // What else the same request refuses goes along.
  await Promise.resolve();
  const told = [...tally.take()].map(async ([site, refused]) => {
    try {
      await objectsOf(env, site).directory().countRefused(JSON.stringify(refused));
    } catch {
      tally.putBack(site, refused);
    }
  });
  await Promise.all(told);
}
