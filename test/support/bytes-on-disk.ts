import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Which of some texts stand in any byte of any file of a folder, each with the file: `"ann in objects/…"`. */
export async function textsOnDisk(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    // A log goes when its contact is put out of memory.
    const bytes = await readFile(file).catch(() => undefined);
    if (!bytes) continue;
    for (const text of texts)
      if (bytes.includes(text)) found.push(`${text} in ${file.slice(folder.length + 1)}`);
  }
  return found;
}
