import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

import { build, type BuildOptions, type Plugin } from "esbuild";
import { type CompressOptions, minify } from "terser";

import { demoPages } from "./demo-pages.ts";

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export interface BuiltFile {
  readonly text: string;
  /** Stands in the immutable address. */
  readonly hash: string;
  readonly etag: string;
  /** For the `integrity` attribute of a tag that uses the immutable address. */
  readonly integrity: string;
}

export interface BuiltScripts {
  /** The tag's script, as it is served. */
  readonly script: BuiltFile;
  /** What it loads when an attribute asks for it. */
  readonly extras: BuiltFile;
  /** What stands before the tag in a page that calls early. */
  readonly stub: string;
}

export async function buildScripts(): Promise<BuiltScripts> {
  const extras = described(await bundle("sdk/extras/index.ts", "esm"));
  const [script, stub] = await Promise.all([
    shortest("sdk/script.ts", {
      mangleProps: INTERNAL_NAMES,
      define: { EXTRAS_FILE: JSON.stringify(`afterglow-extras.${extras.hash}.js`) },
    }),
    shortest("sdk/stub.ts"),
  ]);
  return { script: described(script), extras, stub };
}

/** The tag's script alone. */
export async function buildScript(): Promise<BuiltFile> {
  return (await buildScripts()).script;
}

function described(text: string): BuiltFile {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const integrity = `sha384-${createHash("sha384").update(text).digest("base64")}`;
  return { text, hash, etag: `"${hash}"`, integrity };
}

/** Names of properties that no page, no attribute, no collector and no browser ever sees. */
const INTERNAL_NAMES =
  /^(?:handOver|hold|forget|destroy|extras|leave|takeLeft|save|readAll|drop|enqueue|wipe)$/;

/**
 * Bytes count in every page of every site: terser finds some hundred that esbuild leaves. Which of several equivalent
 * ways is the shortest once it is compressed can only be tried.
 */
async function shortest(entry: string, more: BuildOptions = {}): Promise<string> {
  const tried: string[] = [];
  for (const isMinified of [true, false]) {
    const script = await bundle(entry, "iife", { minify: isMinified, minifySyntax: true, ...more });
    for (const inline of [1, 3] as const) {
      for (const hoist_funs of [true, false]) tried.push(await shrink(script, { inline, hoist_funs }));
    }
  }
  return tried.reduce((best, next) => (brotliBytes(next) < brotliBytes(best) ? next : best));
}

function brotliBytes(text: string): number {
  return brotliCompressSync(text).length;
}

async function shrink(script: string, ways: CompressOptions): Promise<string> {
  const { code } = await minify(script.replace(STRICT, ""), {
    ecma: 2020,
    compress: {
      ...ways,
      passes: 3,
      reduce_funcs: false,
      keep_fargs: false,
      pure_getters: true,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_methods: true,
    },
    mangle: { toplevel: true },
    format: { semicolons: true },
  });
  return (code ?? "").replace(/;$/, "");
}

/** Where a page has frozen what we would change, sloppy code goes on without a word. */
const STRICT = '"use strict";';

async function bundle(entry: string, format: "iife" | "esm", more: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [root(entry)],
    bundle: true,
    minify: true,
    write: false,
    format,
    target: "es2022",
    legalComments: "none",
    ...more,
  });
  return (outputFiles?.[0]?.text ?? "").trim();
}

async function demoFiles(): Promise<Record<string, string>> {
  const files = await demoPages(new URL("../demo-site/", import.meta.url));
  files["panel.js"] = await bundle("demo-site/panel.ts", "iife");
  for (const name of await readdir(root("demo-site"))) {
    if (/\.(?:css|svg)$/.test(name)) files[name] = await readFile(root(`demo-site/${name}`), "utf8");
  }
  return files;
}

/** Offers what was built to the Worker's imports of `afterglow:` and a name. */
function builtFiles(files: Readonly<Record<string, unknown>>): Plugin {
  return {
    name: "built-files",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^afterglow:/ }, ({ path }) => ({ path, namespace: "built" }));
      onLoad({ filter: /^afterglow:/, namespace: "built" }, ({ path }) => ({
        contents: JSON.stringify(files[path.slice("afterglow:".length)]),
        loader: "json",
      }));
    },
  };
}

/** Builds everything into `dist/`: the tag's scripts, the module, and the Worker with all of it inside. */
export async function buildAll(): Promise<BuiltFile> {
  await mkdir(root("dist"), { recursive: true });
  const [{ script, extras, stub }, module, edge, demo] = await Promise.all([
    buildScripts(),
    bundle("sdk/index.ts", "esm"),
    bundle("sdk/edge/index.ts", "esm"),
    demoFiles(),
  ]);
  await writeFile(root("dist/afterglow.js"), script.text);
  // A module of its own, for the tag's script and for `afterglow/extras` alike.
  await writeFile(root("dist/afterglow-extras.mjs"), extras.text);
  await writeFile(root("dist/afterglow-stub.js"), stub);
  await writeFile(root("dist/afterglow.mjs"), module);
  await writeFile(root("dist/afterglow-edge.mjs"), edge);
  await build({
    entryPoints: [root("worker/index.ts")],
    outfile: root("dist/worker.js"),
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    plugins: [builtFiles({ script, extras, "demo-files": demo })],
    logLevel: "warning",
  });
  return script;
}

if (import.meta.main) {
  const script = await buildAll();
  console.log(`afterglow.${script.hash}.js, ${script.text.length} bytes, integrity ${script.integrity}`);
}
