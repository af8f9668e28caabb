import type { CDPSession, Page } from "playwright-core";

/** A page's main thread: what it has worked so far, in milliseconds of processor time. */
export interface MainThread {
  workedMs(): Promise<number>;
}

/** Slows the page's processor down, and reads its clocks; both last while the page stays on one site. */
export async function mainThreadOf(page: Page, slowdown: number): Promise<MainThread> {
  const session: CDPSession = await page.context().newCDPSession(page);
  if (slowdown > 1) await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return {
    async workedMs() {
      const { metrics } = await session.send("Performance.getMetrics");
      return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1000;
    },
  };
}
