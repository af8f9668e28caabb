import type { Browser } from "playwright-core";

import { newVisitorPage, sleep } from "./chromium.ts";
import type { Stand } from "./lab.ts";
import { mainThreadOf } from "./metrics.ts";

export interface EventCost {
  /** Each call of `track()`, in microseconds, by the page's own clock. */
  readonly callsUs: readonly number[];
  /** What the main thread worked from the first event until all is sent, in milliseconds of processor time. */
  readonly mainThreadMs: number;
}

/** The name of a site's own event. */
export const EVENT = "VideoPlayed";

/** Milliseconds between two acts of a visitor, over and over. */
const PAUSES_MS = [300, 700, 1_500];
/** The longest that an SDK here lets an event wait, and a little more. */
const UNTIL_SENT_MS = 7_000;

/** What happens on a page with so many events that follow each other as somebody does things. */
export async function eventCost(
  browser: Browser,
  stand: Stand,
  events: number,
  slowdown: number,
): Promise<EventCost> {
  const page = await newVisitorPage(browser);
  try {
    await page.goto(stand.pageUrl, { waitUntil: "load" });
    const thread = await mainThreadOf(page, slowdown);
    // What the start still has to do is over by then.
    await sleep(4_000);
    const before = await thread.workedMs();
    const { track } = stand.peer ?? { track: "() => {}" };
    const callsUs = await page.evaluate<number[]>(
      `(${timedCalls.toString()})(${track}, "${EVENT}", ${JSON.stringify(PAUSES_MS)}, ${events})`,
    );
    await sleep(UNTIL_SENT_MS);
    return { callsUs, mainThreadMs: (await thread.workedMs()) - before };
  } finally {
    await page.context().close();
  }
}

/** Runs in the page. */
async function timedCalls(
  track: (name: string, properties: object) => unknown,
  name: string,
  pausesMs: readonly number[],
  count: number,
): Promise<number[]> {
  const callsUs: number[] = [];
  for (let i = 0; i < count; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, pausesMs[i % pausesMs.length]));
    const from = performance.now();
    void track(name, { video: "tour", second: i });
    callsUs.push((performance.now() - from) * 1000);
  }
  return callsUs;
}
