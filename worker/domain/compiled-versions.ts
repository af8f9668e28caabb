import { compileFull, type LiveModel } from "./frozen-model.ts";
import type { SiteId } from "./site.ts";

/** Versions of models that are ready for scoring: those that were asked for last. */
export interface CompiledVersions {
  /** `ask` tells what the version means, as it was written out in full; `undefined` where it tells nothing. */
  find(
    site: SiteId,
    id: string,
    version: number,
    ask: () => Promise<string | null>,
  ): Promise<LiveModel | undefined>;
}

/** Of a version nothing ever changes, so it is asked for and compiled once, until `most` others have come. */
export function createCompiledVersions(most: number): CompiledVersions {
  const known = new Map<string, LiveModel>();
  return {
    async find(site, id, version, ask) {
      const key = `${site} ${id} ${version}`;
      let model = known.get(key);
      if (!model) {
        const full = await ask();
        if (full === null) return undefined;
        model = compileFull(id, version, full);
      }
      // The one that was wanted last stands last.
      known.delete(key);
      known.set(key, model);
      for (const oldest of known.keys()) {
        if (known.size <= most) break;
        known.delete(oldest);
      }
      return model;
    },
  };
}
