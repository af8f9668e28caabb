import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";

import { startTestCollector, type TestCollector } from "../collector.ts";
import { type Relay, startRelay } from "../relay.ts";
import { startSite, type TestSite } from "../site.ts";
import type { Engine, EngineBrowser, EnginePage } from "./engine.ts";
import { engineOfThisRun } from "./find-engine.ts";
import { type Gate, startGate } from "./gate.ts";

/** What a story needs: a visitor's browser, a site, and a collector behind a wire and a gate. */
export interface Stage {
  readonly browser: EngineBrowser;
  readonly site: TestSite;
  readonly relay: Relay;
  readonly gate: Gate;
  readonly collector: TestCollector;
  close(): Promise<void>;
}

/** All but the browser; `head` is what the site's pages have before the tag. */
export async function openSet(head?: (url: string) => string): Promise<Omit<Stage, "browser">> {
  const collector = await startTestCollector();
  // The page of a sandboxed frame has no origin that would tell that it is a developer's own: a headless browser is a bot there.
  await collector.request("PATCH", "/v1/sites/main", { settings: { bots: "count" } });
  const gate = await startGate(collector.url);
  const relay = await startRelay(gate.url);
  const site = await startSite(relay.url, "", head ? { head } : {});
  return {
    site,
    relay,
    gate,
    collector,
    async close() {
      await Promise.all([site.close(), relay.close(), gate.close()]);
      await collector.close();
    },
  };
}

/** Opens a stage for each story of a file, in the engine of this run, and closes it afterwards. */
export async function stageForEach(): Promise<{ readonly engine: Engine; readonly stage: () => Stage }> {
  const engine = await engineOfThisRun();
  let stage: Stage | undefined;
  beforeEach(async () => {
    stage = { ...(await openSet()), browser: await engine.newBrowser() };
  });
  afterEach(async () => {
    await stage?.browser.dispose();
    await stage?.close();
  });
  return {
    engine,
    stage() {
      if (!stage) throw new Error("no story is running");
      return stage;
    },
  };
}

/**
 * Opens one stage for all stories of a file, in the engine of this run. Each story has a host of its own, and so a
 * visitor of its own, who comes in a new tab.
 */
export async function stageForFile(head: (url: string) => string): Promise<{
  readonly stage: () => Omit<Stage, "browser"> & { readonly url: string; openTab(): Promise<EnginePage> };
}> {
  const engine = await engineOfThisRun();
  let set: Omit<Stage, "browser"> | undefined;
  let browser: EngineBrowser | undefined;
  let stories = 0;
  beforeAll(async () => {
    set = await openSet(head);
    browser = await engine.newBrowser();
    await browser.open();
  });
  beforeEach(() => {
    stories += 1;
  });
  afterAll(async () => {
    await browser?.dispose();
    await set?.close();
  });
  return {
    stage() {
      if (!set || !browser) throw new Error("no story is running");
      const open = browser;
      const url = set.site.url.replace("localhost", `story-${stories}.localhost`);
      return { ...set, url, openTab: () => open.newPage() };
    },
  };
}
