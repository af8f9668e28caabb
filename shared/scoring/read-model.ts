import { PRESETS } from "../models/presets/index.ts";
import { checkDocument, checkFull } from "./check-model.ts";
import { checkOverride } from "./check-override.ts";
import type { ModelDocument } from "./document.ts";
import { expandModel } from "./expand.ts";
import type { FullModel } from "./full-model.ts";
import type { Issue } from "./issue.ts";
import { hint } from "./nearest.ts";
import { overrideModel } from "./override.ts";
import { show } from "./show.ts";

export type ReadModel =
  | { readonly ok: true; readonly document: ModelDocument; readonly full: FullModel }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Reads a model that somebody wrote. Any value may come in; every mistake is listed, and nothing throws. */
export function readModel(value: unknown): ReadModel {
  const named = presetName(value);
  const issues = [...checkDocument(value, { partial: named !== undefined }), ...unknownPreset(named)];
  if (issues.length > 0) return { ok: false, issues };
  const document = value as ModelDocument;
  const preset = named === undefined ? undefined : PRESETS[named];
  const stray = preset ? checkOverride(preset, document) : [];
  if (stray.length > 0) return { ok: false, issues: stray };
  const merged = preset ? overrideModel(preset, document) : document;
  const mergedIssues = preset ? checkDocument(merged, { partial: false }) : [];
  if (mergedIssues.length > 0) return { ok: false, issues: mergedIssues.map(inPreset) };
  const full = expandModel(merged);
  const wholeIssues = checkFull(full);
  return wholeIssues.length > 0 ? { ok: false, issues: wholeIssues } : { ok: true, document, full };
}

/** The name of the preset that a document changes, shipped or not. */
function presetName(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("preset" in value)) return undefined;
  return typeof value.preset === "string" ? value.preset : undefined;
}

function unknownPreset(name: string | undefined): Issue[] {
  if (name === undefined || Object.hasOwn(PRESETS, name)) return [];
  return [{ path: "preset", message: `unknown preset ${show(name)}${hint(name, Object.keys(PRESETS))}` }];
}

function inPreset({ path, message }: Issue): Issue {
  return { path, message: `${message} (counting the parts of the preset)` };
}
