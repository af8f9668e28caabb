import { exec } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { buildAll } from "./build.ts";
import { startCollector } from "./collector.ts";
import { holdStateDir } from "./state-lock.ts";

interface Keys {
  readonly writeKey: string;
  readonly secretKey: string;
}

/** Serves the collector, the script and the demo site on one port, with its state on disk. */
async function start(): Promise<void> {
  const port = portOf(process.env["PORT"] ?? "8787");
  const stateDir = resolve(process.env["STATE_DIR"] ?? ".afterglow");
  await mkdir(stateDir, { recursive: true });
  const keys = await keysOf(stateDir);
  const script = await buildAll();
  const lock = await holdStateDir(stateDir);
  const collector = await startCollector({
    port,
    stateDir,
    ...keys,
    ...(process.env["HOST"] ? { host: process.env["HOST"] } : {}),
  });
  await lock.running(collector.process.pid);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => void collector.stop());
  }

  const url = `http://localhost:${port}`;
  console.log(`
  Demo site    ${url}/demo/
  Collector    ${url}/v1/batch
  Script       <script async src="${url}/afterglow.js" data-write-key="${keys.writeKey}"></script>
               ${url}/afterglow.${script.hash}.js  (immutable; integrity="${script.integrity}")

  Write key    ${keys.writeKey}   (public: it stands in the page)
  Secret key   ${keys.secretKey}   (for your backend only)
  State        ${stateDir}
  Open files   ${await openFilesLine()}

ready ${url}`);
  const code = await collector.ended;
  if (code !== 0) console.error(`workerd has ended (${code ?? "killed"})`);
  await lock.release();
  process.exitCode = code ?? 0;
}

/** Node has raised the limit as far as it may, and workerd inherits it. */
async function openFilesLine(): Promise<string> {
  const { stdout } = await promisify(exec)("ulimit -n").catch(() => ({ stdout: "" }));
  const limit = stdout.trim() === "unlimited" ? Infinity : Number(stdout || NaN);
  if (Number.isNaN(limit)) return "limit unknown";
  const room = Math.floor((limit - 200) / FILES_PER_CONTACT);
  const advice = limit < 4_096 ? "; too few for real traffic: raise it with ulimit -n 65536" : "";
  return `${limit}, room for about ${room} contacts active within ten seconds${advice}`;
}

/** A live object has its database, its log and the log's index open; it is put away after 10 idle seconds. */
const FILES_PER_CONTACT = 3;

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`PORT is a number from 1 to 65535, not "${text}"`);
  }
  return port;
}

/** The keys in the environment, else those made on the first start. */
async function keysOf(stateDir: string): Promise<Keys> {
  const file = join(stateDir, "keys.json");
  const kept = await readFile(file, "utf8").then(
    (text) => JSON.parse(text) as Keys,
    () => undefined,
  );
  const made = kept ?? { writeKey: `wk_${newKey()}`, secretKey: `sk_${newKey()}` };
  if (!kept) await writeFile(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  const keys = {
    writeKey: process.env["WRITE_KEY"] || made.writeKey,
    secretKey: process.env["SECRET_KEY"] || made.secretKey,
  };
  for (const [name, key] of Object.entries(keys)) {
    if (!/^[\w.-]{4,200}$/.test(key))
      throw new Error(`${name}: use 4 to 200 letters, digits, "_", "-" or "."`);
  }
  if (keys.writeKey === keys.secretKey)
    throw new Error("WRITE_KEY is public: SECRET_KEY must be another one");
  return keys;
}

function newKey(): string {
  return randomBytes(18).toString("base64url");
}

try {
  await start();
} catch (problem) {
  console.error(`Afterglow did not start: ${problem instanceof Error ? problem.message : String(problem)}`);
  process.exitCode = 1;
}
