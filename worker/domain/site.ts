import type { HubSpotConnection } from "./hubspot/connection.ts";
import type { SiteIdentity } from "./identity-settings.ts";
import type { KeepingSettings } from "./keeping.ts";
import type { RateLimitSettings } from "./rate-limits.ts";

/** The name of a site in addresses, in its keys, and before the names of its objects. */
export type SiteId = string;

/** The site whose keys stand in the environment: there without being made, and it administers the others. */
export const MAIN_SITE: SiteId = "main";

/** A write key is public: it stands in every page. A secret key is for the site's backend only. */
export type KeyKind = "write" | "secret";

/** What is kept of a signed key: who it is. The key itself can be told from that with the deployment's signing key. */
export interface SiteKey {
  /** Never given twice. */
  readonly kid: string;
  readonly kind: KeyKind;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt?: number;
}

/** What a site chooses beside its models; what it does not name is as usual. */
export interface SiteSettings extends KeepingSettings {
  readonly identity?: SiteIdentity;
  readonly hubspot?: HubSpotConnection;
  /** Whether bots are left out of the contacts, as is usual, or counted like people. */
  readonly bots?: "ignore" | "count";
  /** Whether answers to the site's pages carry signed snapshots of where their visitor stands. */
  readonly snapshots?: boolean;
  /** In place of what is usual of `RATE_LIMITS`. */
  readonly limits?: RateLimitSettings;
  /** Into how many objects the index of its contacts is divided, and was before. */
  readonly indexShards?: number;
  readonly indexShardsBefore?: number;
}

export interface Site {
  readonly id: SiteId;
  readonly name: string;
  /** Of the pages that may use the write key; empty: any page. */
  readonly origins: readonly string[];
  readonly keys: readonly SiteKey[];
  readonly settings: SiteSettings;
  /** Milliseconds since 1970; 0 of the main site, which was never made. */
  readonly createdAt: number;
}

/** What a request may do: everything in one site, or append to its own visitor there. */
export interface Access {
  readonly site: SiteId;
  readonly kind: KeyKind;
}

/** The main site until something of it is changed; it has no row before. */
export const UNCHANGED_MAIN: Site = {
  id: MAIN_SITE,
  name: "Main site",
  origins: [],
  keys: [],
  settings: {},
  createdAt: 0,
};

const SITE_ID = /^[a-z0-9][a-z0-9-]{0,31}$/;

export function isSiteId(text: string): boolean {
  return SITE_ID.test(text);
}

export function isInUse({ expiresAt }: SiteKey, now: number): boolean {
  return expiresAt === undefined || now < expiresAt;
}
