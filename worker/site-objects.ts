import type { Ref } from "../shared/event.ts";
import { objectName, ONE_OF_SITE } from "./domain/object-names.ts";
import type { SiteId } from "./domain/site.ts";
import type { Env } from "./env.ts";
import { contactOf } from "./live-contacts.ts";

/** The objects of a site: this is the only way to one, so that a key of one site cannot lead to another's. */
export function objectsOf(env: Env, site: SiteId) {
  return {
    contact: (ref: Ref) => contactOf(objectName(site, ref), env),
    directory: () => env.DIRECTORY.getByName(objectName(site, ONE_OF_SITE)),
    models: () => env.MODELS.getByName(objectName(site, ONE_OF_SITE)),
  };
}

/** The registry of all sites. */
export function sitesObject(env: Env) {
  return env.SITES.getByName("sites");
}
