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

/** One of the shards of a site's index; another number of them are other objects. */
export function shardName(site: SiteId, count: number, shard: number): string {
  const own = `index:${count}:${shard}`;
  return site === MAIN_SITE ? own : `${site}/${own}`;
}

/** Of how many shards an object is which, by its name. */
export function shardOfName(name: string): { readonly count: number; readonly shard: number } {
  const [count, shard] = name
    .slice(name.lastIndexOf("index:") + "index:".length)
    .split(":")
    .map(Number);
  return { count: count ?? 1, shard: shard ?? 0 };
}
