import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PEERS_FOLDER = fileURLToPath(new URL("../peers/", import.meta.url));

/**
 * umami's tracker comes inside the whole application, which wants a hundred packages to run: only the one file is
 * taken out of the package.
 */
const UMAMI = {
  spec: "umami@2.10.0",
  integrity:
    "sha512-+lmrnV0751R6U2rkIgVAlE1nWI7yZawlMlJDguW9tlFacCKhnGeCyc7tCMIhNNYIiGIQy4DEX5IzJhm4b3+dPA==",
};
const UMAMI_FILE = join(PEERS_FOLDER, "node_modules", ".umami-tracker.js");

/** Brings the peers from the npm registry on first use, and whenever their lock file says something else. */
export function installPeers(): void {
  const lock = readFileSync(join(PEERS_FOLDER, "package-lock.json"), "utf8");
  const mark = join(PEERS_FOLDER, "node_modules", ".installed");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  console.log(
    "Installing the SDKs to compare with (test/bench/peers, about 145 MB, from the npm registry) ...",
  );
  npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
  fetchUmami();
  writeFileSync(mark, lock);
}

export function umamiSource(): string {
  return readFileSync(UMAMI_FILE, "utf8");
}

function fetchUmami(): void {
  const folder = join(PEERS_FOLDER, "node_modules", ".cache");
  mkdirSync(folder, { recursive: true });
  npm("pack", UMAMI.spec, "--pack-destination", folder, "--loglevel=error");
  const archive = join(folder, `${UMAMI.spec.replace("@", "-")}.tgz`);
  const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (integrity !== UMAMI.integrity) throw new Error(`${UMAMI.spec} is another package than was reviewed`);
  writeFileSync(UMAMI_FILE, execFileSync("tar", ["-xzOf", archive, "package/src/tracker/index.js"]));
}

function npm(...args: string[]): void {
  execFileSync("npm", args, {
    cwd: PEERS_FOLDER,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}
