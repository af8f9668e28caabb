import starter from "../shared/models/starter.json";
import { type CompiledModel, compileModel } from "../shared/scoring/compile.ts";
import { expandModel } from "../shared/scoring/short-form.ts";

const STARTER = compileModel(expandModel(starter as Parameters<typeof expandModel>[0]));

/** Throws for an id that {@link hasModel} denies. */
export function modelById(id: string | undefined): CompiledModel {
  if (id === undefined || id === STARTER.model.id) return STARTER;
  throw new Error(`no model ${id}`);
}

export function hasModel(id: string): boolean {
  return id === STARTER.model.id;
}

export const DEFAULT_MODEL = STARTER.model.id;
