import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { COMPATIBILITY_DATE, launch } from "../../scripts/collector.ts";

const SOURCE = fileURLToPath(new URL("../worker/sealed-rows.ts", import.meta.url));

/** A workerd with one object that keeps sealed rows, by the modules of the Worker. */
export async function startSealedRows() {
  const folder = await mkdtemp(join(tmpdir(), "afterglow-rows-"));
  const objects = join(folder, "objects");
  await mkdir(objects);
  await build({
    entryPoints: [SOURCE],
    outfile: join(folder, "rows.js"),
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*"],
  });
  const config = join(folder, "workerd.capnp");
  await writeFile(config, configText(objects));
  const running = await launch(config, {});
  async function call<T>(method: string, names: readonly string[], text?: string): Promise<T[]> {
    const response = await fetch(running.url, {
      method: "POST",
      body: JSON.stringify({ method, names, text }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json() as Promise<T[]>;
  }
  return {
    objects,
    put: (names: readonly string[], text: string) => call("put", names, text),
    get: (names: readonly string[]) => call<string | null>("get", names),
    forget: (names: readonly string[]) => call("forget", names),
    keysOf: (names: readonly string[]) => call<string>("keysOf", names),
    async close() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configText(objects: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "rows", worker = .rows),
    (name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true)),
  ],
  sockets = [(name = "http", address = "localhost:0", http = (), service = "rows")],
);

const rows :Workerd.Worker = (
  modules = [(name = "rows.js", esModule = embed "rows.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  durableObjectNamespaces = [(className = "Rows", uniqueKey = "rows", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [(name = "ROWS", durableObjectNamespace = "Rows")],
);
`;
}
