import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import {
  documentFaults,
  faultsOf,
  type Measured,
  printFaults,
  type Report,
  untoldFaults,
} from "./fault-table.ts";

const ENGINES = ["chromium", "firefox", "webkit"];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly figures: Readonly<Record<string, string>>;
  readonly faults: Measured;
}

/**
 * Runs the stories of test/engines and test/faults in each engine, one after the other, and ends with one line that
 * counts them. Names are engines to run, `npm run test:engines -- webkit`; by default all. An engine that is missing
 * is a failure. With `--write` what was measured is put into docs/faults.md.
 */
async function testEngines(names: readonly string[], isToWrite: boolean): Promise<boolean> {
  const unknown = names.filter((name) => !ENGINES.includes(name));
  if (unknown.length > 0)
    throw new Error(`no engine: ${unknown.join(", ")}; there are ${ENGINES.join(", ")}`);
  const outcomes: [engine: string, outcome: Outcome][] = [];
  if ((await run("node", ["scripts/build.ts"])).code !== 0) outcomes.push(["the build", FAILED]);
  else for (const name of names) outcomes.push([name, await testIn(name)]);

  printTable(outcomes);
  printFaults(new Map(outcomes.map(([engine, { faults }]) => [engine, faults])));
  if (isToWrite) for (const [engine, { faults }] of outcomes) documentFaults(engine, faults);
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((n, [, each]) => n + count(each), 0);
  const failed = sum((outcome) => outcome.failed);
  console.log(`\n${sum((outcome) => outcome.passed)} passed, ${failed} failed`);
  return failed === 0;
}

const FAILED: Outcome = { passed: 0, failed: 1, figures: {}, faults: [] };

async function testIn(engine: string): Promise<Outcome> {
  console.log(`\n== ${engine}`);
  const env = { AFTERGLOW_ENGINE: engine };
  // It says itself what is missing.
  if ((await run("node", ["test/support/engines/find-engine.ts"], env)).code !== 0) return FAILED;
  const folder = await mkdtemp(join(tmpdir(), "afterglow-test-"));
  const file = join(folder, "report.json");
  const args = ["--project=engines", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { code } = await run("npx", ["vitest", "run", ...args], env);
  const report = await readFile(file, "utf8").then(
    (text) => JSON.parse(text) as Report,
    () => undefined,
  );
  await rm(folder, { recursive: true, force: true });
  const tests = report?.testResults.flatMap((each) => each.assertionResults) ?? [];
  const passed = report?.numPassedTests ?? 0;
  // A file that could not be loaded, or a run of no test, is a failure too.
  const failed = Math.max(report?.numFailedTests ?? 1, code === 0 && passed > 0 ? 0 : 1);
  const faults = faultsOf(report);
  const untold = report ? untoldFaults(faults, engine) : [];
  for (const name of untold) console.log(`docs/faults.md: no story of test/faults measured "${name}"`);
  const figures = Object.assign({}, ...tests.map(({ meta }) => meta.figures)) as Outcome["figures"];
  return { passed, failed: failed + untold.length, figures, faults };
}

/** A row for each engine, a column for each figure that any of them has measured. */
function printTable(outcomes: readonly (readonly [string, Outcome])[]): void {
  const names = [...new Set(outcomes.flatMap(([, { figures }]) => Object.keys(figures)))].sort();
  const header = ["engine", "passed", "failed", ...names];
  const rows = outcomes.map(([engine, { passed, failed, figures }]) => [
    engine,
    String(passed),
    String(failed),
    ...names.map((name) => figures[name] ?? "–"),
  ]);
  console.log("");
  for (const row of [header, header.map(() => "-"), ...rows]) console.log(`| ${row.join(" | ")} |`);
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(command === "node" ? process.execPath : command, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32" && command !== "node",
  });
  return new Promise<{ code: number | null }>((resolve) => {
    child.once("close", (code) => resolve({ code }));
  });
}

const named = process.argv.slice(2).filter((argument) => argument !== "--write");
const isToWrite = process.argv.includes("--write");
process.exitCode = (await testEngines(named.length > 0 ? named : ENGINES, isToWrite)) ? 0 : 1;
