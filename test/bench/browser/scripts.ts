import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { build } from "esbuild";
import { minify } from "terser";

import { buildScript } from "../../../scripts/build.ts";
import { PEERS_FOLDER, umamiSource } from "./install.ts";
import { OURS, type Peer } from "./peers.ts";

/** The files of one SDK as a site would serve them, by name; the page asks for `ENTRY`, and that for others. */
export type Files = ReadonlyMap<string, string>;

export const ENTRY = "sdk.js";

/** What the setups call the collector's host; the site puts the real one in its place. */
export const COLLECTOR_HOST = "collector.invalid";

export async function filesOf({ name }: Peer): Promise<Files> {
  if (name === OURS.name) return new Map([[ENTRY, (await buildScript()).text]]);
  if (name === "umami") return new Map([[ENTRY, await umamiScript()]]);
  const { outputFiles } = await build({
    entryPoints: { sdk: join(PEERS_FOLDER, "setups", `${name}.js`) },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    // What an SDK loads later, if at all, stays in files of its own.
    splitting: true,
    outdir: "out",
    target: "es2022",
    legalComments: "none",
    logLevel: "error",
  });
  return new Map(outputFiles.map((file) => [basename(file.path), file.text]));
}

/** As umami's own rollup configuration builds it. */
async function umamiScript(): Promise<string> {
  return (await minify(umamiSource(), { compress: { evaluate: false } })).code ?? "";
}

export function brotliBytes(files: Files, names: Iterable<string>): number {
  return [...names].reduce((sum, name) => sum + brotliCompressSync(files.get(name) ?? "").length, 0);
}

export async function versionOf({ npm }: Peer): Promise<string> {
  if (!npm) return "";
  if (npm === "umami") return "2.10.0";
  const file = join(PEERS_FOLDER, "node_modules", npm, "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}
