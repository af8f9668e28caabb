import { evictDurableObject, runInDurableObject } from "cloudflare:test";

import type { Ref } from "../../shared/event.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import { hmac, inSeconds, jwt } from "./jwt.ts";
import { beacon, env, newSite, send } from "./two-sites.ts";

export const HMAC_SECRET = "a-secret-of-the-site's-backend-0123456789";

let people = 0;

/** A site whose backend signs tokens with HS256. */
export async function siteWithTokens(id: string, identity: object = {}) {
  const site = await newSite(id);
  const key = { kid: "k1", alg: "HS256", secret: HMAC_SECRET };
  await setIdentity(site, { jwt: [key], ...identity });
  return site;
}

export type TestSite = Awaited<ReturnType<typeof newSite>>;

export function setIdentity({ id, secretKey }: TestSite, identity: unknown) {
  return send("PATCH", `/v1/sites/${id}`, { key: secretKey, body: { settings: { identity } } });
}

/** A name of the test's own. */
export function named(what: string): string {
  people += 1;
  return `${what}-${people}`;
}

export function token(
  { id }: { readonly id: string },
  sub: string,
  more: object = {},
  header: object = {},
  sign = hmac(HMAC_SECRET),
): Promise<string> {
  const claims = { sub, aud: id, exp: inSeconds(300), ...more };
  return jwt({ alg: "HS256", typ: "JWT", kid: "k1", ...header }, claims, sign);
}

let events = 0;

export function visit(anonymousId: string, path: string) {
  events += 1;
  return { type: "page", messageId: `p-${events}`, anonymousId, properties: { path } };
}

export function identify(anonymousId: string, userId: string, proof?: string) {
  events += 1;
  return {
    type: "identify",
    messageId: `i-${events}`,
    anonymousId,
    userId,
    ...(proof === undefined ? {} : { context: { token: proof } }),
  };
}

interface Fact {
  readonly source: string;
  readonly event: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly count: number;
}

export async function describeOf({ secretKey }: TestSite, ref: string) {
  const { status, body } = await send("GET", `/v1/contacts/${encodeURIComponent(ref)}`, { key: secretKey });
  return { status, ...body } as {
    status: number;
    contact?: string;
    sources?: string[];
    claims?: string[];
    merged?: { source: string; into: string }[];
  };
}

/** How often each page was counted, by source: `anon:x /pricing`. */
export async function pagesOf({ secretKey }: TestSite, ref: string): Promise<Record<string, number>> {
  const { body } = await send("GET", `/v1/contacts/${encodeURIComponent(ref)}/timeline`, { key: secretKey });
  const counts: Record<string, number> = {};
  for (const day of (body["days"] ?? []) as { facts: Fact[] }[]) {
    for (const { source, event, properties, count } of day.facts) {
      const key = `${source} ${properties["path"] ?? ""}`;
      if (event === "page") counts[key] = (counts[key] ?? 0) + count;
    }
  }
  return counts;
}

export function browse({ writeKey }: TestSite, ...batch: readonly unknown[]) {
  return beacon(writeKey, batch);
}

export function backend({ secretKey }: TestSite, ...batch: readonly unknown[]) {
  return send("POST", "/v1/batch", { key: secretKey, body: { batch } });
}

export function split({ secretKey }: TestSite, ref: string, source: string) {
  const path = `/v1/contacts/${encodeURIComponent(ref)}/split`;
  return send("POST", path, { key: secretKey, body: { source } });
}

/** The reasons of an answer's warnings. */
export function warned(answer: { readonly body: Record<string, unknown> }): string[] {
  return ((answer.body["warnings"] ?? []) as { reason: string }[]).map(({ reason }) => reason);
}

/** From now on nothing of a contact can be read or written. */
export async function damage({ id }: TestSite, ref: Ref): Promise<void> {
  const contact = objectsOf(env, id).contact(ref) as unknown as Parameters<typeof evictDurableObject>[0];
  await runInDurableObject(contact, (_, { storage }) => {
    storage.sql.exec("ALTER TABLE ledger RENAME TO gone");
    storage.sql.exec("CREATE TABLE ledger (broken TEXT)");
  });
  await evictDurableObject(contact);
}
