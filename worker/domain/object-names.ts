import type { Ref } from "../../shared/event.ts";
import { MAIN_SITE, type SiteId } from "./site.ts";

/** What a site has one of: its directory, its models. */
export const ONE_OF_SITE = "site";

/**
 * The name of a site's object. Those of the main site have no prefix, as they had before there were others. No two
 * sites share a name: the id of a site has no colon, and a contact's own name begins with `user:` or `anon:`.
 */
export function objectName(site: SiteId, own: Ref | typeof ONE_OF_SITE): string {
  return site === MAIN_SITE ? own : `${site}/${own}`;
}

/** The site of the one object that a site has of a kind, by the object's name. */
export function siteOfObject(name: string): SiteId {
  const end = name.lastIndexOf("/");
  return end === -1 ? MAIN_SITE : name.slice(0, end);
}
