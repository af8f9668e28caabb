import { connect, createServer, type Socket } from "node:net";

/** A wire between a browser and the collector that can be listened to, and cut. */
export interface Relay {
  readonly url: string;
  /** Ends all connections; new ones are refused until {@link mend}. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Everything that has gone towards the collector. */
  heard(): string;
  close(): Promise<void>;
}

/**
 * A port that nobody is given while the wire is cut: systems take those of outgoing connections, and those for
 * servers that want any, from above these.
 */
async function listenSomewhere(listen: (port: number) => Promise<number>): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const taken = await listen(port).catch((problem: NodeJS.ErrnoException) => problem);
    if (typeof taken === "number") return taken;
    if (taken.code !== "EADDRINUSE") throw taken;
  }
}

export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const heard: string[] = [];
  const server = createServer((inward) => {
    const outward = connect(Number(port), hostname);
    for (const socket of [inward, outward]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        open.delete(socket);
        // What one end has sent before it went away still reaches the other.
        inward.end();
        outward.end();
      });
    }
    inward.on("data", (chunk) => heard.push(chunk.toString()));
    inward.pipe(outward).pipe(inward);
  });

  const listen = (at: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, "127.0.0.1", () => {
        server.off("error", reject);
        resolve(at);
      });
    });
  const own = await listenSomewhere(listen);

  async function cut(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
  }

  return {
    url: `http://localhost:${own}`,
    cut,
    async mend() {
      await listen(own);
    },
    heard: () => heard.join(""),
    close: async () => (server.listening ? cut() : undefined),
  };
}
