import type { IndexShard } from "../contact-indexes.ts";
import type { Board } from "../domain/index/board.ts";
import type { Person } from "../domain/index/entry.ts";
import { MAX_WATCHERS, WATCH_LEASE_MS } from "../domain/index/index-limits.ts";
import { boardQuery, type IndexQuery, type LiveMessage, rowOf } from "../domain/index/query.ts";

/** What a shard lends to those who watch. */
interface Host {
  readonly ctx: DurableObjectState;
  /** Whether a secret key of the site is one (still); `undefined` where that cannot be found out now. Never rejects. */
  holds(kid: string): Promise<boolean | undefined>;
  board(): Board;
  personOf(object: string): Promise<Person | undefined>;
  /** All shards of the site, this one among them; the first has the sockets. */
  shards(): Promise<readonly IndexShard[]>;
  readonly isFirst: boolean;
  /** Sees to it that the alarm goes off by then. */
  arm(at: number): Promise<void>;
}

/** What is kept with a socket: what is asked, as JSON text of an `IndexQuery`, and by which key; `null` of one of the environment. */
interface Watched {
  readonly query: string;
  readonly kid: string | null;
}

/**
 * Who watches a site's contacts, over WebSockets that cost nothing while nothing happens: the object may be let go of in memory meanwhile. The
 * sockets of a site are all held by its first shard; the others tell it, as long as it says that somebody watches.
 */
export class IndexWatchers {
  readonly #host: Host;
  /** In another shard than the first: what is watched, and up to when. */
  #lease: { readonly queries: readonly string[]; readonly until: number } = { queries: [], until: 0 };
  /** In the first: when the others were told last. */
  #toldAt = 0;

  constructor(host: Host) {
    this.#host = host;
    host.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Takes a reader in, who wants to hear of contacts that a question is about. */
  async accept(watched: Watched, protocol: string | undefined): Promise<Response> {
    const { ctx } = this.#host;
    if (ctx.getWebSockets().length >= MAX_WATCHERS) return new Response(null, { status: 503 });
    const { 0: client, 1: server } = new WebSocketPair();
    ctx.acceptWebSocket(server);
    server.serializeAttachment(watched);
    const { model, version } = JSON.parse(watched.query) as IndexQuery;
    send(server, { type: "watching", model, version });
    const renewAt = await this.renew(true);
    if (renewAt !== undefined) await this.#host.arm(renewAt);
    const headers = protocol === undefined ? {} : { "sec-websocket-protocol": protocol };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  /** In another shard than the first: what is watched for a while. */
  lease(queries: readonly string[]): void {
    this.#lease = { queries, until: Date.now() + WATCH_LEASE_MS };
  }

  /** Tells the other shards that somebody watches, when that is due; when next, or never. */
  async renew(isNew = false): Promise<number | undefined> {
    if (!this.#host.isFirst) return undefined;
    const queries = this.#queries();
    if (queries.length === 0) return undefined;
    const now = Date.now();
    const [, ...others] = await this.#host.shards();
    // The site's only shard has nobody to tell.
    if (others.length === 0) return undefined;
    if (isNew || this.#toldAt + WATCH_LEASE_MS / 2 <= now) {
      this.#toldAt = now;
      await Promise.all(others.map((shard) => shard.watch(queries)));
    }
    return this.#toldAt + WATCH_LEASE_MS / 2;
  }

  #queries(): string[] {
    const { ctx, isFirst } = this.#host;
    if (!isFirst) return Date.now() < this.#lease.until ? [...this.#lease.queries] : [];
    return [...new Set(ctx.getWebSockets().map((socket) => watchedBy(socket).query))];
  }

  /** Contacts stand elsewhere now. Costs nothing where nobody watches. */
  async changed(objects: readonly string[]): Promise<void> {
    for (const queryJson of this.#queries()) {
      const messages = await this.#messages(JSON.parse(queryJson) as IndexQuery, objects);
      if (messages.length === 0) continue;
      if (this.#host.isFirst) await this.tell(queryJson, messages);
      else await (await this.#host.shards())[0]?.tell(queryJson, JSON.stringify(messages));
    }
  }

  /** Whose key has been revoked since is told nothing more. */
  async tell(queryJson: string, messages: readonly LiveMessage[]): Promise<void> {
    for (const socket of this.#host.ctx.getWebSockets()) {
      const { query, kid } = watchedBy(socket);
      if (query !== queryJson) continue;
      const holds = kid === null || (await this.#host.holds(kid));
      if (holds === false) socket.close(KEY_REVOKED, "This key has been revoked or has expired.");
      if (!holds) continue;
      for (const message of messages) send(socket, message);
    }
  }

  async #messages(query: IndexQuery, objects: readonly string[]): Promise<LiveMessage[]> {
    const messages: LiveMessage[] = [];
    for (const object of objects) {
      const person = await this.#host.personOf(object);
      const board = this.#host.board();
      const ranked = board.of(query.model, object);
      if (!person || !ranked) continue;
      const isListed = board.isMatch(
        ranked,
        boardQuery(query, () => person),
      );
      const {
        object: _object,
        units: _units,
        offset: _offset,
        ...row
      } = rowOf(ranked, 0, person, query.version);
      if (isListed) messages.push({ type: "contact", ...row });
      else messages.push({ type: "unlisted", contact: person.ref });
    }
    return messages;
  }
}

/** Of a WebSocket's codes, those from 4000 on are one's own. */
const KEY_REVOKED = 4_401;

function watchedBy(socket: WebSocket): Watched {
  return socket.deserializeAttachment() as Watched;
}

function send(socket: WebSocket, message: LiveMessage): void {
  try {
    socket.send(JSON.stringify(message));
  } catch {
    // It has just gone.
  }
}
