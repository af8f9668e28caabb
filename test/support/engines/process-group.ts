import { readdir, readFile } from "node:fs/promises";

import { until } from "../until.ts";

/** Sends a signal to all processes of a group, and resolves when none of them runs any more. */
export async function endGroup(group: number, signal: NodeJS.Signals): Promise<void> {
  signalGroup(group, signal);
  await until(
    () => isRunning(group),
    (running) => !running,
  );
}

/** Says whether there was anything to signal. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

/** A process that has ended stays in its group until its parent asks for it, which an orphan's may never do. */
async function isRunning(group: number): Promise<boolean> {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== "linux") return true;
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return stats.some((stat) => {
    // "pid (name) state parent group …", where the name may hold anything.
    const [state, , of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(of) === group && state !== "Z" && state !== "X";
  });
}
