import { readCookies, visitorCookieName } from "../../shared/lead.ts";
import type { SiteId } from "./site.ts";

/** A visitor's id as the server has set it: of as many letters as our script's, each worth five bits. */
const SIGNED = /^([\w-]{22,128})\.([\w-]{24})$/;

export interface SignedVisitor {
  readonly id: string;
  readonly mac: string;
}

/** Signatures that are looked at in one header. */
const MAX_COOKIES = 4;

/**
 * The visitors of a site in a `Cookie` header; whether one is, its signature says. Another host of the same domain can
 * make a browser send one of the same name before it, so there may be several.
 */
export function readVisitorCookies(header: string, site: SiteId): readonly SignedVisitor[] {
  return readCookies(header, visitorCookieName(site))
    .flatMap((text) => {
      const [, id = "", mac = ""] = SIGNED.exec(text) ?? [];
      return id === "" ? [] : [{ id, mac }];
    })
    .slice(0, MAX_COOKIES);
}

/** Whether an id is one that nobody can guess: others are not signed. */
export function isVisitorSecret(id: string): boolean {
  return /^[\w-]{22,128}$/.test(id);
}

/** What is signed: begins with what for, so that no signature of another kind of thing is one of a visitor. */
export function visitorText(site: SiteId, id: string): string {
  return `afterglow visitor 1\n${site}\n${id}`;
}

export function visitorSetCookie(
  site: SiteId,
  { id, mac }: SignedVisitor,
  maxAgeS: number,
  isSecure: boolean,
): string {
  const secure = isSecure ? "; Secure" : "";
  return `${visitorCookieName(site)}=${id}.${mac}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${secure}`;
}
