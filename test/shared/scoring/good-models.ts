import { readdirSync, readFileSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const PRESETS = "shared/models/presets/";

/** Whole models, and what each is called: those of the documentation, the starter and the presets. */
export const GOOD_MODELS: readonly (readonly [name: string, model: unknown])[] = [
  ["nothing", {}],
  ...examplesOf("docs/models.md"),
  ["starter", JSON.parse(read("shared/models/starter.json"))],
  ...readdirSync(new URL(PRESETS, ROOT))
    .filter((file) => file.endsWith(".json"))
    .map((file) => [file, JSON.parse(read(PRESETS + file))] as const),
];

function examplesOf(page: string): (readonly [string, unknown])[] {
  const blocks = [...read(page).matchAll(/^```json\n([^]*?)^```$/gm)].map(([, block = ""]) => block.trim());
  return blocks.map((block, i) => [
    `${page}, example ${i + 1}`,
    JSON.parse(block.startsWith("{") ? block : `{${block}}`),
  ]);
}
