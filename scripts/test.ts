import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser } from "./browser.ts";
import { faultsOf, printFaults, type Report, untoldFaults } from "./fault-table.ts";

/** Checks the code, then runs every test, and ends with one line that counts them. */
async function test(): Promise<boolean> {
  if ((await run("npm", ["run", "check"])).code !== 0) {
    console.log("\nnpm run check failed; no test was run\n\n0 passed, 1 failed");
    return false;
  }
  const found = await run(process.execPath, [new URL("browser.ts", import.meta.url).pathname], {}, true);
  if (found.code !== 0) {
    console.log("\nno browser to test in\n\n0 passed, 1 failed");
    return false;
  }
  const browser = JSON.parse(found.output) as Browser;
  const folder = await mkdtemp(join(tmpdir(), "afterglow-test-"));
  const file = join(folder, "report.json");
  const { code } = await run(
    "npx",
    [
      "vitest",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
      ...process.argv.slice(2),
    ],
    {
      CHROMIUM_PATH: browser.executablePath,
      CHROMIUM_ENV: JSON.stringify(browser.env),
      AFTERGLOW_ENGINE: "chromium",
    },
  );
  const report = await readFile(file, "utf8").then(
    (text) => JSON.parse(text) as Report,
    () => undefined,
  );
  await rm(folder, { recursive: true, force: true });
  const passed = report?.numPassedTests ?? 0;
  const faults = faultsOf(report);
  printFaults(new Map([["chromium", faults]]));
  const untold = !report || process.argv.length > 2 ? [] : untoldFaults(faults, "chromium");
  for (const name of untold) console.log(`docs/faults.md: no story of test/faults measured "${name}"`);
  // A file that could not be loaded ran no test of its own.
  const failed = Math.max(report?.numFailedTests ?? 1, code === 0 ? 0 : 1) + untold.length;
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

function run(command: string, args: string[], env: Record<string, string> = {}, quiet = false) {
  const shell = process.platform === "win32";
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", quiet ? "pipe" : "inherit", "inherit"],
    shell,
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, output }));
  });
}

process.exitCode = (await test()) ? 0 : 1;
