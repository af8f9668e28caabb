import { createServer, type IncomingMessage, request as send, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that carried events. */
interface Post {
  readonly body: string;
  /** Whether the collector was given it. */
  readonly isTaken: boolean;
  /** How many others were under way when it came. */
  readonly besides: number;
}

/** Stands before the collector, and can answer in its place as a broken one does. */
export interface Gate {
  readonly url: string;
  /** Answers every post of events with this status, until {@link admit}. */
  refuse(status: number, retryAfterSeconds?: number): void;
  /** Leaves every post without any answer. */
  hang(): void;
  /** Lets the collector take every post, and breaks the connection off instead of answering, or within the answer. */
  loseAnswers(when: "before the answer" | "within the answer"): void;
  admit(): void;
  /** All posts that were read to their end, oldest first. */
  posts(): readonly Post[];
  /** How many posts are left without an answer now. */
  hanging(): number;
  close(): Promise<void>;
}

type Way =
  | { readonly kind: "admit" | "hang" | "before the answer" | "within the answer" }
  | { readonly kind: "refuse"; readonly status: number; readonly retryAfterSeconds: number | undefined };

export async function startGate(target: string): Promise<Gate> {
  let way: Way = { kind: "admit" };
  const posts: Post[] = [];
  let under = 0;
  let hanging = 0;

  /** Asks the collector, and answers as it does, or not. */
  function pass(inward: IncomingMessage, body: string, answer: ServerResponse, { kind }: Way): void {
    const { method, headers } = inward;
    const outward = send(target + (inward.url ?? ""), { method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        if (kind === "before the answer") inward.socket.destroy();
        else if (kind === "within the answer") {
          const { "transfer-encoding": _, ...rest } = response.headers;
          answer.writeHead(response.statusCode ?? 502, { ...rest, "content-length": "100000" });
          answer.write("{", () => inward.socket.destroy());
        } else answer.writeHead(response.statusCode ?? 502, response.headers).end(Buffer.concat(parts));
      });
    });
    outward.on("error", () => inward.socket.destroy());
    outward.end(body);
  }

  const server = createServer((inward, answer) => {
    const parts: Buffer[] = [];
    inward.on("data", (part: Buffer) => parts.push(part));
    inward.on("end", () => {
      const body = Buffer.concat(parts).toString();
      const now: Way = inward.method === "POST" ? way : { kind: "admit" };
      if (inward.method === "POST") {
        posts.push({ body, isTaken: now.kind !== "refuse" && now.kind !== "hang", besides: under });
        under += 1;
        if (now.kind === "hang") hanging += 1;
        answer.once("close", () => {
          under -= 1;
          if (now.kind === "hang") hanging -= 1;
        });
      }
      if (now.kind === "refuse") {
        const { status, retryAfterSeconds } = now;
        const after = {
          "access-control-allow-origin": "*",
          "access-control-expose-headers": "retry-after",
          "retry-after": String(retryAfterSeconds),
        };
        // What stands before a broken server knows nothing of our headers.
        answer.writeHead(status, retryAfterSeconds === undefined ? {} : after).end();
      } else if (now.kind !== "hang") pass(inward, body, answer, now);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    refuse(status, retryAfterSeconds) {
      way = { kind: "refuse", status, retryAfterSeconds };
    },
    hang() {
      way = { kind: "hang" };
    },
    loseAnswers(when) {
      way = { kind: when };
    },
    admit() {
      way = { kind: "admit" };
    },
    posts: () => posts,
    hanging: () => hanging,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
