import {
  MODEL_CHANGE_HOLDS_MS,
  MODELS_FRESH_MS,
  MODELS_PATIENCE_MS,
  MODELS_RETRY_MS,
} from "./domain/model-limits.ts";
import { type ModelChanges, type ModelsInUse, starterOnly } from "./domain/models-in-use.ts";
import type { Env } from "./env.ts";
import { MODELS_NAME } from "./objects/models.ts";

/** Asks for what is newer than a revision: JSON text of `ModelChanges`, `null` for nothing. */
export type Ask = (since: number) => Promise<string | null>;

/** The models that an isolate knows. A change made anywhere holds in it within `MODEL_CHANGE_HOLDS_MS`. */
export interface LiveModels {
  /**
   * The models; without waiting while what is known is fresh. Rejects only where nothing was ever known: what is
   * known goes on being used while nobody can be asked.
   */
  current(ask: Ask): ModelsInUse | Promise<ModelsInUse>;
  /** Asks in any case: for the isolate that has just made a change. Rejects like `current`. */
  refresh(ask: Ask): Promise<ModelsInUse>;
}

/** `clock` is in milliseconds. */
export function createLiveModels(clock: () => number): LiveModels {
  let models = starterOnly();
  /** When what is known was asked for. */
  let askedAt = -Infinity;
  let retryAt = -Infinity;
  let pending: { readonly sentAt: number; readonly answer: Promise<ModelsInUse> } | undefined;

  async function request(ask: Ask, sentAt: number): Promise<ModelsInUse> {
    try {
      const newest = await allChanges(models, ask);
      askedAt = Math.max(askedAt, sentAt);
      if (newest.revision > models.revision) models = newest;
    } catch (problem) {
      if (askedAt === -Infinity) throw problem;
      retryAt = clock() + MODELS_RETRY_MS;
    }
    return models;
  }

  async function refresh(ask: Ask): Promise<ModelsInUse> {
    const sentAt = clock();
    const own = { sentAt, answer: request(ask, sentAt) };
    pending = own;
    try {
      return await own.answer;
    } finally {
      if (pending === own) pending = undefined;
    }
  }

  function current(ask: Ask): ModelsInUse | Promise<ModelsInUse> {
    const now = clock();
    if (now < askedAt + MODELS_FRESH_MS || now < retryAt) return models;
    if (!pending || now >= pending.sentAt + MODELS_PATIENCE_MS) return refresh(ask);
    // Somebody has asked already; until a change must hold, what is known will do.
    if (now < askedAt + MODEL_CHANGE_HOLDS_MS) return models;
    return waitFor(pending.answer, ask);
  }

  async function waitFor(answer: Promise<ModelsInUse>, ask: Ask): Promise<ModelsInUse> {
    return (await inTime(answer, MODELS_PATIENCE_MS)) ?? current(ask);
  }

  return { current, refresh };
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

/** `undefined` when `answer` has not come in time: that of a request that was broken off never comes. */
async function inTime<T>(answer: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

const live = createLiveModels(() => Date.now());

/** The site's models as this isolate knows them; see {@link LiveModels.current}. */
export function currentModels(env: Env): ModelsInUse | Promise<ModelsInUse> {
  return live.current(askOf(env));
}

/**
 * After a change that this isolate has handed on: it holds here when this resolves. Never rejects: the change is
 * made, and where it cannot be asked for now it holds here in its time.
 */
export async function refreshModels(env: Env): Promise<void> {
  await live.refresh(askOf(env)).catch(() => undefined);
}

function askOf(env: Env): Ask {
  return (since) => env.MODELS.getByName(MODELS_NAME).changes(since);
}
