import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { textsOf } from "./payload.ts";

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `refusing` answers 503; `losing` takes the request and closes the connection without an answer. */
type Mood = "well" | "refusing" | "losing";

/** What came to an SDK's collector. */
interface Heard {
  readonly method: string;
  readonly path: string;
  /** Everything that the request says, in the clear. */
  readonly texts: string;
  /** Whether the collector took it. */
  readonly taken: boolean;
}

export interface CollectorServer {
  readonly url: string;
  readonly heard: readonly Heard[];
  readonly preflights: () => number;
  setMood(mood: Mood): void;
  close(): Promise<void>;
}

/** Answers a request as the collector of an SDK would. */
export type Answering = (
  method: string,
  path: string,
  body: Buffer,
  type: string,
) => Answer | Promise<Answer>;

/** Stands for an SDK's collector: on an origin of its own, listening to whatever comes. */
export async function startCollectorServer(answer: Answering): Promise<CollectorServer> {
  const heard: Heard[] = [];
  let preflights = 0;
  let mood: Mood = "well";

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = "GET", url: path = "/" } = request;
    const taken = mood !== "refusing";
    heard.push({ method, path, texts: textsOf(path, body), taken });
    if (!taken) {
      response.writeHead(503, { ...headersFor(request), "content-type": "text/plain" }).end("unavailable");
      return;
    }
    const said = await answer(method, path, body, request.headers["content-type"] ?? "");
    if (mood === "losing") {
      request.socket.destroy();
      return;
    }
    response.writeHead(said.status, { ...headersFor(request), "content-type": said.type }).end(said.body);
  }

  const server = createServer((request, response) => {
    if (request.method === "OPTIONS") {
      preflights += 1;
      response.writeHead(204, headersFor(request)).end();
      return;
    }
    take(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    heard,
    preflights: () => preflights,
    setMood(next) {
      mood = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Any site may ask, with cookies too, and with any header of its own. */
function headersFor(request: IncomingMessage): Record<string, string> {
  return {
    "access-control-allow-origin": request.headers.origin ?? "*",
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET, POST, PUT, OPTIONS",
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    "access-control-max-age": "600",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "no-store",
  };
}
