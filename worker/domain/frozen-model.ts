import { type CompiledModel, compileModel } from "../../shared/scoring/compile.ts";
import type { ModelDocument } from "../../shared/scoring/document.ts";
import { expandModel } from "../../shared/scoring/expand.ts";
import { readModel } from "../../shared/scoring/read-model.ts";

/** A version of a model, ready for scoring. */
export interface LiveModel extends CompiledModel {
  /** Names what it means: another one where it has come to mean something else. */
  readonly content: string;
}

/**
 * What a document means, written out in full, as JSON text: without its preset, and with every default said. A
 * version is kept with it, so that a release that changes a preset or a default changes no saved model. `null`
 * where the document is not a model (any more).
 */
export function fullOf(document: string): string | null {
  const read = readModel(JSON.parse(document));
  return read.ok ? JSON.stringify(read.full) : null;
}

/**
 * Compiles what {@link fullOf} has written. It is not checked again: what was right when it was saved holds on. It
 * is expanded again, so that whatever a later release adds to the full form is there.
 */
export function compileFull(id: string, version: number, full: string): LiveModel {
  const written = JSON.parse(full) as ModelDocument;
  return { ...compileModel(expandModel(written), { id, version }), content: contentHash(full) };
}

/** A document that is not saved; `undefined` where it is not a model. */
export function compileDocument(id: string, version: number, document: string): LiveModel | undefined {
  const full = fullOf(document);
  return full === null ? undefined : compileFull(id, version, full);
}

/** 32 bits (FNV-1a) in base 36: names one of the few meanings that a version can have had. */
export function contentHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
