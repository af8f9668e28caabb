import { changeConnection } from "./hubspot/connection.ts";
import { changeIdentity, NO_IDENTITY } from "./identity-settings.ts";
import type { SettingsPatch, SiteDraft, SitePatch } from "./site-document.ts";
import { MAX_KEYS, MAX_SITES } from "./site-limits.ts";
import {
  isInUse,
  type KeyKind,
  MAIN_SITE,
  type Site,
  type SiteId,
  type SiteKey,
  type SiteSettings,
  UNCHANGED_MAIN,
} from "./site.ts";

/** A site as it is stored; `null` of a deleted one, whose id is not given again: its contacts may still be there. */
export interface StoredSite {
  readonly id: SiteId;
  /** Grows with every change of any site. */
  readonly revision: number;
  readonly site: Site | null;
}

/** All sites of a deployment that have a row. */
export type Registry = ReadonlyMap<SiteId, StoredSite>;

export interface SiteRefusal {
  readonly kind:
    | "unknown_site"
    | "site_exists"
    | "too_many_sites"
    | "main_site"
    | "unknown_kid"
    | "last_secret_key"
    | "too_many_keys"
    | "unknown_jwt_kid"
    | "hubspot_incomplete";
}

export interface SiteChange {
  readonly kind: "change";
  readonly stored: StoredSite;
}

/** Of a change that makes a key: which one. */
export interface KeyChange extends SiteChange {
  readonly site: Site;
  readonly made: SiteKey;
}

/** Decides on a new site, which begins with a key of each kind. */
export function createSite(
  sites: Registry,
  { id, name = id, origins = [], settings = {} }: SiteDraft,
  kids: { readonly write: string; readonly secret: string },
  now: number,
): (SiteChange & { readonly site: Site }) | SiteRefusal {
  if (id === MAIN_SITE || sites.has(id)) return { kind: "site_exists" };
  if (liveSites(sites).length >= MAX_SITES) return { kind: "too_many_sites" };
  const keys = (["write", "secret"] as const).map((kind) => ({ kid: kids[kind], kind, createdAt: now }));
  const chosen = changeSettings({}, settings);
  if ("kind" in chosen) return chosen;
  const site = { id, name, origins, keys, settings: chosen, createdAt: now };
  return { ...changed(sites, site), site };
}

export function changeSite(
  sites: Registry,
  id: SiteId,
  { name, origins, settings }: SitePatch,
): (SiteChange & { readonly site: Site }) | SiteRefusal {
  const old = findSite(sites, id);
  if (!old) return { kind: "unknown_site" };
  const chosen = changeSettings(old.settings, settings);
  if ("kind" in chosen) return chosen;
  const site = { ...old, name: name ?? old.name, origins: origins ?? old.origins, settings: chosen };
  return { ...changed(sites, site), site };
}

function changeSettings(
  { hubspot: oldHubspot, ...old }: SiteSettings,
  { identity, hubspot, ...others }: SettingsPatch = {},
): SiteSettings | SiteRefusal {
  const { indexShards: before = 1 } = old;
  const isDivided = others.indexShards !== undefined && others.indexShards !== before;
  const connection = hubspot
    ? changeConnection(oldHubspot, hubspot)
    : hubspot === null
      ? undefined
      : oldHubspot;
  if (connection === "incomplete") return { kind: "hubspot_incomplete" };
  const kept = {
    ...old,
    ...others,
    ...(isDivided ? { indexShardsBefore: before } : {}),
    ...(connection ? { hubspot: connection } : {}),
  };
  if (!identity) return kept;
  const changedTo = changeIdentity(old.identity ?? NO_IDENTITY, identity);
  if ("unknownKid" in changedTo) return { kind: "unknown_jwt_kid" };
  return { ...kept, identity: changedTo.identity };
}

export function deleteSite(sites: Registry, id: SiteId): SiteChange | SiteRefusal {
  if (id === MAIN_SITE) return { kind: "main_site" };
  if (!findSite(sites, id)) return { kind: "unknown_site" };
  return { kind: "change", stored: { id, revision: revisionOf(sites) + 1, site: null } };
}

/** Another key beside those that there are. */
export function addKey(
  sites: Registry,
  id: SiteId,
  kind: KeyKind,
  kid: string,
  now: number,
): KeyChange | SiteRefusal {
  const site = findSite(sites, id);
  return site ? withKey(sites, site, { kid, kind, createdAt: now }, now) : { kind: "unknown_site" };
}

/** Another key in the place of an old one, which holds for the time of the overlap. */
export function rotateKey(
  sites: Registry,
  id: SiteId,
  old: string,
  overlapMs: number,
  kid: string,
  now: number,
): KeyChange | SiteRefusal {
  const site = findSite(sites, id);
  const key = site && findKey(site, old, now);
  if (!site || !key) return { kind: site ? "unknown_kid" : "unknown_site" };
  const expiresAt = Math.min(now + overlapMs, key.expiresAt ?? Infinity);
  const keys = site.keys.map((each) => (each === key ? { ...key, expiresAt } : each));
  return withKey(sites, { ...site, keys }, { kid, kind: key.kind, createdAt: now }, now);
}

/** Ends a key now. The last secret key that does not expire stays: without one the site's backend is locked out. */
export function revokeKey(sites: Registry, id: SiteId, kid: string, now: number): SiteChange | SiteRefusal {
  const site = findSite(sites, id);
  const key = site && findKey(site, kid, now);
  if (!site || !key) return { kind: site ? "unknown_kid" : "unknown_site" };
  const keys = site.keys.filter((each) => each !== key);
  if (id !== MAIN_SITE && isLastingSecret(key) && !keys.some(isLastingSecret))
    return { kind: "last_secret_key" };
  return changed(sites, { ...site, keys });
}

/** `undefined` where there is no such site, or none any more. */
export function findSite(sites: Registry, id: SiteId): Site | undefined {
  return sites.get(id)?.site ?? (id === MAIN_SITE ? UNCHANGED_MAIN : undefined);
}

/** All that there are, the main site first. */
export function liveSites(sites: Registry): Site[] {
  const others = [...sites.values()].flatMap(({ id, site }) => (site && id !== MAIN_SITE ? [site] : []));
  return [sites.get(MAIN_SITE)?.site ?? UNCHANGED_MAIN, ...others];
}

/** The number of the last change. */
export function revisionOf(sites: Registry): number {
  return Math.max(0, ...[...sites.values()].map(({ revision }) => revision));
}

function isLastingSecret({ kind, expiresAt }: SiteKey): boolean {
  return kind === "secret" && expiresAt === undefined;
}

function findKey(site: Site, kid: string, now: number): SiteKey | undefined {
  return site.keys.find((key) => key.kid === kid && isInUse(key, now));
}

function withKey(sites: Registry, old: Site, made: SiteKey, now: number): KeyChange | SiteRefusal {
  const inUse = old.keys.filter((key) => isInUse(key, now));
  if (inUse.length >= MAX_KEYS) return { kind: "too_many_keys" };
  const site = { ...old, keys: [...inUse, made] };
  return { ...changed(sites, site), site, made };
}

function changed(sites: Registry, site: Site): SiteChange {
  return { kind: "change", stored: { id: site.id, revision: revisionOf(sites) + 1, site } };
}
