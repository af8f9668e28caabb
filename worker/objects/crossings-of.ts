import { dayOf } from "../../shared/day.ts";
import type { Facts } from "../../shared/facts.ts";
import { createCompiledVersions } from "../domain/compiled-versions.ts";
import { type Crossing, crossingsOf, firstDay, type HeldModel } from "../domain/crossings.ts";
import type { LiveModel } from "../domain/frozen-model.ts";
import type { HeldVersion, ModelHistory } from "../domain/held-versions.ts";
import { MAX_CROSSING_VERSIONS } from "../domain/model-limits.ts";
import type { SiteId } from "../domain/site.ts";
import type { Env } from "../env.ts";
import { objectsOf } from "../site-objects.ts";

/** Of one isolate: its contacts are asked about the same versions. */
const compiledVersions = createCompiledVersions(MAX_CROSSING_VERSIONS);

/**
 * The crossings of a contact under a model, newest first; `factsNow` gives the facts when all versions of the model are
 * at hand, `undefined` where there is no contact any more.
 */
export async function crossingsUnder(
  env: Env,
  site: SiteId,
  model: LiveModel,
  factsNow: () => Facts | undefined,
): Promise<Crossing[] | undefined> {
  const today = dayOf(Date.now());
  const first = firstDay(factsNow() ?? {}) ?? today;
  const models = objectsOf(env, site).models();
  const { complete, held } = JSON.parse(await models.history(model.id, first)) as ModelHistory;
  const ready = await Promise.all(held.map((version) => heldModel(env, site, model, version)));
  const facts = factsNow();
  return facts && crossingsOf({ complete, held: ready }, facts, today);
}

async function heldModel(
  env: Env,
  site: SiteId,
  live: LiveModel,
  { version, at, deleted }: HeldVersion,
): Promise<HeldModel> {
  if (deleted) return { version, at, model: undefined };
  if (version === live.version) return { version, at, model: live };
  const models = objectsOf(env, site).models();
  const model = await compiledVersions.find(site, live.id, version, () => models.full(live.id, version));
  return { version, at, model };
}
