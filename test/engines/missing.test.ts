import { afterEach, expect, test, vi } from "vitest";

import { MissingEngine } from "../support/engines/engine.ts";
import { findEngine } from "../support/engines/find-engine.ts";

afterEach(() => vi.unstubAllEnvs());

test("of an engine that is missing it is said what to install", async () => {
  vi.stubEnv("FIREFOX_PATH", "/nowhere/firefox");
  await expect(findEngine("firefox")).rejects.toThrow(/apt-get install firefox-esr/);
  vi.stubEnv("PATH", "/nowhere");
  const webkit = findEngine("webkit");
  await expect(webkit).rejects.toThrow(/apt-get install webkit2gtk-driver xvfb/);
  await expect(webkit).rejects.toBeInstanceOf(MissingEngine);
});
