import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser, BrowserContext, Page } from "playwright-core";

import { launchOn, newVisitorPage, sleep } from "./chromium.ts";
import type { Stand } from "./lab.ts";

const EVENTS = 20;
/** How long the outages last, and the kept events of an SDK may take to arrive once all is well again. */
const OUTAGE_MS = 10_000;

export interface Delivery {
  readonly delivered: number;
  /** Copies that arrived beyond the first of each event. */
  readonly extra: number;
  /** From when all was well again until the last of the 20 was there; `undefined` where some never came. */
  readonly seconds?: number;
  /** Requests while the collector refused or lost. */
  readonly attempts: number;
}

export interface Fault {
  readonly title: string;
  /** How many SDKs are tried at once. */
  readonly atOnce: number;
  readonly run: (browser: Browser, stand: Stand, patienceMs: number) => Promise<Delivery>;
}

export const FAULTS: readonly Fault[] = [
  { title: "offline, same tab", atOnce: 20, run: inOnePage("OfflineTab", offline) },
  { title: "503 for 10 s", atOnce: 20, run: inOnePage("Refused", moody("refusing")) },
  { title: "lost answers for 10 s", atOnce: 20, run: inOnePage("Lost", moody("losing")) },
  {
    title: "offline, closed, restarted",
    atOnce: 5,
    run: overRestart("Closed", (context) => context.close()),
  },
  { title: "offline, SIGKILL after 0.3 s", atOnce: 5, run: overRestart("Killed", kill) },
];

/** Lets the events happen within the fault, and ends it; says how many requests the collector got meanwhile. */
type Outage = (page: Page, stand: Stand, act: () => Promise<void>) => Promise<number>;

/** The page stays open. */
function inOnePage(prefix: string, outage: Outage): Fault["run"] {
  return async (browser, stand, patienceMs) => {
    const page = await newVisitorPage(browser);
    try {
      await page.goto(stand.pageUrl, { waitUntil: "load" });
      await sleep(3_000);
      const attempts = await outage(page, stand, () => happen(page, stand, prefix));
      return { ...(await arrival(stand, prefix, patienceMs)), attempts };
    } finally {
      await page.context().close();
    }
  };
}

async function offline(page: Page, _stand: Stand, act: () => Promise<void>): Promise<number> {
  await page.context().setOffline(true);
  await act();
  await sleep(3_000);
  await page.context().setOffline(false);
  return 0;
}

function moody(mood: "refusing" | "losing"): Outage {
  return async (_page, { collector }, act) => {
    const before = collector.heard.length;
    collector.setMood(mood);
    const end = sleep(OUTAGE_MS);
    await act();
    await end;
    collector.setMood("well");
    return collector.heard.length - before;
  };
}

/** The browser ends while there is no network, and is started again on the same profile with network. */
function overRestart(prefix: string, end: (context: BrowserContext) => Promise<void>): Fault["run"] {
  return async (_browser, stand, patienceMs) => {
    const profile = await mkdtemp(join(tmpdir(), "afterglow-bench-profile-"));
    try {
      const first = await launchOn(profile);
      const page = first.pages()[0] ?? (await first.newPage());
      await page.goto(stand.pageUrl, { waitUntil: "load" });
      await sleep(3_000);
      await first.setOffline(true);
      await happen(page, stand, prefix);
      await sleep(300);
      await end(first);
      const second = await launchOn(profile);
      await (second.pages()[0] ?? (await second.newPage())).goto(stand.pageUrl, { waitUntil: "load" });
      const delivery = await arrival(stand, prefix, patienceMs);
      await second.close();
      return { ...delivery, attempts: 0 };
    } finally {
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  };
}

async function kill(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession();
  const info = await session?.send("SystemInfo.getProcessInfo");
  const browser = info?.processInfo.find(({ type }) => type === "browser");
  if (!browser) throw new Error("the browser does not say which process it is");
  const gone = new Promise((resolve) => context.once("close", resolve));
  process.kill(browser.id, "SIGKILL");
  await gone;
}

async function happen(page: Page, { peer }: Stand, prefix: string): Promise<void> {
  for (let i = 0; i < EVENTS; i += 1) {
    await page.evaluate(`void (${peer?.track})(${JSON.stringify(nameOf(prefix, i))}, { "video": "tour" })`);
    await sleep(100);
  }
}

const nameOf = (prefix: string, i: number) => `${prefix}Event${String(i).padStart(2, "0")}`;

/** Waits for the events, and then for copies of them, which come when an SDK is not sure. */
async function arrival(
  stand: Stand,
  prefix: string,
  patienceMs: number,
): Promise<Omit<Delivery, "attempts">> {
  const since = Date.now();
  let complete: number | undefined;
  for (;;) {
    const copies = copiesOf(stand, prefix);
    const delivered = copies.filter((count) => count > 0).length;
    const extra = copies.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
    const passed = Date.now() - since;
    if (delivered === EVENTS) complete ??= passed;
    if (passed > patienceMs || (complete !== undefined && passed > complete + QUIET_MS)) {
      return { delivered, extra, ...(complete === undefined ? {} : { seconds: complete / 1000 }) };
    }
    await sleep(250);
  }
}

const QUIET_MS = 15_000;

/** In how many requests that the collector took each event stood. */
function copiesOf({ collector }: Stand, prefix: string): number[] {
  const texts = collector.heard.filter(({ taken }) => taken).map((heard) => heard.texts);
  return Array.from(
    { length: EVENTS },
    (_, i) => texts.filter((text) => text.includes(nameOf(prefix, i))).length,
  );
}
