import { type IndexShard, indexOf } from "./contact-indexes.ts";
import type { IndexNote } from "./domain/index/entry.ts";
import { isNewer } from "./domain/index/entry.ts";
import type { SiteId } from "./domain/site.ts";
import type { Env } from "./env.ts";
import { settingsOf } from "./live-sites.ts";

/** Notes of an isolate's contacts go to the index together: one call for all that come within this time. */
const NOTES_GATHER_MS = 250;

/** Whoever was to send notes is gone by then, and somebody else does. */
const ABANDONED_MS = 2_000;

interface Gathered {
  readonly notes: Map<string, IndexNote>;
  dueAt: number;
}

const gathered = new Map<SiteId, Gathered>();

/**
 * Tells the index of a contact; what is told twice in short succession is told once. Not kept on disk: the index asks the contact for all
 * of it when it has been quiet for a while, and what is lost is told with the next event. Never rejects.
 */
export function tellIndex(env: Env, site: SiteId, note: IndexNote, isUrgent: boolean): void {
  const now = Date.now();
  let own = gathered.get(site);
  if (!own) gathered.set(site, (own = { notes: new Map(), dueAt: Infinity }));
  const known = own.notes.get(note.object);
  if (!known || isNewer(note, known)) own.notes.set(note.object, note);
  if (isUrgent) {
    void send(env, site);
  } else if (own.dueAt === Infinity || own.dueAt + ABANDONED_MS < now) {
    own.dueAt = now + NOTES_GATHER_MS;
    setTimeout(() => void send(env, site), NOTES_GATHER_MS);
  }
}

async function send(env: Env, site: SiteId): Promise<void> {
  const notes = [...(gathered.get(site)?.notes.values() ?? [])];
  gathered.delete(site);
  if (notes.length === 0) return;
  try {
    const settings = await settingsOf(env, site);
    const shards = new Map<string, { readonly shard: IndexShard; readonly notes: IndexNote[] }>();
    for (const note of notes) {
      const shard = indexOf(env, site, note.object, settings);
      const own = shards.get(shard.id.toString()) ?? { shard, notes: [] };
      shards.set(shard.id.toString(), own);
      own.notes.push(note);
    }
    await Promise.all([...shards.values()].map(({ shard, notes: own }) => shard.note(JSON.stringify(own))));
  } catch (problem) {
    console.error(
      "The index could not be told of contacts; it learns of them with their next event.",
      problem,
    );
  }
}
