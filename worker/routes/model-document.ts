import { isObject } from "../../shared/page-context.ts";
import type { FullModel } from "../../shared/scoring/full-model.ts";
import type { Issue } from "../../shared/scoring/issue.ts";
import { MAX_MODEL_BYTES } from "../../shared/scoring/model-limits.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { ApiError } from "../errors.ts";
import type { BodyLimit } from "../middleware/body.ts";

export const MODEL_BODY: BodyLimit = { bytes: MAX_MODEL_BYTES, code: "model_too_large" };

/**
 * Reads what was sent as the document of the model `id`: written out in full, and as the text that is kept.
 * Throws `invalid_model` with everything that is wrong.
 */
export function documentOf(id: string, value: unknown): { readonly full: FullModel; readonly text: string } {
  const read = readModel(value);
  const issues: Issue[] = read.ok ? [] : [...read.issues];
  if (isObject(value) && typeof value.id === "string" && value.id !== id) {
    issues.push({
      path: "",
      message: `"id" wants "${id}", as in the address, or is left out, got "${value.id}"`,
    });
  }
  if (!read.ok || issues.length > 0) throw new ApiError("invalid_model", { issues });
  return { full: read.full, text: JSON.stringify(value) };
}
