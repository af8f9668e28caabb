import { hash64 } from "../../shared/hash64.ts";
import type { LeadAnswer, LeadStanding, ModelStanding, SnapshotClaims } from "../../shared/lead.ts";

/** Where a visitor stands: under `model`, and in `models` under each. */
export interface Lead extends ModelStanding {
  /** `user:…` or `anon:…`. */
  readonly contact: string;
  /** The default model's id; of models that were asked for without it, the first. */
  readonly model: string;
  readonly models: Readonly<Record<string, ModelStanding & Partial<LeadStanding>>>;
  /**
   * `contact` was asked for now, and is of the whole contact. `snapshot` was signed today with one of the visitor's last
   * pages: bands, grades and cells as of that page, the score as of when the band was reached.
   */
  readonly from: "contact" | "snapshot";
}

export function leadOfAnswer({ contact, model, models }: LeadAnswer): Lead | null {
  return leadFrom(contact, model, models, "contact");
}

/** As if the contact had been asked for `wanted`; `undefined` where the snapshot cannot say all of that. */
export function leadOfClaims(
  contact: string,
  { model, models, cut }: SnapshotClaims,
  wanted: readonly string[] | undefined,
): Lead | undefined {
  if (!wanted) return cut ? undefined : (leadFrom(contact, model, models, "snapshot") ?? undefined);
  if (!wanted.every((id) => Object.hasOwn(models, id))) return undefined;
  const chosen = Object.entries(models).filter(([id]) => wanted.includes(id));
  const main = wanted.includes(model) ? model : (chosen[0]?.[0] ?? "");
  return leadFrom(contact, main, Object.fromEntries(chosen), "snapshot") ?? undefined;
}

function leadFrom(contact: string, model: string, models: Lead["models"], from: Lead["from"]): Lead | null {
  const main = models[model];
  if (!main) return null;
  const { version, score, band, grade, cell } = main;
  return {
    contact,
    model,
    version,
    score,
    band,
    ...(grade === undefined ? {} : { grade }),
    ...(cell === undefined ? {} : { cell }),
    models,
    from,
  };
}

/** Names what a lead would choose: another one as soon as any score or standing is. `0` where nobody is known. */
export function variantOf(lead: Lead | null): string {
  if (!lead) return "0";
  const standings = Object.entries(lead.models).map(([id, { score, band, grade, cell }]) => [
    id,
    score,
    band,
    grade,
    cell,
  ]);
  return hash64(JSON.stringify([lead.model, standings])).replace(".", "");
}
