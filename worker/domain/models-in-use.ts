import { type CompiledModel, compileModel } from "../../shared/scoring/compile.ts";
import type { FullModel } from "../../shared/scoring/full-model.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { STARTER } from "./model-versions.ts";

/** What has changed since a revision. */
export interface ModelChanges {
  readonly revision: number;
  /** The ids of all models that there are, the default first. */
  readonly order: readonly string[];
  /** Only what has changed; a `null` document is a deleted model. */
  readonly models: readonly {
    readonly id: string;
    readonly version: number;
    readonly document: string | null;
  }[];
}

/** A site's models at one revision, ready for scoring. Never changes. */
export interface ModelsInUse {
  readonly revision: number;
  /** The ids of all models, the default first. */
  readonly order: readonly string[];
  /** The model of an id, or the default one; `undefined` where there is none. It is read and compiled once. */
  find(id: string | undefined): CompiledModel | undefined;
  /** The same with changes. */
  with(changes: ModelChanges): ModelsInUse;
}

/** The models of a site in which nothing was ever changed. */
export function starterOnly(): ModelsInUse {
  const starter = lazily(() => compileDocument(STARTER.id, STARTER.version, STARTER.document ?? ""));
  return modelsInUse(0, [STARTER.id], new Map([[STARTER.id, starter]]));
}

type Lazy = () => CompiledModel | undefined;

function modelsInUse(
  revision: number,
  order: readonly string[],
  models: ReadonlyMap<string, Lazy>,
): ModelsInUse {
  return {
    revision,
    order,
    find: (id) => models.get(id ?? order[0] ?? "")?.(),
    with(changes) {
      const next = new Map(models);
      for (const { id, version, document } of changes.models) {
        if (document === null) next.delete(id);
        else
          next.set(
            id,
            lazily(() => compileDocument(id, version, document)),
          );
      }
      return modelsInUse(changes.revision, changes.order, next);
    },
  };
}

function lazily(make: Lazy): Lazy {
  let made: { readonly model: CompiledModel | undefined } | undefined;
  return () => (made ??= { model: make() }).model;
}

/**
 * A saved document, ready for scoring; `undefined` where it is not a model (any more). It was one when it was
 * saved, so that can only follow from a release that takes something out of the language.
 */
export function compileDocument(id: string, version: number, document: string): CompiledModel | undefined {
  const full = readDocument(document);
  return full && compileModel(full, { id, version });
}

/** A saved document, written out in full; `undefined` as with {@link compileDocument}. */
export function readDocument(document: string): FullModel | undefined {
  const read = readModel(JSON.parse(document));
  return read.ok ? read.full : undefined;
}
