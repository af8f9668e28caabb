import { readFile } from "node:fs/promises";
import { brotliCompressSync } from "node:zlib";

import { buildScript } from "./build.ts";
import { COMPATIBILITY_DATE } from "./collector.ts";

/** What the documents and the configuration say of the code is compared with the code. */
const wrong: string[] = [];

const kilobytes = (brotliCompressSync((await buildScript()).text).length / 1000).toFixed(1);
if (!(await read("README.md")).includes(`The script is ${kilobytes} KB (brotli`)) {
  wrong.push(`README.md: the script is ${kilobytes} KB`);
}
if (!(await read("wrangler.toml")).includes(`compatibility_date = "${COMPATIBILITY_DATE}"`)) {
  wrong.push(`wrangler.toml: compatibility_date is ${COMPATIBILITY_DATE} in scripts/collector.ts`);
}

for (const line of wrong) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;

function read(path: string): Promise<string> {
  return readFile(new URL(`../${path}`, import.meta.url), "utf8");
}
