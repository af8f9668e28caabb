import { readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export interface StateLock {
  /** Notes the process that has the files open. */
  running(pid: number | undefined): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  readonly launcher: number;
  readonly workerd?: number | undefined;
}

/**
 * One collector at a time on a state folder. A workerd whose launcher was killed lives on and still holds the
 * files and the port: it is ended first. Rejects while another launcher is alive.
 */
export async function holdStateDir(stateDir: string): Promise<StateLock> {
  const file = join(stateDir, "running.json");
  // Torn by a power cut it says nothing, and nobody lives.
  const holder = await readFile(file, "utf8")
    .then((text) => JSON.parse(text) as Holder)
    .catch(() => undefined);
  // A launcher that has just been told to end gets a moment for it.
  const isHeld = () =>
    holder && holder.launcher !== process.pid && isAlive(holder.launcher, "scripts/start.ts");
  for (let waited = 0; isHeld() && waited < 3_000; waited += 50) await pause(50);
  if (holder && isHeld()) {
    throw new Error(`${stateDir} is in use by process ${holder.launcher}; stop it, or set another STATE_DIR`);
  }
  if (holder?.workerd !== undefined && isAlive(holder.workerd, stateDir)) await end(holder.workerd, stateDir);
  const note = (workerd?: number) => writeFile(file, JSON.stringify({ launcher: process.pid, workerd }));
  await note();
  return { running: note, release: () => rm(file, { force: true }) };
}

/** Whether the process lives and is still the one meant: numbers of processes are given out again. */
function isAlive(pid: number, called: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(called);
  } catch {
    return true; // Not Linux: there is no telling.
  }
}

async function end(pid: number, called: string): Promise<void> {
  process.kill(pid, "SIGKILL");
  while (isAlive(pid, called)) await pause(20);
}
