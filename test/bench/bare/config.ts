import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type Collector, COMPATIBILITY_DATE, launch } from "../../../scripts/collector.ts";

/**
 * Starts the bare Worker beside the collector: the same workerd, the same kind of storage. At `besideUrl` is one that
 * reads its rows by a service binding.
 */
export async function startBare(dir: string): Promise<Collector> {
  const objects = join(dir, "objects");
  await mkdir(objects, { recursive: true });
  for (const file of ["worker.js", "front.js"]) {
    await copyFile(fileURLToPath(new URL(file, import.meta.url)), join(dir, file));
  }
  const config = join(dir, "workerd.capnp");
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "bare", worker = .bare),
    (name = "front", worker = .front),
    (name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true)),
  ],
  sockets = [
    (name = "http", address = "localhost:0", http = (), service = "bare"),
    (name = "beside", address = "localhost:0", http = (), service = "front"),
  ],
);

const bare :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  durableObjectNamespaces = [(className = "Row", uniqueKey = "row", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [(name = "ROW", durableObjectNamespace = "Row")],
);

const front :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "front.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [(name = "ROWS", service = (name = "bare", entrypoint = "Rows"))],
);
`,
  );
  return launch(config, {}, "localhost", { hasBeside: true });
}
