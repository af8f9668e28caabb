import type { Ref } from "../shared/event.ts";
import { objectName, ONE_OF_SITE } from "./domain/object-names.ts";
import type { SiteId } from "./domain/site.ts";
import type { Env } from "./env.ts";
import { contactOf } from "./live-contacts.ts";
import { placed } from "./placement.ts";

/** The objects of a site: this is the only way to one, so that a key of one site cannot lead to another's. */
export function objectsOf(env: Env, site: SiteId) {
  return {
    contact: (ref: Ref) => contactOf(contactObjectId(env, site, ref), env),
    directory: () => placed(env.DIRECTORY, env).getByName(objectName(site, ONE_OF_SITE)),
    deliveries: () => placed(env.DELIVERIES, env).getByName(objectName(site, ONE_OF_SITE)),
    models: () => placed(env.MODELS, env).getByName(objectName(site, ONE_OF_SITE)),
  };
}

/** By which a contact's object is found again without its ref. */
export function contactObjectId(env: Env, site: SiteId, ref: Ref): string {
  return placed(env.CONTACT, env).idFromName(objectName(site, ref)).toString();
}

/** The registry of all sites. */
export function sitesObject(env: Env) {
  return placed(env.SITES, env).getByName("sites");
}
