import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of the test's own, on a free port. */
export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

export async function served(server: Server): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
