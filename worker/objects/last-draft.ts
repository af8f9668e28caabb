import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { compileDocument } from "../domain/frozen-model.ts";

let lastDraft:
  | { readonly id: string; readonly text: string; readonly model: CompiledModel | undefined }
  | undefined;

/** A preview asks many contacts of one isolate about the same draft. It is no version yet: 0. */
export function compileDraft(id: string, text: string): CompiledModel | undefined {
  if (lastDraft?.text !== text || lastDraft.id !== id) {
    lastDraft = { id, text, model: compileDocument(id, 0, text) };
  }
  return lastDraft.model;
}
