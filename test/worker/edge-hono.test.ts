import { Hono } from "hono";
import { expect, test } from "vitest";

import { afterglow, type AfterglowEnv } from "../../sdk/edge/index.ts";

test("a handler behind it that fails, answers nothing or is not there is told of as ever", async () => {
  const app = new Hono<AfterglowEnv>().use(afterglow());
  app.onError((problem, c) => c.text(problem.message, 500));
  app.get("/fails", () => {
    throw new Error("failed");
  });
  // As of one who has forgotten the `return`.
  app.get("/silent", () => undefined as never);
  const read = async (path: string) => {
    const response = await app.request(path);
    return `${response.status} ${await response.text()}`;
  };
  expect(await read("/fails")).toBe("500 failed");
  expect(await read("/silent")).toMatch(/^500 Context is not finalized/);
  expect(await read("/none")).toBe("404 404 Not Found");
});
