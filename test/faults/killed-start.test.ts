import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { afterAll, beforeAll, expect, test } from "vitest";

import { pageVisit, SECRET_KEY, WRITE_KEY } from "../support/collector.ts";

let stateDir: string;
let port: number;
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "afterglow-start-"));
  port = await freePort();
});
afterAll(() => rm(stateDir, { recursive: true, force: true }));

test("npm start comes up again after its process was told to end, or killed outright, with everything there", async () => {
  const visits = [];
  for (const signal of ["SIGTERM", "SIGKILL", "SIGTERM"] as const) {
    const { child, url } = await npmStart();
    const batch = [pageVisit("somebody", "/pricing")];
    const sent = await fetch(`${url}/v1/batch`, {
      method: "POST",
      body: JSON.stringify({ writeKey: WRITE_KEY, batch }),
    });
    expect(await sent.json()).toMatchObject({ accepted: 1 });
    const headers = { authorization: `Bearer ${SECRET_KEY}` };
    const score = await fetch(`${url}/v1/contacts/anon:somebody/score`, { headers });
    visits.push(((await score.json()) as { score: number }).score);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
  expect(visits).toEqual([10, 20, 30]);
});

async function npmStart(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn("npm", ["start"], {
    env: { ...process.env, PORT: String(port), STATE_DIR: stateDir, WRITE_KEY, SECRET_KEY },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("ready ")) return { child, url: line.slice(6) };
  }
  throw new Error("npm start ended before it was ready");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port: free } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return free;
}
