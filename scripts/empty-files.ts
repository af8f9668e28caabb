import { statSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** A database of one page has no table: each has a page of its own. */
const ONE_PAGE_BYTES = 4_096;
/** The file of an object, by the object's id. */
const OBJECT_FILE = /^[0-9a-f]{64}\.sqlite$/;

/**
 * Removes the files of contacts that have nothing in them, as a deletion leaves them: their names tell that there was
 * somebody. Only while nothing runs on them. Where there is a log, what was written last stands in that.
 */
export async function removeEmptyFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!OBJECT_FILE.test(name)) continue;
    const file = join(folder, name);
    if (sizeOf(file) > ONE_PAGE_BYTES || sizeOf(`${file}-wal`) > 0) continue;
    for (const end of ["-wal", "-shm", ""]) await rm(`${file}${end}`, { force: true });
  }
}

/** 0 where there is none. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
