import { NO_IDENTITY, type SiteIdentity } from "./identity-settings.ts";
import { type Keeping, keepingOf } from "./keeping.ts";
import { type OriginTest, originTest } from "./origins.ts";
import { type Registry, revisionOf, type StoredSite } from "./site-changes.ts";
import {
  isInUse,
  type KeyKind,
  MAIN_SITE,
  type Site,
  type SiteId,
  type SiteSettings,
  UNCHANGED_MAIN,
} from "./site.ts";

/** What has changed since a revision, up to another one. */
export interface SiteChanges {
  readonly revision: number;
  readonly sites: readonly StoredSite[];
}

/** What has changed after a revision; who knows nothing yet need not hear of deleted sites. */
export function changesAfter(sites: Registry, since: number): SiteChanges {
  const changed = [...sites.values()].filter((each) => each.revision > since && (each.site || since > 0));
  return { revision: revisionOf(sites), sites: changed };
}

/** A site as requests meet it. */
interface SiteInUse {
  /** Whether it names the origins of its pages; else any page is one of them. */
  readonly isRestricted: boolean;
  readonly allows: OriginTest;
  readonly settings: SiteSettings;
  hasKey(kind: KeyKind, kid: string, now: number): boolean;
  readonly identity: SiteIdentity;
  /** The same object until the site is changed. */
  readonly keeping: Keeping;
}

/** A deployment's sites at one revision. Never changes. */
export interface SitesInUse {
  readonly revision: number;
  find(id: SiteId): SiteInUse | undefined;
  /** Whether each site names its origins: a preflight, which carries no key, is held to all of them together. */
  readonly isRestricted: boolean;
  readonly allowsSomewhere: OriginTest;
  /** The same with changes. */
  with(changes: SiteChanges): SitesInUse;
}

/** The sites where none was ever made or changed. */
export function mainOnly(): SitesInUse {
  return sitesInUse(0, new Map([[MAIN_SITE, siteInUse(UNCHANGED_MAIN)]]));
}

function sitesInUse(revision: number, sites: ReadonlyMap<SiteId, SiteInUse>): SitesInUse {
  return {
    revision,
    find: (id) => sites.get(id),
    isRestricted: [...sites.values()].every((site) => site.isRestricted),
    allowsSomewhere: (origin) => [...sites.values()].some((site) => site.allows(origin)),
    with(changes) {
      const next = new Map(sites);
      for (const { id, site } of changes.sites) {
        if (site) next.set(id, siteInUse(site));
        else next.delete(id);
      }
      return sitesInUse(changes.revision, next);
    },
  };
}

function siteInUse({ origins, keys, settings }: Site): SiteInUse {
  const isRestricted = origins.length > 0;
  return {
    isRestricted,
    settings,
    allows: isRestricted ? originTest(origins) : () => true,
    hasKey: (kind, kid, now) => keys.some((key) => key.kid === kid && key.kind === kind && isInUse(key, now)),
    identity: settings.identity ?? NO_IDENTITY,
    keeping: keepingOf(settings),
  };
}
