import { readdirSync, readFileSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const PRESETS = "shared/models/presets/";

/** Whole models, and what each is called: those of the documentation, the starter and the presets. */
export const GOOD_MODELS: readonly (readonly [name: string, model: unknown])[] = [
  ["only a name", { name: "By hand" }],
  ["numbers where there are some", numbers()],
  ...examplesOf("docs/models.md"),
  ["starter", JSON.parse(read("shared/models/starter.json"))],
  ...readdirSync(new URL(PRESETS, ROOT))
    .filter((file) => file.endsWith(".json"))
    .map((file) => [file, JSON.parse(read(PRESETS + file))] as const),
];

/** Of an event only those of a visit can be tested; a form may be called by one. */
function numbers(): unknown {
  const whens = [
    { event: "Visit Summary", pages: { gte: 5 }, minutes: [1, 2] },
    { event: ["Visit Summary"], minutes: { gt: 3, not: 7 } },
    { form: 12 },
    { event: "Rated", stars: ["4", "5"], verified: true },
  ];
  const rules = whens.map((when) => ({ when, points: 1 }));
  return { groups: [{ rules: [...rules, { where: { size: { gte: 5 }, value: 3 }, points: 1 }] }] };
}

function examplesOf(page: string): (readonly [string, unknown])[] {
  const blocks = [...read(page).matchAll(/^```json\n([^]*?)^```$/gm)].map(([, block = ""]) => block.trim());
  return blocks.map((block, i) => [
    `${page}, example ${i + 1}`,
    JSON.parse(block.startsWith("{") ? block : `{${block}}`),
  ]);
}
