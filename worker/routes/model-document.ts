import { isObject } from "../../shared/page-context.ts";
import type { FullModel } from "../../shared/scoring/full-model.ts";
import type { Issue } from "../../shared/scoring/issue.ts";
import { MAX_MODEL_BYTES } from "../../shared/scoring/model-limits.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { show } from "../../shared/scoring/show.ts";
import { duplicateKeys } from "../domain/duplicate-keys.ts";
import { ApiError } from "../errors.ts";
import { type BodyLimit, parseJson } from "../middleware/body.ts";

export const MODEL_BODY: BodyLimit = { bytes: MAX_MODEL_BYTES, code: "model_too_large" };

/**
 * Reads what was sent as the document of the model `id`: written out in full, and as the text that is kept.
 * Throws `invalid_model` with everything that is wrong.
 */
export function documentOf(id: string, value: unknown): { readonly full: FullModel; readonly text: string } {
  return checked(id, value, []);
}

/** The same of the text of a body, in which no key may stand twice. Throws `invalid_json`, too. */
export function documentOfText(id: string, text: string) {
  const value = parseJson(text);
  const message = "stands more than once: only the last one would count. Leave one";
  return checked(
    id,
    value,
    duplicateKeys(text).map((path) => ({ path, message })),
  );
}

function checked(id: string, value: unknown, duplicates: readonly Issue[]) {
  const read = readModel(value);
  const issues: Issue[] = [...duplicates, ...(read.ok ? [] : read.issues)];
  if (isObject(value) && typeof value.id === "string" && value.id !== id) {
    issues.push({
      path: "",
      message: `"id" wants "${id}", as in the address, or is left out, got ${show(value.id)}`,
    });
  }
  if (!read.ok || issues.length > 0) throw new ApiError("invalid_model", { issues });
  return { full: read.full, text: JSON.stringify(value) };
}
