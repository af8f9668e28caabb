import type { Ref } from "../../shared/event.ts";
import { MAX_MERGE_DEPTH, MAX_MERGED_PER_CONTACT } from "./identity-limits.ts";
import type { SiteId } from "./site.ts";

/** How another contact has come into this one. */
export interface Absorbed {
  /** Of this one merge: the same two may be merged again after a split. */
  readonly id: string;
  /** Whom it was merged into: this contact, or one that has come into it itself. */
  readonly under: Ref;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Move {
  readonly to: Ref;
  readonly id: string;
}

/**
 * What a contact has to do with others; stored only where there is something. Each step of a merge or a split is written
 * here before the next one is taken, so that whoever finds one unfinished finishes it.
 */
export interface Links {
  readonly site: SiteId;
  readonly ref: Ref;
  /** All contacts whose facts are here. */
  readonly absorbed: Readonly<Record<Ref, Absorbed>>;
  /** It is being merged into another one: takes nothing in until that is done. */
  readonly moving?: Move;
  /** It has been: its facts are there, and what comes for it is handed on. */
  readonly moved?: Move & { readonly revision: number };
  /** A contact that is being given its facts back: nothing more is taken in for it. */
  readonly returning?: { readonly source: Ref; readonly id: string };
  /** The last merges of which the facts have been given back, and to whom. */
  readonly undone?: readonly (readonly [source: Ref, id: string])[];
  /** The merge of which it was given its own facts back. */
  readonly returned?: string;
  /** When the contact before it was deleted that had the same ref: also while its own rows are elsewhere. */
  readonly deletedAt?: number;
}

/** Why two contacts were not merged; `same` is no refusal, they are one already. */
export type MergeRefusal = "already_merged" | "too_many_merged" | "too_deeply_merged" | "deleted_contact";
export type MergeOutcome = "merged" | "same" | MergeRefusal;

/** What a contact hands over when it is merged into another one. */
export interface Handover {
  readonly site: SiteId;
  readonly from: Ref;
  readonly to: Ref;
  readonly id: string;
  readonly under: Ref;
  readonly at: number;
  readonly absorbed: Readonly<Record<Ref, Absorbed>>;
}

const UNDONE_KEPT = 16;

/** `deletedAt` as in {@link Links}. */
export function unlinked(site: SiteId, ref: Ref, deletedAt?: number): Links {
  return { site, ref, absorbed: {}, ...(deletedAt === undefined ? {} : { deletedAt }) };
}

/** All refs that lead to a contact: of a deletion and an export each of them is a part. */
export function refsOfContact(ref: Ref, links: Links | undefined): readonly Ref[] {
  return [ref, ...(Object.keys(links?.absorbed ?? {}) as Ref[])];
}

/** The links of a contact whose facts have gone where it was moving; `revision` is that of the facts. */
export function movedAway({ site, ref, moving, deletedAt }: Links, revision: number): Links {
  return { ...unlinked(site, ref, deletedAt), ...(moving && { moved: { ...moving, revision } }) };
}

/** The links of a contact that takes another one in, or why it does not. */
export function absorb(links: Links, { from, id, under, at, absorbed }: Handover): Links | MergeRefusal {
  const all = { ...links.absorbed, ...absorbed, [from]: { id, under, at } };
  const names = Object.keys(all) as Ref[];
  if (names.length > MAX_MERGED_PER_CONTACT) return "too_many_merged";
  if (names.some((ref) => depthOf(ref, all) > MAX_MERGE_DEPTH)) return "too_deeply_merged";
  return { ...links, absorbed: all };
}

/** A contact that was merged into this one, and all that had been merged into it. */
export function cameWith(links: Links, source: Ref): ReadonlySet<Ref> {
  const found = new Set<Ref>([source]);
  const names = Object.keys(links.absorbed) as Ref[];
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const ref of names) {
      const { under } = links.absorbed[ref] as Absorbed;
      if (found.has(under)) found.add(ref);
    }
  }
  return found;
}

/** What is told of them to a contact that gets its facts back. */
export function absorbedWith(links: Links, source: Ref): Record<Ref, Absorbed> {
  const absorbed: Record<Ref, Absorbed> = {};
  for (const ref of cameWith(links, source)) {
    const own = links.absorbed[ref];
    if (own && ref !== source) absorbed[ref] = own;
  }
  return absorbed;
}

/** The links when `returning` has its facts back. */
export function released(links: Links): Links {
  const { returning, ...rest } = links;
  if (!returning) return links;
  const gone = cameWith(links, returning.source);
  const absorbed = Object.fromEntries(
    Object.entries(links.absorbed).filter(([ref]) => !gone.has(ref as Ref)),
  );
  const undone = [...(links.undone ?? []), [returning.source, returning.id] as const].slice(-UNDONE_KEPT);
  return { ...rest, absorbed, undone };
}

/** Whether this contact has the facts of a source and takes in more of them. */
export function stanceOn(links: Links | undefined, own: Ref, source: Ref): "own" | "returning" | "unknown" {
  if (source !== own && !links?.absorbed[source]) return "unknown";
  if (links?.returning && cameWith(links, links.returning.source).has(source)) return "returning";
  return "own";
}

function depthOf(ref: Ref, absorbed: Readonly<Record<Ref, Absorbed>>): number {
  let depth = 0;
  for (
    let at: Ref | undefined = ref;
    at !== undefined && depth <= MAX_MERGE_DEPTH;
    at = absorbed[at]?.under
  ) {
    if (!absorbed[at]) break;
    depth += 1;
  }
  return depth;
}
