import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { Server } from "../load.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/**
 * The machine's own Node, and not the one that the project brings: better-sqlite3 is compiled for the one that installs
 * it, where there is no binary of it to be had.
 */
const ENV = {
  ...process.env,
  PATH: (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.split(sep).includes("node_modules"))
    .join(delimiter),
};

/** Installed on first use, and whenever the lock file says something else. */
function install(): void {
  const lock = readFileSync(join(FOLDER, "package-lock.json"), "utf8");
  const mark = join(FOLDER, "node_modules", ".installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  console.log(
    "Installing the collector to compare with (test/bench/rivals); compiling SQLite takes minutes ...",
  );
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: FOLDER,
    env: ENV,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("test/bench/rivals could not be installed; leave it out with --no-rival");
  writeFileSync(mark, lock);
}

/** A collector on Hono and better-sqlite3, with its file in a folder. */
export async function startRival(file: string, writeKey: string): Promise<Server> {
  install();
  const child = spawn("node", [join(FOLDER, "collector.js"), file, writeKey], {
    env: ENV,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<undefined>((resolve) => child.once("close", () => resolve(undefined)));
  const line = await Promise.race([firstLine(child.stdout), ended]);
  const port = /^listening (\d+)$/.exec(line ?? "")?.[1];
  if (port === undefined) throw new Error("the collector to compare with did not start");
  return {
    url: `http://localhost:${port}`,
    process: child,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function firstLine(output: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input: output })) return line;
  return undefined;
}
