import type { Day } from "../../shared/day.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import type { Stand } from "../../shared/scoring/score.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import { type ContactState, type Intake, warning } from "../domain/ledger.ts";
import type { MergeRefusal } from "../domain/links.ts";
import type { ModelsInUse } from "../domain/models-in-use.ts";
import { snapshotFor, type Viewer } from "../domain/viewer.ts";
import { formatHome, homeText } from "../domain/visitor-home.ts";
import type { Env } from "../env.ts";
import { isSigningKey, macOfText } from "../signatures.ts";

/** A merge that an event asked for and that is not done. */
export interface RefusedMerge {
  readonly index: number;
  readonly outcome: MergeRefusal;
}

export function withWarnings(text: string, refused: readonly RefusedMerge[]): string {
  const answer = JSON.parse(text) as IngestAnswer;
  const told = refused.map(({ index, outcome }) => warning(index, null, { reason: outcome, path: "userId" }));
  return JSON.stringify({ ...answer, warnings: [...told, ...(answer.warnings ?? [])] });
}

/** Tells where a visitor's events go since a merge, so that the next ones take the shorter way. */
export async function withHome(
  answer: IngestAnswer,
  { SIGNING_KEY }: Env,
  { site, source }: Intake,
  object: string,
): Promise<IngestAnswer> {
  if (!isSigningKey(SIGNING_KEY)) return answer;
  const mac = await macOfText(homeText(site, source, object), SIGNING_KEY);
  return { ...answer, home: formatHome({ object, mac }) };
}

/** What has been counted stays so, whether or not it can be scored. */
export function orNone(
  models: ModelsInUse | Promise<ModelsInUse>,
): ModelsInUse | Promise<ModelsInUse | undefined> {
  return models instanceof Promise ? models.catch(() => undefined) : models;
}

export function withSnapshot(
  answer: IngestAnswer,
  state: ContactState,
  viewer: Viewer,
  model: CompiledModel,
  at: Day,
  known: Stand | undefined,
): IngestAnswer {
  try {
    return { ...answer, snapshot: snapshotFor(viewer, state, model, at, known) };
  } catch (problem) {
    console.error(problem);
    return answer;
  }
}
