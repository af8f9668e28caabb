import { execFile, spawnSync } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import type { TestCollector } from "./collector.ts";

/** A way to let a collector run out of disk, and to give it room again. */
interface FullDisk {
  readonly name: string;
  /** What workerd is started through. */
  readonly through: readonly string[];
  fill(collector: TestCollector): Promise<void>;
  makeRoom(collector: TestCollector): Promise<void>;
}

/** A file system of 6 MB in memory, which workerd alone sees, and which ends with it. */
const smallDisk: FullDisk = {
  name: "a file system that is full",
  through: [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    // The last argument is the configuration, beside which the objects are.
    'for last; do :; done; mount -t tmpfs -o size=6m tmpfs "${last%/*}/objects" && exec "$@"',
    "sh",
  ],
  async fill(collector) {
    const file = await open(ballastOf(collector), "w");
    const bytes = Buffer.alloc(4_096);
    try {
      for (;;) await file.write(bytes);
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== "ENOSPC") throw problem;
    } finally {
      await file.close();
    }
  },
  makeRoom: (collector) => rm(ballastOf(collector)),
};

function ballastOf({ pid, stateDir }: TestCollector): string {
  return join(`/proc/${pid}/root`, stateDir, "objects", "ballast");
}

/** For where nothing may be mounted. No write can make a file longer: the same to SQLite, under another name. */
const limitedFiles: FullDisk = {
  name: "files that may grow no more",
  // Without the trap the system ends a process that writes past its limit.
  through: ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh"],
  fill: ({ pid }) => limitFiles(pid, "0:unlimited"),
  makeRoom: ({ pid }) => limitFiles(pid, "unlimited:unlimited"),
};

async function limitFiles(pid: number, limit: string): Promise<void> {
  await promisify(execFile)("prlimit", ["--pid", String(pid), `--fsize=${limit}`]);
}

/** Those of the ways that this machine permits. */
export function fullDisks(): readonly FullDisk[] {
  const works = (command: string) => spawnSync("sh", ["-c", command]).status === 0;
  const mayMount = works("unshare --user --map-root-user --mount mount -t tmpfs tmpfs /mnt");
  return [...(mayMount ? [smallDisk] : []), ...(works("prlimit --version") ? [limitedFiles] : [])];
}
