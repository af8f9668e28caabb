import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Browser {
  readonly executablePath: string;
  /** What the browser needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/**
 * A Chromium to test in: the one named by CHROMIUM_PATH, an installed one, else the one that the npm package
 * @sparticuz/chromium carries (Linux, x64), unpacked once below node_modules.
 */
export async function findBrowser(): Promise<Browser> {
  const named = process.env["CHROMIUM_PATH"];
  if (named) return { executablePath: named, env: {} };
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed && process.env["AFTERGLOW_BROWSER"] !== "bundled")
    return { executablePath: installed, env: {} };
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("No Chromium was found. Install Chrome or Chromium, or set CHROMIUM_PATH.");
  }
  return unpackBundled();
}

async function unpackBundled(): Promise<Browser> {
  const folder = fileURLToPath(new URL("../node_modules/.cache/afterglow-browser", import.meta.url));
  await mkdir(folder, { recursive: true });
  // The package unpacks into the system's temporary folder, and the libraries beside it only where it believes
  // to be on Amazon's Linux; here it gets a folder of its own, and both.
  process.env["TMPDIR"] = folder;
  process.env["AWS_EXECUTION_ENV"] ??= "AWS_Lambda_nodejs24.x";
  const { default: chromium } = await import("@sparticuz/chromium");
  const executablePath = await chromium.executablePath();
  return { executablePath, env: { LD_LIBRARY_PATH: join(folder, "al2023", "lib") } };
}

if (import.meta.main) console.log(JSON.stringify(await findBrowser()));
