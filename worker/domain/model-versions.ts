import starter from "../../shared/models/starter.json" with { type: "json" };
import type { Issue } from "../../shared/scoring/issue.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { contentHash, fullOf } from "./frozen-model.ts";
import { MAX_DELETED_MODELS, MAX_FULL_MODEL_CHARS, MAX_MODELS } from "./model-limits.ts";
import { type Expected, isAsExpected } from "./precondition.ts";

/** What is known of a version of a model beside its document. A deletion is a version, too. */
export interface VersionHead {
  readonly id: string;
  /** 1, 2, 3 … of this id, also over a deletion. */
  readonly version: number;
  /** Grows with every change of any model of the site; 0 only of what was never changed. */
  readonly revision: number;
  /** The revision at which this model was created, or created again: the default is the one with the least. */
  readonly since: number;
  /** Milliseconds since 1970; 0 for the starter model, which has been there from the beginning. */
  readonly at: number;
  readonly name: string;
  readonly about?: string;
  readonly note?: string;
  readonly author?: string;
  /** The version whose document this one has taken back. */
  readonly restored?: number;
  readonly deleted: boolean;
}

/** What a version says, and what that means. */
export interface Content {
  /** The document as it was written, as JSON text; `null` where the version is a deletion. */
  readonly document: string | null;
  /** What it meant when it was saved (see {@link fullOf}); `null` where that cannot be told. */
  readonly full: string | null;
}

export interface ModelVersion extends VersionHead, Content {}

/** The newest version of each model that there is or was, by id. */
export type Heads = ReadonlyMap<string, VersionHead>;

/** A document to be saved, read and found right before. */
export interface SaveModel {
  readonly id: string;
  readonly expected: Expected;
  readonly document: string;
  readonly full: string;
  readonly name: string;
  readonly about?: string;
  readonly note?: string;
  readonly author?: string;
  readonly restored?: number;
}

export type Refusal =
  /** `live` is what the model is at, `null` where there is no such model. */
  | { readonly kind: "mismatch"; readonly live: Live | null }
  /** A document that was a model once. */
  | { readonly kind: "no_longer_a_model"; readonly version: number; readonly issues: readonly Issue[] }
  | { readonly kind: "model_too_long" }
  | { readonly kind: "unknown_model" }
  | { readonly kind: "unknown_version" }
  | { readonly kind: "last_model" }
  | { readonly kind: "too_many_models" };

/** The live version of a model, and the tag that names it. */
interface Live {
  readonly version: number;
  readonly tag: string;
}

export type SaveOutcome =
  | { readonly kind: "saved"; readonly created: boolean; readonly head: VersionHead }
  | { readonly kind: "unchanged"; readonly head: VersionHead }
  | Refusal;

/** What is to be written; `forget` are models whose documents are not kept any longer. */
export interface Change {
  readonly kind: "change";
  readonly created: boolean;
  readonly rows: readonly ModelVersion[];
  readonly forget: readonly string[];
  readonly head: VersionHead;
}

/** The model of a site that has none of its own yet. It has no row until it is changed. */
export const STARTER_HEAD: VersionHead = {
  id: "starter",
  version: 1,
  revision: 0,
  since: 0,
  at: 0,
  name: starter.name,
  about: starter.about,
  deleted: false,
};

const STARTER_DOCUMENT = JSON.stringify(starter);

export const STARTER: ModelVersion = {
  ...STARTER_HEAD,
  document: STARTER_DOCUMENT,
  full: fullOf(STARTER_DOCUMENT),
};

/**
 * What names a version in an `ETag`: its number. The starter model changes with releases until the site first changes
 * it, so its tag has its content, too.
 */
export function tagOf({
  version,
  revision,
  full,
}: Pick<ModelVersion, "version" | "revision" | "full">): string {
  return revision === 0 ? `${version}-${contentHash(full ?? "")}` : String(version);
}

/** The same of a live version: of those, only the starter that was never changed has the revision 0. */
export function liveTag(head: VersionHead): string {
  return tagOf({ ...head, full: STARTER.full });
}

/** The heads that are stored, and the starter model where it has no row. */
export function withStarter(stored: Heads): Heads {
  return stored.has(STARTER.id) ? stored : new Map([[STARTER.id, STARTER_HEAD], ...stored]);
}

/** The models that there are, the oldest first: the first is the site's default. */
export function liveModels(heads: Heads): VersionHead[] {
  return [...heads.values()].filter((head) => !head.deleted).sort((a, b) => a.since - b.since);
}

/** The number of the last change of any model. */
export function revisionOf(heads: Heads): number {
  return Math.max(0, ...[...heads.values()].map((head) => head.revision));
}

/** Decides on a new version. `live` is what the model has now. */
export function saveModel(
  heads: Heads,
  save: SaveModel,
  live: Content | undefined,
  now: number,
): Change | Exclude<SaveOutcome, { kind: "saved" }> {
  const { expected, ...given } = save;
  const head = heads.get(save.id);
  const current = head && !head.deleted ? head : undefined;
  const at = current ? { version: current.version, tag: liveTag(current) } : null;
  if (!isAsExpected(expected, at)) return { kind: "mismatch", live: at };
  if (current && live?.document === save.document && live.full === save.full) {
    return { kind: "unchanged", head: current };
  }
  if (save.full.length > MAX_FULL_MODEL_CHARS) return { kind: "model_too_long" };
  if (!current && liveModels(heads).length >= MAX_MODELS) return { kind: "too_many_models" };
  const revision = revisionOf(heads) + 1;
  const next: ModelVersion = {
    ...given,
    version: (head?.version ?? 0) + 1,
    revision,
    since: current?.since ?? revision,
    at: now,
    deleted: false,
  };
  return change(current, next, []);
}

/**
 * What it takes to restore a version. Its document must be a model by today's rules, as its owner goes on writing from
 * it; but it means what it meant then.
 */
export function restoreOf(
  old: ModelVersion | undefined,
): { readonly kind: "restore"; readonly content: RestoredContent } | Refusal {
  if (!old || old.document === null) return { kind: "unknown_version" };
  const { document, name, about } = old;
  const read = readModel(JSON.parse(document));
  if (!read.ok) return { kind: "no_longer_a_model", version: old.version, issues: read.issues };
  const full = old.full ?? JSON.stringify(read.full);
  return { kind: "restore", content: { document, full, name, ...(about === undefined ? {} : { about }) } };
}

type RestoredContent = Pick<SaveModel, "document" | "full" | "name" | "about">;

/** Decides on a deletion, which keeps the versions. */
export function deleteModel(
  heads: Heads,
  id: string,
  expected: Expected | undefined,
  now: number,
): Change | Refusal {
  const current = heads.get(id);
  if (!current || current.deleted) return { kind: "unknown_model" };
  const at = { version: current.version, tag: liveTag(current) };
  if (expected !== undefined && !isAsExpected(expected, at)) return { kind: "mismatch", live: at };
  if (liveModels(heads).length === 1) return { kind: "last_model" };
  const revision = revisionOf(heads) + 1;
  const next: ModelVersion = {
    id,
    version: current.version + 1,
    revision,
    since: current.since,
    at: now,
    name: current.name,
    deleted: true,
    document: null,
    full: null,
  };
  const gone = [...heads.values()].filter((head) => head.deleted).sort((a, b) => b.revision - a.revision);
  return change(
    current,
    next,
    gone.slice(MAX_DELETED_MODELS - 1).map((head) => head.id),
  );
}

function change(current: VersionHead | undefined, next: ModelVersion, forget: readonly string[]): Change {
  const { document: _, full: _full, ...head } = next;
  // From its first change on, the starter model is the site's own, whatever a later release ships.
  const rows = current?.revision === 0 ? [STARTER, next] : [next];
  return { kind: "change", created: current === undefined, rows, forget, head };
}
