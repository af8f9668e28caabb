import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a receiver got it. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Says what is answered; `undefined` for never. */
export type Behaviour = (request: Received) => Reply | undefined | Promise<Reply | undefined>;

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** From now on. */
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

/** Somebody's server, on a free port of this machine. It answers 200 until it is told otherwise. */
export async function startReceiver(behaviour: Behaviour = () => ({})): Promise<Receiver> {
  const received: Received[] = [];
  let now = behaviour;
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const got = await readWhole(request);
    received.push(got);
    const reply = await now(got);
    if (!reply) return;
    response.writeHead(reply.status ?? 200, reply.headers);
    response.end(reply.body ?? "");
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    behave(next) {
      now = next;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readWhole(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString(),
    at: Date.now(),
  };
}
