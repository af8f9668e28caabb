import type { Ref } from "../../shared/event.ts";
import type { Warning } from "../../shared/wire.ts";
import type { BackendMerge } from "../domain/asked-merges.ts";
import { warning } from "../domain/ledger.ts";
import type { SiteId } from "../domain/site.ts";
import type { Env } from "../env.ts";
import { contactExists, remember } from "../known-contacts.ts";
import { objectsOf } from "../site-objects.ts";

/**
 * Does the merges that a site's backend asks for, one after the other, and tells of those that are refused. Asked again,
 * those that are done change nothing.
 */
export async function mergeAll(merges: readonly BackendMerge[], site: SiteId, env: Env): Promise<Warning[]> {
  const refused: Warning[] = [];
  for (const merge of merges) {
    const { index, into, kind } = merge;
    const known = kind === "alias";
    const sources = known ? await namesOf(merge.previousId, into, site, env) : [merge.from];
    for (const ref of sources) {
      const outcome = await objectsOf(env, site).contact(ref).merge({ site, ref, into, known });
      if (outcome === "merged" || outcome === "same") remember(site, into);
      else
        refused.push(warning(index, null, { reason: outcome, path: known ? "previousId" : "anonymousId" }));
    }
  }
  return refused;
}

/** All that are known by a previous id; where there is none, a visitor that is still to come, unless it is the user's own. */
async function namesOf(previousId: string, into: Ref, site: SiteId, env: Env): Promise<Ref[]> {
  const found: Ref[] = [];
  for (const ref of [`user:${previousId}`, `anon:${previousId}`] as const) {
    if (ref !== into && (await contactExists(site, ref, env))) found.push(ref);
  }
  return found.length > 0 || into === `user:${previousId}` ? found : [`anon:${previousId}`];
}
