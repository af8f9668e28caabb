import type { Keeping } from "./domain/keeping.ts";
import { SITES_FRESH_MS, SITES_PATIENCE_MS, SITES_RETRY_MS, SITES_USABLE_MS } from "./domain/site-limits.ts";
import type { SiteId, SiteSettings } from "./domain/site.ts";
import { mainOnly, type SiteChanges, type SitesInUse } from "./domain/sites-in-use.ts";
import type { Env } from "./env.ts";
import { type Ask, createLiveCopy, type LiveCopy } from "./live-copy.ts";
import { sitesObject } from "./site-objects.ts";

/**
 * The sites that an isolate knows. A change made anywhere holds in it within `SITE_CHANGE_HOLDS_MS`, so what is known
 * is not used for longer than `SITES_USABLE_MS`, whatever the registry does. `clock` is in milliseconds.
 */
export function createLiveSites(clock: () => number): LiveCopy<SitesInUse> {
  return createLiveCopy(mainOnly(), withChanges, {
    freshMs: SITES_FRESH_MS,
    sharedMs: SITES_USABLE_MS,
    usableMs: SITES_USABLE_MS,
    retryMs: SITES_RETRY_MS,
    patienceMs: SITES_PATIENCE_MS,
    clock,
  });
}

async function withChanges(known: SitesInUse, ask: Ask): Promise<SitesInUse> {
  const text = await ask(known.revision);
  return text === null ? known : known.with(JSON.parse(text) as SiteChanges);
}

const live = createLiveSites(() => Date.now());

/** The deployment's sites as this isolate knows them; see {@link LiveCopy.current}. */
export function currentSites(env: Env): SitesInUse | Promise<SitesInUse> {
  return live.current(askOf(env));
}

/** What a site has chosen, as far as it is known: where nobody can be asked a request need not wait for it. */
export async function settingsOf(env: Env, site: SiteId): Promise<SiteSettings> {
  try {
    const sites = currentSites(env);
    return (sites instanceof Promise ? await sites : sites).find(site)?.settings ?? {};
  } catch {
    return {};
  }
}

/** Whether this is a secret key of a site; `undefined` where that cannot be found out now. Never rejects. */
export async function isKeyOf(env: Env, site: SiteId, kid: string): Promise<boolean | undefined> {
  try {
    return (await currentSites(env)).find(site)?.hasKey("secret", kid, Date.now()) ?? false;
  } catch {
    return undefined;
  }
}

/** After a change that this isolate has handed on: it holds here when this resolves. Never rejects. */
export async function refreshSites(env: Env): Promise<void> {
  await live.refresh(askOf(env)).catch(() => undefined);
}

/** How long a site keeps what it knows; `undefined` where that cannot be found out now. Never rejects. */
export function currentKeeping(env: Env, site: SiteId): Keeping | undefined | Promise<Keeping | undefined> {
  const sites = currentSites(env);
  if (!(sites instanceof Promise)) return sites.find(site)?.keeping;
  return sites.then((known) => known.find(site)?.keeping).catch(() => undefined);
}

function askOf(env: Env): Ask {
  return (since) => sitesObject(env).changes(since);
}
