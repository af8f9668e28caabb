import type { Browser } from "playwright-core";

import { newVisitorPage, sleep } from "./chromium.ts";
import type { Stand } from "./lab.ts";
import { mainThreadOf } from "./metrics.ts";

export interface StartCost {
  /** Compiling and running the script, up to its end. */
  readonly evaluationMs: number;
  /** All script of the page until two seconds after it has loaded: evaluation, start, the first visit's sending. */
  readonly scriptMs: number;
  /** All work of the main thread in that time; what a page without a tracker costs is still in it. */
  readonly mainThreadMs: number;
}

/** The first two seconds of a visitor who comes for the first time: no cache holds the script. */
export async function startCost(
  browser: Browser,
  stand: Stand,
  bareUrl: string,
  slowdown: number,
): Promise<StartCost> {
  const page = await newVisitorPage(browser);
  try {
    // The process, its clocks and its slowness are there before the script comes.
    await page.goto(bareUrl);
    const thread = await mainThreadOf(page, slowdown);
    const before = await thread.workedMs();
    const stopTracing = await trace(browser);
    await page.goto(stand.pageUrl, { waitUntil: "load" });
    await sleep(2_000);
    const events = await stopTracing();
    const mainThreadMs = (await thread.workedMs()) - before;
    return { ...scriptTime(events), mainThreadMs };
  } finally {
    await page.context().close();
  }
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

async function trace(browser: Browser): Promise<() => Promise<TraceEvent[]>> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["devtools.timeline", "v8"], excludedCategories: ["*"] },
  });
  return async () => {
    const complete = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
    await session.send("Tracing.end");
    await complete;
    await session.detach();
    return events;
  };
}

const EVALUATION = ["EvaluateScript", "v8.compile", "v8.compileModule", "v8.evaluateModule"];
const SCRIPT = new Set([...EVALUATION, "v8.run", "v8.callFunction", "FunctionCall", "V8.RunMicrotasks"]);

/** Of stretches that lie within each other the outermost counts, in processor time of its thread. */
function scriptTime(events: readonly TraceEvent[]): Pick<StartCost, "evaluationMs" | "scriptMs"> {
  const mainThreads = events.filter(
    ({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain",
  );
  const isMain = new Set(mainThreads.map(({ pid, tid }) => `${pid} ${tid}`));
  const stretches = events
    .filter(({ name, ph, pid, tid }) => ph === "X" && SCRIPT.has(name) && isMain.has(`${pid} ${tid}`))
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  let [evaluation, script, end] = [0, 0, 0];
  for (const { name, ts, dur = 0, tdur = dur } of stretches) {
    if (ts < end) continue;
    end = ts + dur;
    script += tdur;
    if (EVALUATION.includes(name)) evaluation += tdur;
  }
  return { evaluationMs: evaluation / 1000, scriptMs: script / 1000 };
}
