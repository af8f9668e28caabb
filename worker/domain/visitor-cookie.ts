import { type SignedVisitor, visitorCookieName } from "../../shared/lead.ts";
import type { SiteId } from "./site.ts";

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
