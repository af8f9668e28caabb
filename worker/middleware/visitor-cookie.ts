import type { Context } from "hono";

import { readVisitorCookies, type SignedVisitor } from "../../shared/lead.ts";
import { MAX_REMEMBERED_COOKIES, VISITOR_COOKIE_S } from "../domain/identity-limits.ts";
import type { SiteId } from "../domain/site.ts";
import { isVisitorSecret, visitorSetCookie, visitorText } from "../domain/visitor-cookie.ts";
import type { AppEnv, Env } from "../env.ts";
import { hasMac, isSigningKey, macOfText } from "../signatures.ts";

/** Signed texts that this isolate has found right, with their signatures, as long as the key is the same. */
const remembered = new Set<string>();

/**
 * The visitor whose signed cookie a request carries, where a page of the collector's own host sends it. Another site's
 * page may make a browser send it along: there it is none.
 */
export async function visitorOfCookie(c: Context<AppEnv>, site: SiteId): Promise<string | undefined> {
  const header = c.req.header("cookie");
  return header === undefined || !isOwnPage(c) ? undefined : genuineVisitor(header, site, c.env);
}

/** The visitor of a site in a `Cookie` header, if we have signed that. */
export async function genuineVisitor(
  header: string,
  site: SiteId,
  { SIGNING_KEY }: Pick<Env, "SIGNING_KEY">,
): Promise<string | undefined> {
  if (!isSigningKey(SIGNING_KEY)) return undefined;
  for (const visitor of readVisitorCookies(header, site)) {
    if (await isGenuine(visitor, site, SIGNING_KEY)) return visitor.id;
  }
  return undefined;
}

async function isGenuine({ id, mac }: SignedVisitor, site: SiteId, signingKey: string): Promise<boolean> {
  const text = visitorText(site, id);
  const known = `${signingKey}\n${text}\n${mac}`;
  if (remembered.has(known)) return true;
  if (!(await hasMac(text, mac, signingKey))) return false;
  if (remembered.size >= MAX_REMEMBERED_COOKIES) remembered.clear();
  remembered.add(known);
  return true;
}

/**
 * Gives the browser its visitor's id in a cookie that no script can set or read, where the page that sends is on the
 * collector's own host. Changes nothing where it has that cookie already.
 */
export async function keepVisitor(
  c: Context<AppEnv>,
  site: SiteId,
  id: string,
  answer: Response,
): Promise<Response> {
  const { SIGNING_KEY } = c.env;
  if (!isSigningKey(SIGNING_KEY) || !isVisitorSecret(id)) return answer;
  if (c.req.header("origin") === undefined || !isOwnPage(c)) return answer;
  if ((await visitorOfCookie(c, site)) === id) return answer;
  const mac = await macOfText(visitorText(site, id), SIGNING_KEY);
  const isSecure = c.req.header("origin")?.startsWith("https:") === true;
  answer.headers.append("set-cookie", visitorSetCookie(site, { id, mac }, VISITOR_COOKIE_S, isSecure));
  return answer;
}

/** A visitor as its cookie says it, whether the browser has that already or is just given it. */
export async function signedVisitor(
  c: Context<AppEnv>,
  site: SiteId,
  id: string,
): Promise<SignedVisitor | undefined> {
  const { SIGNING_KEY } = c.env;
  if (!isSigningKey(SIGNING_KEY)) return undefined;
  const own = readVisitorCookies(c.req.header("cookie") ?? "", site).filter((each) => each.id === id);
  for (const each of own) if (await isGenuine(each, site, SIGNING_KEY)) return each;
  return { id, mac: await macOfText(visitorText(site, id), SIGNING_KEY) };
}

/** By host: behind a proxy that ends TLS, the collector's own scheme is another. */
export function isOwnPage({ req }: Context<AppEnv>): boolean {
  const origin = req.header("origin");
  // A read from the same origin carries no Origin; the browser says itself where it comes from.
  if (origin === undefined) return (req.header("sec-fetch-site") ?? "same-origin") === "same-origin";
  return URL.canParse(origin) && new URL(origin).host === new URL(req.url).host;
}
