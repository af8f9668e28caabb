import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands before the collector, and can answer in its place as an overloaded one does. */
export interface Gate {
  readonly url: string;
  /** Answers every post of events with 503 and this Retry-After, until {@link admit}. */
  refuse(retryAfterSeconds: number): void;
  admit(): void;
  /** How many posts have been refused. */
  refused(): number;
  close(): Promise<void>;
}

export async function startGate(target: string): Promise<Gate> {
  let retryAfter: string | undefined;
  let refused = 0;
  const server = createServer((inward, answer) => {
    if (retryAfter !== undefined && inward.method === "POST") {
      refused += 1;
      inward.resume();
      answer
        .writeHead(503, {
          "access-control-allow-origin": "*",
          "access-control-expose-headers": "retry-after",
          "retry-after": retryAfter,
        })
        .end();
      return;
    }
    const { method, headers } = inward;
    const outward = send(target + (inward.url ?? ""), { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    // One end that breaks off breaks off the other.
    outward.on("error", () => answer.destroy());
    answer.on("close", () => outward.destroy());
    inward.pipe(outward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    refuse(retryAfterSeconds) {
      retryAfter = String(retryAfterSeconds);
    },
    admit() {
      retryAfter = undefined;
    },
    refused: () => refused,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
