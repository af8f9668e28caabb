import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { buildAll } from "./build.ts";
import { startCollector } from "./collector.ts";
import { makeFolder } from "./make-folder.ts";
import { contactsIn, roomLine, roomOfMachine } from "./room.ts";
import { holdStateDir } from "./state-lock.ts";

interface Keys {
  readonly writeKey: string;
  readonly secretKey: string;
  /** Never shown: it signs the keys of further sites. */
  readonly signingKey: string;
}

/** Serves the collector, the script and the demo site on one port, with its state on disk. */
async function start(): Promise<void> {
  const port = portOf(process.env["PORT"] ?? "8787");
  if (process.env["JURISDICTION"]) {
    throw new Error(
      "JURISDICTION says where Cloudflare keeps a deployment's objects, and is for wrangler.toml; here they are on this machine. Start without it.",
    );
  }
  const stateDir = resolve(process.env["STATE_DIR"] ?? ".afterglow");
  await makeFolder(stateDir);
  const openFiles = roomLine(await roomOfMachine(), await contactsIn(stateDir));
  const keys = await keysOf(stateDir);
  const script = await buildAll();
  const lock = await holdStateDir(stateDir);
  const collector = await startCollector({
    port,
    stateDir,
    ...keys,
    onSpawn: lock.running,
    ...(process.env["HOST"] ? { host: process.env["HOST"] } : {}),
    allowPrivateDestinations: process.env["ALLOW_PRIVATE_DESTINATIONS"] === "1",
    ...addressHeaderOf(process.env["ADDRESS_HEADER"]),
    ...snapshotKeysOf(process.env["SNAPSHOT_KEY"], process.env["SNAPSHOT_KEY_BEFORE"]),
  });
  let asked = false;
  const stop = () => {
    asked = true;
    void collector.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  if (process.env["npm_lifecycle_event"]) whenOrphaned(stop);

  const url = `http://localhost:${port}`;
  console.log(`
  Demo site    ${url}/demo/
  Collector    ${url}/v1/batch
  Script       <script async src="${url}/afterglow.js" data-write-key="${keys.writeKey}"></script>
               ${url}/afterglow.${script.hash}.js  (immutable; integrity="${script.integrity}")

  Write key    ${keys.writeKey}   (public: it stands in the page)
  Secret key   ${keys.secretKey}   (for your backend only)
  State        ${stateDir}
  Open files   ${openFiles}

ready ${url}`);
  const code = await collector.ended;
  await lock.release();
  if (asked) process.exit(0);
  console.error(`workerd has ended by itself (${code ?? "killed"})`);
  process.exit(code || 1);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`PORT is a number from 1 to 65535, not "${text}"`);
  }
  return port;
}

function addressHeaderOf(name: string | undefined): { readonly addressHeader?: string } {
  if (!name) return {};
  if (!/^[\w-]+$/.test(name)) {
    throw new Error(`ADDRESS_HEADER is the name of a header, such as "x-forwarded-for", not "${name}"`);
  }
  return { addressHeader: name };
}

function snapshotKeysOf(now = "", before = ""): { readonly snapshotKeys: readonly [string, string] } {
  for (const [name, key] of [
    ["SNAPSHOT_KEY", now],
    ["SNAPSHOT_KEY_BEFORE", before],
  ]) {
    if (key && key.length < 32)
      throw new Error(`${name}: use 32 random bytes, such as openssl rand -base64 32`);
  }
  return { snapshotKeys: [now, before] };
}

/** Killed outright, npm cannot tell anybody; its child is given another parent then. */
function whenOrphaned(stop: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 200);
  watch.unref();
}

/** The keys in the environment, else those made on the first start. */
async function keysOf(stateDir: string): Promise<Keys> {
  const file = join(stateDir, "keys.json");
  const kept = await keptKeys(file);
  // Those of the first releases kept two keys.
  const made = { writeKey: `wk_${newKey()}`, secretKey: `sk_${newKey()}`, signingKey: newKey(32), ...kept };
  if (kept?.signingKey === undefined) {
    // Whole or not at all.
    await writeFile(`${file}.new`, JSON.stringify(made, null, 2), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
  const keys = {
    writeKey: process.env["WRITE_KEY"] || made.writeKey,
    secretKey: process.env["SECRET_KEY"] || made.secretKey,
    signingKey: process.env["SIGNING_KEY"] || made.signingKey,
  };
  for (const [name, key] of [
    ["WRITE_KEY", keys.writeKey],
    ["SECRET_KEY", keys.secretKey],
  ] as const) {
    if (!/^[\w.-]{4,200}$/.test(key))
      throw new Error(`${name}: use 4 to 200 letters, digits, "_", "-" or "."`);
  }
  if (keys.signingKey.length < 32)
    throw new Error("SIGNING_KEY: use 32 random bytes, such as openssl rand -base64 32");
  if (keys.writeKey === keys.secretKey)
    throw new Error("WRITE_KEY is public: SECRET_KEY must be another one");
  return keys;
}

async function keptKeys(file: string): Promise<Partial<Keys> | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const wrong = new Error(`${file} does not hold the keys; mend it, or delete it to have new ones made`);
  try {
    const { writeKey, secretKey, signingKey } = JSON.parse(text) as Record<string, unknown>;
    if (typeof writeKey === "string" && typeof secretKey === "string") {
      return { writeKey, secretKey, ...(typeof signingKey === "string" ? { signingKey } : {}) };
    }
  } catch {
    throw wrong;
  }
  throw wrong;
}

function newKey(bytes = 18): string {
  return randomBytes(bytes).toString("base64url");
}

try {
  await start();
} catch (problem) {
  console.error(`Afterglow did not start: ${problem instanceof Error ? problem.message : String(problem)}`);
  process.exitCode = 1;
}
