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
        inward.destroy();
        outward.destroy();
      });
    }
    inward.on("data", (chunk) => heard.push(chunk.toString()));
    inward.pipe(outward).pipe(inward);
  });

  const listen = (at: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
  const own = await listen(0);

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
