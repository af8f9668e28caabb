import { MAIN_SITE, type SiteId } from "./site.ts";

/** A visitor's id as the server has set it: of as many letters as our script's, each worth five bits. */
const SIGNED = /^([\w-]{22,128})\.([\w-]{24})$/;

export interface SignedVisitor {
  readonly id: string;
  readonly mac: string;
}

/** Of each site its own: several may be served on one host. */
function visitorCookieName(site: SiteId): string {
  return site === MAIN_SITE ? "afterglow_vid" : `afterglow_vid_${site}`;
}

/** The visitor of a site in a `Cookie` header; whether it is one, its signature says. */
export function readVisitorCookie(header: string, site: SiteId): SignedVisitor | undefined {
  const name = `${visitorCookieName(site)}=`;
  for (const part of header.split(";")) {
    const text = part.trim();
    if (!text.startsWith(name)) continue;
    const [, id = "", mac = ""] = SIGNED.exec(text.slice(name.length)) ?? [];
    return id === "" ? undefined : { id, mac };
  }
  return undefined;
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
