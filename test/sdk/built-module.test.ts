import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

const dist = (name: string) => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));

test("the built module and its extras are imported and used on a server without harm", async () => {
  const program = `
    const { createTracker } = await import(${JSON.stringify(dist("afterglow.mjs"))});
    const { clicks, clickIds, debug, hashRoutes, scrollDepth } = await import(${JSON.stringify(dist("afterglow-extras.mjs"))});
    const extras = [clicks(), clickIds(), debug(), hashRoutes(), scrollDepth()];
    const tracker = createTracker({ writeKey: "wk_test", host: "https://score.example.com", extras });
    for (const method of ["page", "track", "identify", "reset", "consent", "stop"]) tracker[method]("granted");
    await tracker.flush();
    console.log(await tracker.score(), typeof tracker.onScore(() => {}), typeof document);`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "--eval",
    program,
  ]);
  expect([stdout.trim(), stderr]).toEqual(["null function undefined", ""]);
});
