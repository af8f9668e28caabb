import type { IndexPage, IndexRow, PageStart } from "./query.ts";
import { comparePlaces } from "./ranked-list.ts";

export interface MergedPage {
  readonly rows: readonly IndexRow[];
  /** Where each shard goes on; `undefined` at the end of the list. */
  readonly next: readonly (PageStart | null)[] | undefined;
}

/**
 * The first rows of all shards together. While an index is being divided anew a contact may be in two of them: the first is
 * told, as the newer shards stand before the older ones.
 */
export function mergePages(
  pages: readonly IndexPage[],
  limit: number,
  starts: readonly (PageStart | null)[] | undefined,
): MergedPage {
  const rows: IndexRow[] = [];
  const told = new Set<string>();
  const taken = pages.map(() => 0);
  while (rows.length < limit) {
    const shard = firstShard(pages, taken);
    const row = shard === undefined ? undefined : pages[shard]?.rows[taken[shard] ?? 0];
    if (shard === undefined || !row) break;
    taken[shard] = (taken[shard] ?? 0) + 1;
    if (told.has(row.object)) continue;
    told.add(row.object);
    rows.push(row);
  }
  const hasMore = pages.some(({ rows: own, end }, i) => end !== undefined || (taken[i] ?? 0) < own.length);
  if (!hasMore) return { rows, next: undefined };
  return { rows, next: pages.map((page, i) => startAfter(page, taken[i] ?? 0, starts?.[i] ?? null)) };
}

function startAfter(
  { rows, end, ranking }: IndexPage,
  taken: number,
  before: PageStart | null,
): PageStart | null {
  const kept = ranking === undefined ? {} : { ranking };
  if (taken === rows.length && end) return { ...kept, ...end };
  const last = rows[taken - 1];
  if (!last) return before ?? (ranking === undefined ? null : { ranking, offset: 0, after: BEFORE_ALL });
  const { units, object, offset } = last;
  return { ...kept, offset: offset + 1, after: { units, object } };
}

const BEFORE_ALL = { units: Number.MAX_VALUE, object: "" };

/** `undefined` where none has any more here, or one of them has more that is not here. */
function firstShard(pages: readonly IndexPage[], taken: readonly number[]): number | undefined {
  let first: number | undefined;
  for (const [i, { rows, end }] of pages.entries()) {
    const row = rows[taken[i] ?? 0];
    if (!row && end) return undefined;
    const best = first === undefined ? undefined : pages[first]?.rows[taken[first] ?? 0];
    if (row && (!best || comparePlaces(row, best) < 0)) first = i;
  }
  return first;
}
