import { copied } from "./copied.ts";

/** Where a contact stands under one model. */
export interface ModelStanding {
  readonly version: number;
  readonly score: number;
  readonly band: string | null;
  readonly grade?: string;
  readonly cell?: string;
}

/** What a signed snapshot says of a visitor, as claims of a JWT. Times are in seconds since 1970. */
export interface SnapshotClaims {
  /** The site. */
  readonly aud: string;
  /** The visitor, by a keyed hash: the same one at every time, and nobody's id, which is a capability. */
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  /** The ISO day, UTC, of which the standings are. */
  readonly day: string;
  /** The site's default model. */
  readonly model: string;
  /** By the ids of models. */
  readonly models: Readonly<Record<string, ModelStanding>>;
  /** There are more models than there was room for. */
  readonly cut?: true;
}

/** The answer to a Worker that asks for a lead: the whole contact's. */
export interface LeadAnswer {
  /** `user:…` or `anon:…`. */
  readonly contact: string;
  /** The default model, or the first of those that were asked for. */
  readonly model: string;
  readonly models: Readonly<Record<string, LeadStanding>>;
}

export interface LeadStanding extends ModelStanding {
  /** An ISO day, UTC. */
  readonly at: string;
  readonly axes: Readonly<Record<string, number>>;
  readonly cellName?: string;
  /** Why the contact is left unscored. */
  readonly excluded?: string;
}

/** The site that is there without being made: its cookies have no name of a site in theirs. */
export const MAIN = "main";

/** Of each site its own: several may be served on one host. */
export function visitorCookieName(site: string): string {
  return site === MAIN ? "afterglow_vid" : `afterglow_vid_${site}`;
}

export function snapshotCookieName(site: string): string {
  return site === MAIN ? "afterglow_lead" : `afterglow_lead_${site}`;
}

/** The values of a cookie in a `Cookie` header: other hosts of the domain can set some of its name, too. */
export function readCookies(header: string, name: string): readonly string[] {
  const start = `${name}=`;
  const values: string[] = [];
  // Taking all of a header apart would cost more than all else that is done for a page.
  for (let at = header.indexOf(start); at !== -1; at = header.indexOf(start, at + start.length)) {
    if (!isStart(header, at)) continue;
    const end = header.indexOf(";", at);
    values.push(header.slice(at + start.length, end === -1 ? header.length : end).trimEnd());
  }
  return values;
}

/** Whether a cookie begins there: at first, or after a semicolon. */
function isStart(header: string, at: number): boolean {
  let end = at - 1;
  while (header[end] === " " || header[end] === "\t") end -= 1;
  return end < 0 || header[end] === ";";
}

/** A visitor's id as the server has set it: of as many letters as our script's, each worth five bits. */
const SIGNED = /^([\w-]{22,128})\.([\w-]{24})$/;

export interface SignedVisitor {
  readonly id: string;
  readonly mac: string;
}

/** Signatures of a kind that are looked at in one header. */
const MAX_COOKIES = 4;

/**
 * The visitors of a site in a `Cookie` header; whether one is, its signature says. Another host of the same domain can
 * make a browser send one of the same name before it, so there may be several.
 */
export function readVisitorCookies(header: string, site: string): readonly SignedVisitor[] {
  return readCookies(header, visitorCookieName(site))
    .flatMap((text) => {
      const [, id = "", mac = ""] = SIGNED.exec(text) ?? [];
      return id === "" ? [] : [{ id: copied(id), mac: copied(mac) }];
    })
    .slice(0, MAX_COOKIES);
}

/** The claims in base64url, and their HMAC-SHA-256 (32 bytes): what the snapshot's cookie holds. */
export interface SealedSnapshot {
  readonly claims: string;
  readonly mac: string;
}

const SEALED = /^([\w-]{1,4000})\.([\w-]{43})$/;

/** The snapshots in a `Cookie` header; there may be several, as of visitors. */
export function readSnapshotCookies(header: string, site: string): readonly SealedSnapshot[] {
  return readCookies(header, snapshotCookieName(site))
    .flatMap((text) => readSealed(text) ?? [])
    .slice(0, MAX_COOKIES);
}

export function readSealed(text: string): SealedSnapshot | undefined {
  const [, claims, mac = ""] = SEALED.exec(text) ?? [];
  return claims === undefined ? undefined : { claims: copied(claims), mac: copied(mac) };
}

/**
 * What the cookie's signature is of. With the visitor's whole cookie, signature and all: so a snapshot is of no account
 * beside another visitor's cookie, or a forged one. Begins with what for, as every text that is signed.
 */
export function sealedText(site: string, { id, mac }: SignedVisitor, claims: string): string {
  return `afterglow snapshot 2\n${site}\n${id}.${mac}\n${claims}`;
}

/** Whose lead is wanted: the visitor of a request, by its signed cookie, or a contact by its ref. */
export type Whom =
  | { readonly headers: { get(name: string): string | null } }
  /** A `Cookie` header. */
  | { readonly cookie: string }
  /** `user:<userId>` or `anon:<anonymousId>`. */
  | { readonly contact: string };

export interface LeadQuestion {
  /** Default: the main site. */
  readonly site?: string;
  /** Default: all models of the site. */
  readonly models?: readonly string[];
}

/** What a Worker that is bound to the collector by a service binding may call. */
export interface AfterglowBinding {
  /** Where the whole contact stands today, or `null` where nobody is known. Never makes a contact. */
  score(whom: Whom, question?: LeadQuestion): Promise<LeadAnswer | null>;
  /** The same as JSON text, which costs less on its way between Workers. */
  scoreText(whom: Whom, question?: LeadQuestion): Promise<string | null>;
  /**
   * The id of the object that a contact's facts are in, for whom a Worker is bound to these objects, too; `null` where
   * nobody is known.
   */
  contactObject(whom: Whom, site?: string): Promise<string | null>;
  /** With what snapshots in cookies of a site are signed, in base64url, the newest first: keep them to yourself. */
  snapshotKeys(site?: string): Promise<readonly string[]>;
}

/**
 * The objects of contacts, where a Worker is bound to them as well (class `Contact` of the collector): as much of a
 * `DurableObjectNamespace` as is used. `lead` answers a `LeadAnswer` as JSON text, of an ISO day's number since 1970; any
 * other text says why there is none.
 */
export interface ContactsBinding {
  idFromString(id: string): unknown;
  get(id: unknown): { lead(day: number, models?: readonly string[]): Promise<string> };
}
