import type { Ranked } from "./board.ts";
import { MAX_PAGED, PAGED_MS } from "./index-limits.ts";

/** Rankings as they were when somebody began to page through them: scores move meanwhile, and nobody comes twice or is left out. */
export interface PagedRankings {
  /** The rest of a ranking, by an id. */
  keep(ranking: readonly Ranked[]): string;
  /** `undefined` where it is not kept any more. */
  find(id: string): readonly Ranked[] | undefined;
}

/** `clock` is in milliseconds. */
export function createPagedRankings(clock: () => number, newId: () => string): PagedRankings {
  /** The one asked for longest ago first. */
  const kept = new Map<string, { readonly ranking: readonly Ranked[]; readonly at: number }>();
  return {
    keep(ranking) {
      const [oldest] = kept.keys();
      if (kept.size >= MAX_PAGED && oldest !== undefined) kept.delete(oldest);
      const id = newId();
      kept.set(id, { ranking, at: clock() });
      return id;
    },
    find(id) {
      const found = kept.get(id);
      if (!found) return undefined;
      kept.delete(id);
      if (found.at + PAGED_MS < clock()) return undefined;
      kept.set(id, found);
      return found.ranking;
    },
  };
}
