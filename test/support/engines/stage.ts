import { startTestCollector, type TestCollector } from "../collector.ts";
import { type Relay, startRelay } from "../relay.ts";
import { startSite, type TestSite } from "../site.ts";
import type { Engine, EngineBrowser } from "./engine.ts";
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

export async function openStage(engine: Engine): Promise<Stage> {
  const collector = await startTestCollector();
  const gate = await startGate(collector.url);
  const relay = await startRelay(gate.url);
  const site = await startSite(relay.url);
  const browser = await engine.newBrowser();
  return {
    browser,
    site,
    relay,
    gate,
    collector,
    async close() {
      await browser.dispose();
      await Promise.all([site.close(), relay.close(), gate.close()]);
      await collector.close();
    },
  };
}
