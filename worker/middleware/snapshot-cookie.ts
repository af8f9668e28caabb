import type { Context } from "hono";

import { DAY_MS } from "../../shared/day.ts";
import { readCookies, snapshotCookieName } from "../../shared/lead.ts";
import type { SiteId } from "../domain/site.ts";
import { isVisitorSecret } from "../domain/visitor-cookie.ts";
import type { AppEnv } from "../env.ts";
import { sealedSnapshot } from "../snapshot-tokens.ts";
import { isOwnPage, signedVisitor } from "./visitor-cookie.ts";

/** As an answer says it: in nothing that it was sent is there a quote that is not escaped. */
const TOKEN = /"token":"([\w-]+\.[\w-]+\.[\w-]+)"\}$/;

/**
 * Keeps what an answer has as `token` in a cookie, too, where the page that sends is on the collector's own host: beside
 * the visitor's own cookie, which it is bound to. Changes nothing where the browser has it already.
 */
export async function keepSnapshot(
  c: Context<AppEnv>,
  site: SiteId,
  visitor: string,
  answerText: string,
  answer: Response,
): Promise<void> {
  if (!isVisitorSecret(visitor) || c.req.header("origin") === undefined || !isOwnPage(c)) return;
  const [, token] = TOKEN.exec(answerText) ?? [];
  if (token === undefined) return;
  const name = snapshotCookieName(site);
  const signed = await signedVisitor(c, site, visitor);
  const value = signed && (await sealedSnapshot(c.env, token, site, signed));
  if (value === undefined || readCookies(c.req.header("cookie") ?? "", name).includes(value)) return;
  const secure = c.req.header("origin")?.startsWith("https:") === true ? "; Secure" : "";
  const leftS = Math.ceil((DAY_MS - (Date.now() % DAY_MS)) / 1_000);
  answer.headers.append(
    "set-cookie",
    `${name}=${value}; Path=/; Max-Age=${leftS}; HttpOnly; SameSite=Lax${secure}`,
  );
}
