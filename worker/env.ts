import type { Access, SiteId } from "./domain/site.ts";
import type { ContactIndex } from "./objects/contact-index.ts";
import type { Contact } from "./objects/contact.ts";
import type { Deliveries } from "./objects/deliveries.ts";
import type { Directory } from "./objects/directory.ts";
import type { Models } from "./objects/models.ts";
import type { Sites } from "./objects/sites.ts";

export interface Env {
  readonly CONTACT: DurableObjectNamespace<Contact>;
  readonly DIRECTORY: DurableObjectNamespace<Directory>;
  readonly INDEX: DurableObjectNamespace<ContactIndex>;
  readonly DELIVERIES: DurableObjectNamespace<Deliveries>;
  readonly MODELS: DurableObjectNamespace<Models>;
  readonly SITES: DurableObjectNamespace<Sites>;
  /** Of the main site. Public: stands in every page's source. May append to its own visitor and read it. */
  readonly WRITE_KEY: string;
  /** Of the main site, for its backend only: may read and write everything in it, and administers all sites. */
  readonly SECRET_KEY: string;
  /** Signs the keys of sites that are made; without it there is the main site with its two keys only. */
  readonly SIGNING_KEY?: string;
  /** Signs snapshots of where visitors stand; without it `SIGNING_KEY` does. */
  readonly SNAPSHOT_KEY?: string;
  /** What signed them before: those are still taken. */
  readonly SNAPSHOT_KEY_BEFORE?: string;
  /** `"1"` lets a visitor's own browser see the reasons of its own score (the demo's panel does). */
  readonly EXPLAIN_TO_VISITORS?: string;
  /** `"eu"`: where Cloudflare keeps all objects. To be chosen before the first use, as objects do not move. */
  readonly JURISDICTION?: string;
  /** On a machine of one's own: how many contacts may be in memory at a time. Cloudflare sees to that by itself. */
  readonly MAX_LIVE_CONTACTS?: string;
  /** The header in which a proxy that stands in front tells the sender's address. On Cloudflare there is no need of it. */
  readonly ADDRESS_HEADER?: string;
  /** `"1"` while developing: crossings may also be delivered to private hosts, and without TLS. */
  readonly ALLOW_PRIVATE_DESTINATIONS?: string;
  /** Cloudflare's own limit of requests per key, where it is bound. */
  readonly KEY_LIMIT?: RateLimit;
}

/** What the Worker's routes have at hand. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    /** Behind `requireSecretKey`: the site that the request is about, and by which key. */
    access: Access & { readonly kid: string | undefined };
    /** Whether the request came with the public key of a site that names its origins. */
    isRestricted: boolean | undefined;
    /** Whose key a request carries, whether or not it is let in: what is refused is counted there. */
    siteOfKey: SiteId | undefined;
  };
}
