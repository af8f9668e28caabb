import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder with those above it. Rejects with a plain message where that cannot be; Node's own recursive `mkdir`
 * tries for ever where a file system, such as /proc, says that the folder above is missing though it is there.
 */
export async function makeFolder(path: string): Promise<void> {
  const problem = await make(path);
  if (problem !== undefined) throw new Error(`the folder ${path} cannot be made: ${problem}`);
}

/** Why there is no such folder now; `undefined` where there is one. */
async function make(path: string): Promise<string | undefined> {
  const first = await tryOnce(path);
  if (first !== "ENOENT" || dirname(path) === path) return first;
  return (await make(dirname(path))) ?? tryOnce(path);
}

async function tryOnce(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return undefined;
  } catch (problem) {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    return isFolder ? undefined : (problem as NodeJS.ErrnoException).code;
  }
}
