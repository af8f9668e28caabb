import { findBrowser } from "../../../scripts/browser.ts";
import { type Engine, MissingEngine } from "./engine.ts";
import { newPuppeteerBrowser } from "./puppeteer-browser.ts";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-component-update"];

/** An installed Chromium or Chrome, else the one from npm. */
export async function findChromium(): Promise<Engine> {
  const { executablePath, env } = await findBrowser().catch((problem: unknown) => {
    throw new MissingEngine(problem instanceof Error ? problem.message : String(problem));
  });
  // What the browser that CHROMIUM_PATH names needs, as scripts/test.ts found it.
  const more = JSON.parse(process.env["CHROMIUM_ENV"] ?? "{}") as Record<string, string>;
  return {
    name: "chromium",
    newBrowser: () =>
      newPuppeteerBrowser({
        browser: "chrome",
        executablePath,
        args: ARGS,
        env: { ...process.env, ...env, ...more },
      }),
  };
}
