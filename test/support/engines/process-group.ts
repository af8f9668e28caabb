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

/** Ends the processes of a group whose command line matches, and resolves when they are gone. */
export async function killInGroup(group: number, command: RegExp): Promise<void> {
  const pids = await membersOf(group);
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  const killed = pids.filter((_, i) => command.test((commands[i] ?? "").replaceAll("\0", " ")));
  if (killed.length === 0) throw new Error(`no process of the browser matches ${command.source}`);
  for (const pid of killed) process.kill(pid, "SIGKILL");
  await until(
    () => membersOf(group),
    (left) => killed.every((pid) => !left.includes(pid)),
  );
}

/** A process that has ended stays in its group until its parent asks for it, which an orphan's may never do. */
async function isRunning(group: number): Promise<boolean> {
  if (!signalGroup(group, 0)) return false;
  return process.platform !== "linux" || (await membersOf(group)).length > 0;
}

/** The processes of a group that run. */
async function membersOf(group: number): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return pids.map(Number).filter((_, i) => {
    const stat = stats[i] ?? "";
    // "pid (name) state parent group …", where the name may hold anything.
    const [state, , of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(of) === group && state !== "Z" && state !== "X";
  });
}
