import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Which of some texts stand in any byte of any file of a folder, each with the file: `"ann in objects/…"`. */
export async function textsOnDisk(folder: string, texts: readonly string[]): Promise<string[]> {
  const found = await bytesOnDisk(
    folder,
    texts.map((text) => Buffer.from(text)),
  );
  return found.map(({ bytes, file }) => `${bytes.toString()} in ${file}`);
}

/** The same of any bytes: where each of them stands. */
export async function bytesOnDisk(
  folder: string,
  all: readonly Buffer[],
): Promise<{ readonly bytes: Buffer; readonly file: string }[]> {
  const found: { bytes: Buffer; file: string }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    // A log goes when its contact is put out of memory.
    const content = await readFile(file).catch(() => undefined);
    if (!content) continue;
    for (const bytes of all)
      if (content.includes(bytes)) found.push({ bytes, file: file.slice(folder.length + 1) });
  }
  return found;
}
