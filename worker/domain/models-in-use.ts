import { compileFull, contentHash, type LiveModel } from "./frozen-model.ts";
import { MAX_CHANGES_CHARS } from "./model-limits.ts";
import { type Heads, liveModels, revisionOf, STARTER, type VersionHead } from "./model-versions.ts";

/** What has changed since a revision, up to another one. */
export interface ModelChanges {
  readonly revision: number;
  /** Whether there are changes after `revision`, too: all of them would have been too long for one answer. */
  readonly more: boolean;
  /** The ids of all models that there are, the default first. */
  readonly order: readonly string[];
  /** Only what has changed, written out in full; `null` where there is nothing to score with: it was deleted. */
  readonly models: readonly {
    readonly id: string;
    readonly version: number;
    readonly full: string | null;
  }[];
}

/** What has changed after a revision, as much as goes into one answer. */
export function pageOfChanges(
  heads: Heads,
  since: number,
  fullOfHead: (head: VersionHead) => string | null,
): ModelChanges {
  const changed = [...heads.values()]
    .filter((head) => head.revision > since)
    .sort((a, b) => a.revision - b.revision);
  const models: ModelChanges["models"][number][] = [];
  let revision = since;
  let left = MAX_CHANGES_CHARS;
  for (const head of changed) {
    if (left <= 0) break;
    const full = fullOfHead(head);
    models.push({ id: head.id, version: head.version, full });
    revision = head.revision;
    left -= full?.length ?? 0;
  }
  const order = liveModels(heads).map(({ id }) => id);
  return { revision, more: revision < revisionOf(heads), order, models };
}

/** A site's models at one revision, ready for scoring. Never changes. */
export interface ModelsInUse {
  readonly revision: number;
  /** The ids of all models, the default first. */
  readonly order: readonly string[];
  /** The model of an id, or the default one; `undefined` where there is none. It is read and compiled once. */
  find(id: string | undefined): LiveModel | undefined;
  /** Of all models the versions in force. */
  readonly versions: readonly (readonly [model: string, version: number])[];
  /** The same with changes. */
  with(changes: ModelChanges): ModelsInUse;
}

/** All models that there are, the default first. */
export function allOf({ order, find }: ModelsInUse): readonly LiveModel[] {
  return order.flatMap((id) => find(id) ?? []);
}

/** Names what models mean together, in their order: another name where one of them means something else. */
export function nameOfModels(models: readonly LiveModel[]): string {
  return contentHash(models.map(({ id, version, content }) => `${id}.${version}.${content}`).join());
}

/** The models of a site in which nothing was ever changed. */
export function starterOnly(): ModelsInUse {
  const { id, version, full } = STARTER;
  return modelsInUse(
    0,
    [id],
    new Map(full === null ? [] : [[id, lazily(() => compileFull(id, version, full))]]),
  );
}

type Lazy = () => LiveModel;

function modelsInUse(
  revision: number,
  order: readonly string[],
  models: ReadonlyMap<string, Lazy>,
): ModelsInUse {
  return {
    revision,
    order,
    get versions() {
      return order.flatMap((id) => {
        const model = models.get(id)?.();
        return model ? [[id, model.version] as const] : [];
      });
    },
    find: (id) => models.get(id ?? order[0] ?? "")?.(),
    with(changes) {
      const next = new Map(models);
      for (const { id, version, full } of changes.models) {
        if (full === null) next.delete(id);
        else
          next.set(
            id,
            lazily(() => compileFull(id, version, full)),
          );
      }
      return modelsInUse(changes.revision, changes.order, next);
    },
  };
}

function lazily(make: Lazy): Lazy {
  let made: LiveModel | undefined;
  return () => (made ??= make());
}
