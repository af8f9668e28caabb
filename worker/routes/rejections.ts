import { type Context, Hono } from "hono";

import { type Day, dayOf, dayToIso, parseTime } from "../../shared/day.ts";
import { meaningOf } from "../domain/refusal-reasons.ts";
import { mergeRefused, type RefusedOnDay, type Whose } from "../domain/rejections.ts";
import { MAIN_SITE } from "../domain/site.ts";
import type { AppEnv } from "../env.ts";
import { ApiError, messageOf } from "../errors.ts";
import { countedHere } from "../rejection-counts.ts";
import { objectsOf, sitesObject } from "../site-objects.ts";
import { siteAnswer, siteIdOf } from "./site-answers.ts";

/** What a site has refused, by day and reason, and what each reason means. */
export const rejections = new Hono<AppEnv>();

/** So many days are told where nothing is said, today's among them. */
const DEFAULT_DAYS = 30;

rejections.get("/:id/rejections", async (c) => {
  const site = siteIdOf(c);
  const [from, to] = [dayOfQuery(c, "from", DEFAULT_DAYS - 1), dayOfQuery(c, "to", 0)];
  if (from > to) {
    const message = `"to" is no day before "from": these are ${dayToIso(to)} and ${dayToIso(from)}.`;
    throw new ApiError("invalid_request", { message });
  }
  if (!(await sitesObject(c.env).read(site))) throw new ApiError("unknown_site");
  const kept = JSON.parse(await objectsOf(c.env, site).directory().refused(from, to)) as RefusedOnDay[];
  const here = countedHere(site).filter(({ day }) => day >= from && day <= to);
  const all = mergeRefused(kept, here);
  return siteAnswer({
    from: dayToIso(from),
    to: dayToIso(to),
    days: daysOf(all, "site"),
    // Who is not even known to be of a site is the deployment's, which is the main site's to see.
    ...(site === MAIN_SITE ? { deployment: daysOf(all, "deployment") } : {}),
    reasons: meaningsOf(all),
  });
});

function daysOf(refused: readonly RefusedOnDay[], whose: Whose) {
  return refused
    .filter((each) => each.whose === whose)
    .map(({ day, events, requests }) => ({ day: dayToIso(day), events, requests }));
}

function meaningsOf(refused: readonly RefusedOnDay[]): Record<string, string> {
  const reasons = refused.flatMap(({ events, requests }) => [
    ...Object.keys(events).map((reason) => [reason, meaningOf(reason)] as const),
    ...Object.keys(requests).map((code) => [code, messageOf(code)] as const),
  ]);
  return Object.fromEntries(reasons.map(([reason, meaning = ""]) => [reason, meaning]));
}

/** Throws `invalid_request`. */
function dayOfQuery(c: Context<AppEnv>, name: string, daysAgo: number): Day {
  const text = c.req.query(name);
  if (text === undefined) return dayOf(Date.now()) - daysAgo;
  const time = parseTime(text);
  if (time !== undefined) return dayOf(time);
  throw new ApiError("invalid_request", { message: `"${name}" is an ISO 8601 date, such as 2026-11-23.` });
}
