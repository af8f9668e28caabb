import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The parts of the bench, in the order in which they run. */
const PARTS = ["scoring", "collector", "browser", "contacts", "ranking", "inout", "edge"];

/** Of parts that are more than one file, each by itself. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  ranking: ["ranking.ts", "ranked-year.ts", "index-lag.ts"],
};

const args = process.argv.slice(2);
const named = PARTS.filter((part) => args.includes(`--${part}`));
const rest = args.filter((arg) => !PARTS.includes(arg.replace(/^--/, "")));
const parts = named.length > 0 ? named : PARTS;

if (rest.length > 0 && parts.length > 1) {
  console.error(
    `${rest.join(" ")}: say for which part, by one of ${PARTS.map((part) => `--${part}`).join(", ")}`,
  );
  process.exitCode = 1;
} else {
  for (const part of parts) {
    for (const name of FILES[part] ?? [`${part}.ts`]) {
      const file = fileURLToPath(new URL(name, import.meta.url));
      const { status } = spawnSync(process.execPath, [file, ...rest], { stdio: "inherit" });
      if (status !== 0) process.exitCode = 1;
    }
  }
}
