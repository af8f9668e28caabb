import { DurableObject } from "cloudflare:workers";

import { dayOf } from "../../shared/day.ts";
import { MAX_EVENT_AGE_MS } from "../../shared/limits.ts";
import { indexShardsOf } from "../contact-indexes.ts";
import { aheadOf } from "../domain/index/ahead.ts";
import { type Board, createBoard } from "../domain/index/board.ts";
import type { IndexNote } from "../domain/index/entry.ts";
import { createPagedRankings } from "../domain/index/paged-rankings.ts";
import {
  boardQuery,
  firstOf,
  type IndexCounts,
  type IndexPage,
  type IndexQuery,
  type IndexStatus,
  type IndexRow,
  type LiveMessage,
  type PageStart,
  rowOf,
} from "../domain/index/query.ts";
import type { Place } from "../domain/index/ranked-list.ts";
import type { WalkState } from "../domain/index/walk-state.ts";
import { shardOfName, siteOfObject } from "../domain/object-names.ts";
import type { Env } from "../env.ts";
import { isKeyOf } from "../live-sites.ts";
import { createIndexStore, type IndexStore } from "../store/index-store.ts";
import { meterSql } from "../store/metered-sql.ts";
import { IndexAsking } from "./index-asking.ts";
import { IndexPulls } from "./index-pulls.ts";
import { IndexWalk } from "./index-walk.ts";
import { IndexWatchers } from "./index-watchers.ts";
import { SealedPersons } from "./sealed-persons.ts";

/**
 * A shard of a site's index: its contacts in the order of their scores under each model, as of now. All of it is derived from what the
 * contacts say. What one tells beside each thing that it counts (a note) is remembered in memory and holds for the day; when it has
 * been quiet for a while it is asked for all (an entry), which is a row, and tells where it will stand on the days to come.
 */
export class ContactIndex extends DurableObject<Env> {
  readonly #sql = meterSql(this.ctx.storage.sql);
  readonly #name = this.ctx.id.name ?? "";
  #store = this.#newStore();
  #persons = this.#newPersons();
  #walk = this.#newWalk();
  #pulls: IndexPulls = this.#newPulls();
  #board: Board | undefined;
  readonly #paged = createPagedRankings(
    () => Date.now(),
    () => crypto.randomUUID(),
  );

  readonly #asking = new IndexAsking({
    board: () => this.#load(),
    pulls: () => this.#pulls,
    persons: () => this.#persons,
  });

  readonly #watchers = new IndexWatchers({
    ctx: this.ctx,
    holds: (kid) => isKeyOf(this.env, siteOfObject(this.#name), kid),
    board: () => this.#load(),
    personOf: (object) => this.#asking.personOf(object),
    shards: async () => (await indexShardsOf(this.env, siteOfObject(this.#name))).now,
    isFirst: shardOfName(this.#name).shard === 0,
    arm: (at) => this.#pulls.arm(at),
  });

  #newStore(): IndexStore {
    return createIndexStore(this.#sql, MAX_EVENT_AGE_MS);
  }

  #newPersons(): SealedPersons {
    return new SealedPersons(this.#sql, this.#store);
  }

  #newWalk(): IndexWalk {
    return new IndexWalk({
      env: this.env,
      site: siteOfObject(this.#name),
      ...shardOfName(this.#name),
      store: this.#store,
      board: () => this.#load(),
      pull: (objects) => this.#pulls.pull(objects),
      arm: (at) => this.#pulls.arm(at),
    });
  }

  #newPulls(): IndexPulls {
    return new IndexPulls({
      env: this.env,
      site: siteOfObject(this.#name),
      count: shardOfName(this.#name).count,
      walk: this.#walk,
      storage: this.ctx.storage,
      store: this.#store,
      persons: this.#persons,
      board: () => this.#load(),
      forget: (object) => this.remove(object),
    });
  }

  /** All that is known, as of today. */
  #load(): Board {
    const today = dayOf(Date.now());
    if (!this.#board) {
      const board = createBoard(today);
      for (const entry of this.#store.entries()) board.enter(entry, aheadOf(entry.outlooks, today));
      this.#board = board;
    }
    this.#board.advance(today, (object) => aheadOf(this.#store.outlooks(object), today));
    return this.#board;
  }

  /**
   * Takes notes of contacts: JSON text of `IndexNote[]`. What comes late or twice changes nothing. Writes no
   * row for each: one for all that wait to be asked.
   */
  async note(json: string): Promise<void> {
    const board = this.#load();
    const changed: string[] = [];
    for (const note of JSON.parse(json) as IndexNote[]) {
      if (note.epoch < (this.#store.goneAt(note.object) ?? 0)) continue;
      if (!board.note(note)) continue;
      this.#pulls.wait(note.object);
      changed.push(note.object);
    }
    await this.#watchers.changed(changed);
  }

  /** For a reader who watches: `?query=` is JSON text of an `IndexQuery`, `&kid=` says by which key. The first shard of a site has all of them. */
  override fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const asked = { query: searchParams.get("query") ?? "{}", kid: searchParams.get("kid") };
    return this.#watchers.accept(asked, request.headers.get("sec-websocket-protocol") ?? undefined);
  }

  watch(queries: string[]): void {
    this.#watchers.lease(queries);
  }

  /** What another shard has to say to who watches: JSON text of `LiveMessage[]`. */
  tell(query: string, messagesJson: string): Promise<void> {
    return this.#watchers.tell(query, JSON.parse(messagesJson) as LiveMessage[]);
  }

  override webSocketMessage(): void {
    // Nothing is said by those who watch; "ping" is answered without this object.
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close(1000);
  }

  /** Lets go of a contact. With `deletedAt` nothing that it told before then brings it back. */
  remove(object: string, deletedAt?: number): void {
    this.ctx.storage.transactionSync(() => {
      this.#persons.shred(object);
      this.#store.remove(object);
      if (deletedAt !== undefined) this.#store.gone(object, deletedAt, Date.now());
    });
    this.#pulls.drop(object);
    this.#board?.remove(object);
  }

  /** The first contacts of a ranking, or the next ones. Takes and gives JSON text, of `IndexQuery` and `IndexPage`. */
  async page(queryJson: string, limit: number, start?: PageStart): Promise<string> {
    const query = JSON.parse(queryJson) as IndexQuery;
    const { versions, version } = query;
    const unasked = await this.#asking.makeSure(query);
    const board = this.#load();
    const kept = start?.ranking === undefined ? undefined : this.#paged.find(start.ranking);
    const { found, hasMore, ranking } = kept
      ? { ...sliceOf(kept, start?.offset ?? 0, limit), ranking: start?.ranking }
      : this.#begin(board, query, limit, start?.after);
    const first = kept ? (start?.offset ?? 0) : 0;
    const rows: IndexRow[] = [];
    let unnamed = unasked;
    await this.#asking.askWho(found.map(({ object }) => object));
    for (const [i, ranked] of found.entries()) {
      const person = await this.#persons.find(ranked.object);
      if (person) rows.push(rowOf(ranked, first + i, person, version));
      else if (board.known(ranked.object)) unnamed += 1;
    }
    const behind = board.countBehind(versions);
    if (behind > 0) await this.#walk.begin("models");
    const last = found.at(-1);
    const page: IndexPage = {
      rows,
      ...(hasMore && last ? { end: { offset: first + found.length, after: last } } : {}),
      ...(ranking === undefined ? {} : { ranking }),
      unnamed,
      unsure: board.unsure().length,
      behind,
      walk: this.#walk.state(),
    };
    return JSON.stringify(page);
  }

  /** The first of a ranking; the whole of it is kept where there are more, for who pages through it. */
  #begin(board: Board, query: IndexQuery, limit: number, after: Place | undefined) {
    const wanted = boardQuery(query, (object) => this.#persons.get(object));
    const { found, rest } = firstOf(board, wanted, limit, after);
    const next = rest.next();
    if (next.done) return { found, hasMore: false, ranking: undefined };
    return { found, hasMore: true, ranking: this.#paged.keep([...found, next.value, ...toArray(rest)]) };
  }

  /** How many contacts are in each band. Gives JSON text of `IndexCounts`. */
  async count(queryJson: string): Promise<string> {
    const query = JSON.parse(queryJson) as IndexQuery;
    const unnamed = await this.#asking.makeSure(query);
    const wanted = boardQuery(query, (object) => this.#persons.get(object));
    const counts: IndexCounts = {
      bands: [...this.#load().count(wanted)],
      unnamed,
      walk: this.#walk.state(),
    };
    return JSON.stringify(counts);
  }

  /** A model is another one. */
  reindex(): Promise<void> {
    return this.#walk.reindex();
  }

  repair(): Promise<void> {
    return this.#walk.begin("repair");
  }

  /** How the shard is. Gives JSON text of an `IndexStatus`. */
  status(): string {
    const status: IndexStatus = {
      contacts: this.#load().size,
      waiting: this.#pulls.waiting().length,
      watchers: this.ctx.getWebSockets().length,
      walk: this.#walk.state(),
      storage: { ...this.#sql.meter },
    };
    return JSON.stringify(status);
  }

  walkState(): WalkState | null {
    return this.#walk.state();
  }

  /** For a shard of a new division: sees to it that it gets all that it is to have. */
  async fill(): Promise<void> {
    if (!this.#walk.state()) await this.#walk.begin("fill");
  }

  /** A contact has told something to a shard from before. */
  expect(object: string): void {
    this.#pulls.wait(object);
  }

  /** For a shard from before: all that it has is elsewhere, and it goes. */
  async retire(): Promise<void> {
    await this.#pulls.handOver();
    this.#pulls.stop();
    await this.ctx.storage.deleteAll();
    this.#store = this.#newStore();
    this.#persons = this.#newPersons();
    this.#walk = this.#newWalk();
    this.#pulls = this.#newPulls();
    this.#board = undefined;
  }

  override async alarm(): Promise<void> {
    await this.#pulls.tick(() => this.#watchers.renew());
  }
}

function sliceOf<T>(ranking: readonly T[], from: number, limit: number) {
  return { found: ranking.slice(from, from + limit), hasMore: from + limit < ranking.length };
}

function toArray<T>(rest: Iterator<T>): T[] {
  const all: T[] = [];
  for (let next = rest.next(); !next.done; next = rest.next()) all.push(next.value);
  return all;
}
