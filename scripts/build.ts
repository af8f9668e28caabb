import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build, type BuildOptions, type Plugin } from "esbuild";
import { minify } from "terser";

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export interface BuiltScript {
  readonly text: string;
  /** Stands in the immutable address. */
  readonly hash: string;
  readonly etag: string;
  /** For the `integrity` attribute of a tag that uses the immutable address. */
  readonly integrity: string;
}

/** The tag's script, as it is served. */
export async function buildScript(): Promise<BuiltScript> {
  const text = await shrink(
    await bundle("sdk/script.ts", "iife", { minify: false, mangleProps: INTERNAL_NAMES }),
  );
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const integrity = `sha384-${createHash("sha384").update(text).digest("base64")}`;
  return { text, hash, etag: `"${hash}"`, integrity };
}

/** Names of properties that no page, no collector and no browser ever sees. */
const INTERNAL_NAMES =
  /^(?:isAllowed|lockName|onDropped|notify|transport|store|handOver|beacon|retryAfterMs|forget)$/;

/** Bytes count in every page of every site: terser finds some hundred that esbuild leaves. */
async function shrink(script: string): Promise<string> {
  const { code } = await minify(script, {
    ecma: 2020,
    compress: { passes: 4, keep_fargs: false, pure_getters: true, unsafe_arrows: true, unsafe_methods: true },
    mangle: { toplevel: true },
  });
  return code ?? "";
}

async function bundle(
  entry: string,
  format: "iife" | "esm",
  more: Pick<BuildOptions, "minify" | "mangleProps"> = {},
): Promise<string> {
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
  return outputFiles[0]?.text ?? "";
}

async function demoFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = { "panel.js": await bundle("demo-site/panel.ts", "iife") };
  for (const name of await readdir(root("demo-site"))) {
    if (/\.(?:html|css|svg)$/.test(name)) files[name] = await readFile(root(`demo-site/${name}`), "utf8");
  }
  return files;
}

/** Offers what was built to the Worker's imports `afterglow:script` and `afterglow:demo-files`. */
function builtFiles(script: BuiltScript, demo: Record<string, string>): Plugin {
  return {
    name: "built-files",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^afterglow:/ }, ({ path }) => ({ path, namespace: "built" }));
      onLoad({ filter: /^afterglow:script$/, namespace: "built" }, () => ({
        contents: JSON.stringify(script),
        loader: "json",
      }));
      onLoad({ filter: /^afterglow:demo-files$/, namespace: "built" }, () => ({
        contents: JSON.stringify(demo),
        loader: "json",
      }));
    },
  };
}

/** Builds everything into `dist/`: the tag's script, the module, and the Worker with both inside. */
export async function buildAll(): Promise<BuiltScript> {
  await mkdir(root("dist"), { recursive: true });
  const [script, module, demo] = await Promise.all([
    buildScript(),
    bundle("sdk/index.ts", "esm"),
    demoFiles(),
  ]);
  await writeFile(root("dist/afterglow.js"), script.text);
  await writeFile(root("dist/afterglow.mjs"), module);
  await build({
    entryPoints: [root("worker/index.ts")],
    outfile: root("dist/worker.js"),
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    plugins: [builtFiles(script, demo)],
    logLevel: "warning",
  });
  return script;
}

if (import.meta.main) {
  const script = await buildAll();
  console.log(`afterglow.${script.hash}.js, ${script.text.length} bytes, integrity ${script.integrity}`);
}
