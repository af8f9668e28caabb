import { DAY_MS, type Day, dayToIso } from "../../shared/day.ts";
import type { Facts } from "../../shared/facts.ts";
import type { LeadAnswer, LeadStanding, ModelStanding, SnapshotClaims } from "../../shared/lead.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { summarize } from "../../shared/scoring/score.ts";
import type { Stands } from "./band-marks.ts";
import type { ContactState } from "./ledger.ts";
import type { ModelsInUse } from "./models-in-use.ts";
import type { SiteId } from "./site.ts";
import { standingFor, type Viewer } from "./viewer.ts";

/** Clocks of those who verify may be behind ours by as much. */
const GRACE_S = 300;

/**
 * Of the models in a snapshot, in characters of JSON: in base64url, with all else, some 2,400. Browsers keep 4,096 of a
 * cookie, and send it with each request.
 */
const MAX_MODELS_CHARS = 1_500;

/** Where a visitor stands under the models of its site, as far as its browser may see it. */
export interface VisitorLead {
  readonly model: string;
  readonly models: Readonly<Record<string, ModelStanding>>;
  readonly cut?: true;
}

/** `undefined` where the site has no models. `known` is where the whole contact stands, as far as it has just been looked at. */
export function leadFor(
  viewer: Viewer,
  state: ContactState,
  inUse: ModelsInUse,
  at: Day,
  known?: Stands,
): VisitorLead | undefined {
  const models: Record<string, ModelStanding> = {};
  let chars = 0;
  for (const model of modelsOf(inUse)) {
    const standing = {
      version: model.version,
      ...standingFor(viewer, state, model, at, known?.get(model.id)),
    };
    chars += model.id.length + JSON.stringify(standing).length;
    const isFirst = Object.keys(models).length === 0;
    if (!isFirst && chars > MAX_MODELS_CHARS) return { model: inUse.order[0] ?? "", models, cut: true };
    models[model.id] = standing;
  }
  const [model] = inUse.order;
  return model === undefined || !(model in models) ? undefined : { model, models };
}

/**
 * What a signature is made for anew when it changes: the day, and where the visitor stands. Not the score, which changes
 * with every page: within a band it is that of the time of signing.
 */
export function signedFor({ model, models }: VisitorLead, { user }: Viewer, day: Day): string {
  const standings = Object.entries(models).map(([id, { version, band, grade, cell }]) => [
    id,
    version,
    band,
    grade,
    cell,
  ]);
  return JSON.stringify([day, user !== undefined, model, standings]);
}

/** The claims of a snapshot of one day; they end soon after it. `nowMs` is in milliseconds since 1970. */
export function claimsOf(
  lead: VisitorLead,
  { site, sub, day, nowMs }: { site: SiteId; sub: string; day: Day; nowMs: number },
): SnapshotClaims {
  const iat = Math.floor(nowMs / 1_000);
  const exp = ((day + 1) * DAY_MS) / 1_000 + GRACE_S;
  return { aud: site, sub, iat, exp, day: dayToIso(day), ...lead };
}

/** Where the whole contact stands, for the site itself: under all models, or those that are named and there. */
export function wholeLead(
  { ref, total }: ContactState,
  inUse: ModelsInUse,
  at: Day,
  asked?: readonly string[],
): LeadAnswer | undefined {
  const chosen = modelsOf(inUse).filter(({ id }) => !asked || asked.includes(id));
  const [first] = chosen;
  if (!first) return undefined;
  const models = Object.fromEntries(chosen.map((model) => [model.id, wholeStanding(model, total.facts, at)]));
  return { contact: ref, model: first.id, models };
}

function wholeStanding(model: CompiledModel, facts: Facts, day: Day): LeadStanding {
  const { at, ...score } = summarize(model, facts, day);
  return { version: model.version, at: dayToIso(at), ...score };
}

function modelsOf(inUse: ModelsInUse) {
  return inUse.order.flatMap((id) => inUse.find(id) ?? []);
}
