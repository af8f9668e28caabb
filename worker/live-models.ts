import {
  MODEL_CHANGE_HOLDS_MS,
  MODELS_FRESH_MS,
  MODELS_PATIENCE_MS,
  MODELS_RETRY_MS,
} from "./domain/model-limits.ts";
import { type ModelChanges, type ModelsInUse, starterOnly } from "./domain/models-in-use.ts";
import { MAX_LIVE_SITES } from "./domain/site-limits.ts";
import type { SiteId } from "./domain/site.ts";
import type { Env } from "./env.ts";
import { type Ask, createLiveCopy, type LiveCopy } from "./live-copy.ts";
import { objectsOf } from "./site-objects.ts";

/**
 * The models of a site that an isolate knows. A change made anywhere holds in it within `MODEL_CHANGE_HOLDS_MS`; what
 * is known goes on being used while nobody can be asked. `clock` is in milliseconds.
 */
export function createLiveModels(clock: () => number): LiveCopy<ModelsInUse> {
  return createLiveCopy(starterOnly(), allChanges, {
    freshMs: MODELS_FRESH_MS,
    sharedMs: MODEL_CHANGE_HOLDS_MS,
    usableMs: Infinity,
    retryMs: MODELS_RETRY_MS,
    patienceMs: MODELS_PATIENCE_MS,
    clock,
  });
}

/** The models with all that has changed, in as many answers as it takes. */
async function allChanges(known: ModelsInUse, ask: Ask): Promise<ModelsInUse> {
  let models = known;
  let more = true;
  while (more) {
    const text = await ask(models.revision);
    const changes = text === null ? undefined : (JSON.parse(text) as ModelChanges);
    if (changes) models = models.with(changes);
    more = changes?.more ?? false;
  }
  return models;
}

/** Of each site that this isolate was asked about. */
const live = new Map<SiteId, LiveCopy<ModelsInUse>>();

function liveOf(site: SiteId): LiveCopy<ModelsInUse> {
  let models = live.get(site);
  if (!models) {
    const [oldest] = live.keys();
    if (live.size >= MAX_LIVE_SITES && oldest !== undefined) live.delete(oldest);
    live.set(site, (models = createLiveModels(() => Date.now())));
  }
  return models;
}

/** A site's models as this isolate knows them; see {@link LiveCopy.current}. */
export function currentModels(env: Env, site: SiteId): ModelsInUse | Promise<ModelsInUse> {
  return liveOf(site).current(askOf(env, site));
}

/**
 * After a change that this isolate has handed on: it holds here when this resolves. Never rejects: the change is
 * made, and where it cannot be asked for now it holds here in its time.
 */
export async function refreshModels(env: Env, site: SiteId): Promise<void> {
  await liveOf(site)
    .refresh(askOf(env, site))
    .catch(() => undefined);
}

function askOf(env: Env, site: SiteId): Ask {
  return (since) => objectsOf(env, site).models().changes(since);
}
