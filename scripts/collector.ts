import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

import { removeEmptyFiles } from "./empty-files.ts";
import { makeFolder } from "./make-folder.ts";
import { roomForContacts, roomOfMachine } from "./room.ts";

export interface CollectorOptions {
  /** 0 takes any free one. */
  readonly port: number;
  /** Where the contacts are kept; made if it is missing. */
  readonly stateDir: string;
  readonly writeKey: string;
  readonly secretKey: string;
  /** Signs the keys of further sites; without it there is the main one only. */
  readonly signingKey?: string;
  /** What signs snapshots, and what did before; without them the signing key does. */
  readonly snapshotKeys?: readonly [now: string, before?: string];
  /** Default: this machine only. */
  readonly host?: string;
  /** Default: as many as the machine has room for. */
  readonly maxLiveContacts?: number;
  /** The header in which a proxy in front tells who sends; without it the other end of the connection does. */
  readonly addressHeader?: string;
  /** While developing: crossings may also be delivered to private hosts, and without TLS. */
  readonly allowPrivateDestinations?: boolean;
  /** The bundle of the Worker; default: the one that was built. */
  readonly worker?: string;
  /** Another Worker in the same process: bound to this one as `AFTERGLOW`, as Cloudflare's service bindings are. */
  readonly beside?: WorkerBeside;
  /** A command that starts the one after it in its own place, with less than it has itself. */
  readonly through?: readonly string[];
  /** Called with the process number as soon as there is one. */
  readonly onSpawn?: (pid: number | undefined) => Promise<void>;
}

export interface WorkerBeside {
  /** The bundle. */
  readonly worker: string;
  /** Texts that are bound by their names. */
  readonly env: Readonly<Record<string, string>>;
  /** Entrypoints of its own that it is bound to, by the names of the bindings. */
  readonly own?: Readonly<Record<string, string>>;
  /** Whether it is bound to the collector's objects of contacts as well, as `AFTERGLOW_CONTACTS`. */
  readonly hasContacts?: boolean;
}

export interface Collector {
  readonly url: string;
  /** Of the Worker beside it. */
  readonly besideUrl?: string;
  readonly process: ChildProcess;
  /** What it has said lately, on both of its outputs. */
  said(): string;
  /** Ends it; what was acknowledged is on disk in any case. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<number | null>;
}

/** The path of the binary. Required, as bundlers differ in what they make of the package's default export. */
const WORKERD = (createRequire(import.meta.url)("workerd") as { default: string }).default;

const WORKER = fileURLToPath(new URL("../dist/worker.js", import.meta.url));

/** In which workerd keeps the objects of a namespace, as its key is. */
const CONTACTS_FOLDER = "afterglow-contact";

/** The same date as in wrangler.toml; `npm run check` compares them. */
export const COMPATIBILITY_DATE = "2026-10-01";

/**
 * Runs the built Worker on workerd itself, with its objects on disk. Rejects with what workerd said when it
 * does not come up, such as a port in use.
 */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { port, stateDir, writeKey, secretKey, signingKey = "", host = "localhost" } = options;
  const { worker = WORKER } = options;
  const objects = join(stateDir, "objects");
  await makeFolder(objects);
  await removeEmptyFiles(join(objects, CONTACTS_FOLDER));
  const config = join(stateDir, "workerd.capnp");
  await writeFile(
    config,
    configText({
      worker: relative(dirname(config), worker),
      objects,
      address: `${host}:${port}`,
      // What a name stands for is looked up here, so it is here that a public name of a private host is refused.
      networks: options.allowPrivateDestinations ? ["public", "private"] : ["public"],
      beside: options.beside && {
        ...options.beside,
        worker: relative(dirname(config), options.beside.worker),
      },
    }),
  );
  const env = {
    WRITE_KEY: writeKey,
    SECRET_KEY: secretKey,
    SIGNING_KEY: signingKey,
    SNAPSHOT_KEY: options.snapshotKeys?.[0] ?? "",
    SNAPSHOT_KEY_BEFORE: options.snapshotKeys?.[1] ?? "",
    EXPLAIN_TO_VISITORS: "1",
    ALLOW_PRIVATE_DESTINATIONS: options.allowPrivateDestinations ? "1" : "",
    ADDRESS_HEADER: options.addressHeader ?? "",
    MAX_LIVE_CONTACTS: String(options.maxLiveContacts ?? roomForContacts(await roomOfMachine())),
  };
  const collector = await launch(config, env, host, { ...options, hasBeside: options.beside !== undefined });
  // The site's own objects are made now, and not by the first visitor.
  await (await fetch(`${collector.url}/healthz`)).text();
  return collector;
}

interface LaunchOptions extends Pick<CollectorOptions, "onSpawn" | "through"> {
  /** Whether the configuration has a socket `beside`, too. */
  readonly hasBeside?: boolean;
}

/** Starts workerd with a configuration and waits until it listens. */
export async function launch(
  config: string,
  env: Record<string, string>,
  host = "localhost",
  { onSpawn, hasBeside = false, through = [] }: LaunchOptions = {},
): Promise<Collector> {
  const words = [...through, WORKERD, "serve", "--control-fd=3", config];
  const child = spawn(words[0] ?? WORKERD, words.slice(1), {
    env: { ...env, PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  await onSpawn?.(child.pid);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output.push(chunk.toString());
      if (output.length > 200) output.shift();
      if (process.env["AFTERGLOW_LOG"]) process.stderr.write(chunk);
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ports = portsOf(child.stdio[3] as Readable, hasBeside ? 2 : 1);
  const listening = await Promise.race([ports, ended.then(() => undefined)]);
  const port = listening?.get("http");
  if (port === undefined) {
    const said = output.join("");
    if (said.includes("Address already in use"))
      throw new Error("the port is in use; set PORT to another one");
    throw new Error(`workerd did not start:\n${said}`);
  }
  const besidePort = listening?.get("beside");
  const urlOf = (at: number) => `http://${host === "0.0.0.0" ? "localhost" : host}:${at}`;
  return {
    url: urlOf(port),
    ...(besidePort === undefined ? {} : { besideUrl: urlOf(besidePort) }),
    process: child,
    said: () => output.join(""),
    ended,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await ended;
    },
  };
}

/** By the names of the sockets, as soon as there are so many. */
async function portsOf(control: Readable, wanted: number): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  for await (const line of createInterface({ input: control })) {
    const message = JSON.parse(line) as { event: string; port?: number; socket?: string };
    if (message.event === "listen" && message.port !== undefined)
      ports.set(message.socket ?? "", message.port);
    if (ports.size === wanted) break;
  }
  return ports;
}

interface Config {
  readonly worker: string;
  readonly objects: string;
  readonly address: string;
  /** That requests may go to. */
  readonly networks: readonly string[];
  readonly beside: WorkerBeside | undefined;
}

function configText({ worker, objects, address, networks, beside }: Config): string {
  const text = JSON.stringify;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "collector", worker = .collector),
    (name = "objects", disk = (path = ${text(objects)}, writable = true)),
    (name = "internet", network = (allow = ${text(networks)}, tlsOptions = (trustBrowserCas = true))),
${beside ? '    (name = "beside", worker = .beside),\n' : ""}  ],
  sockets = [
    (name = "http", address = ${text(address)}, http = (), service = "collector"),
${beside ? '    (name = "beside", address = "localhost:0", http = (), service = "beside"),\n' : ""}  ],
);

const collector :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed ${text(worker)})],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  durableObjectNamespaces = [
    (className = "Contact", uniqueKey = "${CONTACTS_FOLDER}", enableSql = true),
    (className = "Directory", uniqueKey = "afterglow-directory", enableSql = true),
    (className = "ContactIndex", uniqueKey = "afterglow-index", enableSql = true),
    (className = "Deliveries", uniqueKey = "afterglow-deliveries", enableSql = true),
    (className = "Models", uniqueKey = "afterglow-models", enableSql = true),
    (className = "Sites", uniqueKey = "afterglow-sites", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [
    (name = "CONTACT", durableObjectNamespace = "Contact"),
    (name = "DIRECTORY", durableObjectNamespace = "Directory"),
    (name = "INDEX", durableObjectNamespace = "ContactIndex"),
    (name = "DELIVERIES", durableObjectNamespace = "Deliveries"),
    (name = "MODELS", durableObjectNamespace = "Models"),
    (name = "SITES", durableObjectNamespace = "Sites"),
    (name = "WRITE_KEY", fromEnvironment = "WRITE_KEY"),
    (name = "SECRET_KEY", fromEnvironment = "SECRET_KEY"),
    (name = "SIGNING_KEY", fromEnvironment = "SIGNING_KEY"),
    (name = "SNAPSHOT_KEY", fromEnvironment = "SNAPSHOT_KEY"),
    (name = "SNAPSHOT_KEY_BEFORE", fromEnvironment = "SNAPSHOT_KEY_BEFORE"),
    (name = "EXPLAIN_TO_VISITORS", fromEnvironment = "EXPLAIN_TO_VISITORS"),
    (name = "ALLOW_PRIVATE_DESTINATIONS", fromEnvironment = "ALLOW_PRIVATE_DESTINATIONS"),
    (name = "ADDRESS_HEADER", fromEnvironment = "ADDRESS_HEADER"),
    (name = "MAX_LIVE_CONTACTS", fromEnvironment = "MAX_LIVE_CONTACTS"),
  ],
);
${beside ? besideText(beside) : ""}`;
}

const CONTACTS_OF_COLLECTOR =
  '(name = "AFTERGLOW_CONTACTS", durableObjectNamespace = (className = "Contact", serviceName = "collector"))';

function besideText({ worker, env, own = {}, hasContacts = false }: WorkerBeside): string {
  const text = JSON.stringify;
  const bindings = [
    '(name = "AFTERGLOW", service = (name = "collector", entrypoint = "Afterglow"))',
    ...(hasContacts ? [CONTACTS_OF_COLLECTOR] : []),
    ...Object.entries(own).map(
      ([name, entrypoint]) =>
        `(name = ${text(name)}, service = (name = "beside", entrypoint = ${text(entrypoint)}))`,
    ),
    ...Object.entries(env).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
  ];
  return `
const beside :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed ${text(worker)})],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [${bindings.join(", ")}],
);
`;
}
