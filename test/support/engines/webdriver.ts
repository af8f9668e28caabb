import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { until } from "../until.ts";

export type Method = "GET" | "POST" | "DELETE";

/** A session of the W3C WebDriver protocol, of which a test has one for a browser's life. */
export interface Session {
  /** A command of the session, outside of any window, such as `GET /window/handles`. */
  command<T>(method: Method, path: string, body?: unknown): Promise<T>;
  /** Commands in one window. Those for different windows wait for each other, as a session has one at a time. */
  inWindow<T>(handle: string, work: () => Promise<T>): Promise<T>;
}

export interface SessionOptions {
  readonly driverPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Called with the driver's process number, which is that of the group that holds the browser too. */
  readonly onSpawn: (group: number) => void;
}

/** Starts a driver on a free port, and a browser by it. Rejects with what the driver says. */
export async function startSession(options: SessionOptions): Promise<Session> {
  const { driverPath, env, capabilities, onSpawn } = options;
  const port = await freePort();
  const driver = spawn(driverPath, [`--port=${port}`], { detached: true, stdio: "ignore", env });
  if (driver.pid === undefined) throw new Error(`${driverPath} did not start`);
  onSpawn(driver.pid);

  async function request<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (response.ok) return value as T;
    const { error, message } = value as { error: string; message: string };
    throw new Error(`${method} ${path}: ${error} ${message}`);
  }

  await until(
    () =>
      request("GET", "/status").then(
        () => true,
        () => false,
      ),
    (isUp) => isUp || driver.exitCode !== null,
  );
  const { sessionId } = await request<{ sessionId: string }>("POST", "/session", {
    capabilities: { alwaysMatch: capabilities },
  });
  const command = <T>(method: Method, path: string, body?: unknown) =>
    request<T>(method, `/session/${sessionId}${path}`, body);
  let last: Promise<unknown> = Promise.resolve();

  return {
    command,
    inWindow(handle, work) {
      const result = last.then(async () => {
        await command("POST", "/window", { handle });
        return work();
      });
      last = result.catch(() => undefined);
      return result;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
