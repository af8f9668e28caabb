import { readFile } from "node:fs/promises";
import { brotliCompressSync } from "node:zlib";

import { buildScripts } from "./build.ts";
import { COMPATIBILITY_DATE } from "./collector.ts";

/** What the documents and the configuration say of the code is compared with the code. */
const wrong: string[] = [];

const { script, extras, stub } = await buildScripts();
const kilobytes = (text: string) => (brotliCompressSync(text).length / 1000).toFixed(1);
await expectText("README.md", `The script is ${kilobytes(script.text)} KB (brotli`);
await expectText(
  "docs/sdk.md",
  `The script is ${kilobytes(script.text)} KB, the extras ${kilobytes(extras.text)} KB`,
);
await expectText("docs/sdk.md", `<script>${stub}</script>`);
await expectText("wrangler.toml", `compatibility_date = "${COMPATIBILITY_DATE}"`);

for (const line of wrong) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;

async function expectText(path: string, text: string): Promise<void> {
  const all = await readFile(new URL(`../${path}`, import.meta.url), "utf8");
  if (!all.includes(text)) wrong.push(`${path} should say: ${text}`);
}
