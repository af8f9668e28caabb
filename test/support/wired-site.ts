import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";

import { newBrowser, type TestBrowser } from "./browser.ts";
import { startTestCollector, type TestCollector } from "./collector.ts";
import { type Relay, startRelay } from "./relay.ts";
import { startSite, type TestSite } from "./site.ts";

/** A site whose events go to a collector over a wire that can be listened to and cut. */
export interface WiredSite {
  readonly collector: TestCollector;
  readonly relay: Relay;
  readonly site: TestSite;
  close(): Promise<void>;
}

export async function startWiredSite(): Promise<WiredSite> {
  const collector = await startTestCollector();
  const relay = await startRelay(collector.url);
  const site = await startSite(relay.url);
  return {
    collector,
    relay,
    site,
    async close() {
      await Promise.all([site.close(), relay.close()]);
      await collector.close();
    },
  };
}

/** One wired site for all stories of a file, and a new visitor's browser for each. */
export function eachWithBrowser(begin: (wired: WiredSite, browser: TestBrowser) => void): void {
  let wired: WiredSite | undefined;
  let browser: TestBrowser | undefined;
  beforeAll(async () => {
    wired = await startWiredSite();
  });
  afterAll(() => wired?.close());
  beforeEach(async () => {
    browser = await newBrowser();
    if (wired) begin(wired, browser);
  });
  afterEach(() => browser?.dispose());
}
