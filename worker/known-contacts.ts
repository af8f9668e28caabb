import { copied } from "../shared/copied.ts";
import type { Ref } from "../shared/event.ts";
import { objectName } from "./domain/object-names.ts";
import type { SiteId } from "./domain/site.ts";
import type { Env } from "./env.ts";
import { objectsOf } from "./site-objects.ts";

/** By the names of their objects, contacts that this isolate knows to exist: the directory is asked once for each, not at every read. */
const known = new Set<string>();
const MAX_KNOWN = 50_000;

export function remember(site: SiteId, ref: Ref): void {
  if (known.size >= MAX_KNOWN) known.clear();
  // It may have been cut out of a long address.
  known.add(copied(objectName(site, ref)));
}

/** Whether this isolate knows a contact to exist; asks nobody. */
export function isKnown(site: SiteId, ref: Ref): boolean {
  return known.has(objectName(site, ref));
}

/** After a deletion; another isolate asks the contact's object, which is empty. */
export function forget(site: SiteId, ref: Ref): void {
  known.delete(objectName(site, ref));
}

/** Whether a contact exists, without making it exist. */
export async function contactExists(site: SiteId, ref: Ref, env: Env): Promise<boolean> {
  if (isKnown(site, ref)) return true;
  if (!(await objectsOf(env, site).directory().has(ref))) return false;
  remember(site, ref);
  return true;
}
