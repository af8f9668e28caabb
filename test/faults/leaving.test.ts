import type { EnginePage } from "../support/engines/engine.ts";
import { arriveAt, trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile, type Scene } from "../support/faults/fault.ts";
import { flush, untilKeeps } from "../support/faults/measure.ts";
import { until } from "../support/until.ts";

const fault = await faultsOfFile();

/** From now on a click on the link records the events, and then leaves. */
function trackOnClick(page: EnginePage): Promise<void> {
  return page.evaluate((count) => {
    const { afterglow } = window as unknown as { afterglow: { track(name: string): void } };
    document.querySelector("a")?.addEventListener("click", () => {
      for (let step = 1; step <= count; step += 1) afterglow.track(`Step ${step}`);
    });
  }, EVENTS);
}

async function openAt({ browser, url }: Scene, path: string): Promise<EnginePage> {
  const page = await browser.open();
  await visit(page, url + path);
  return page;
}

fault("page left by the click that records the events", async (scene) => {
  const page = await openAt(scene, "/pricing");
  await trackOnClick(page);
  await page.click("a");
  await arriveAt(page, "/next");
  return page;
});

fault("page left by the click that records the events, offline", async (scene) => {
  const page = await openAt(scene, "/pricing");
  await flush(page);
  await scene.relay.cut();
  await trackOnClick(page);
  await page.click("a");
  await arriveAt(page, "/next");
  await scene.relay.mend();
  return page;
});

fault("page left by the click that records the events, offline, and the browser closed", async (scene) => {
  const page = await openAt(scene, "/pricing");
  await flush(page);
  await scene.relay.cut();
  await trackOnClick(page);
  await page.click("a");
  await arriveAt(page, "/next");
  await scene.browser.close();
  await scene.relay.mend();
  return scene.browser.open();
});

fault(
  "page of the same site without the script right after the events, and the browser closed",
  async (scene) => {
    const page = await openAt(scene, "/pricing");
    await trackSteps(page, 1, EVENTS);
    // The script's own text. The page answers before it goes.
    await page.evaluate(() => {
      setTimeout(() => location.assign("/afterglow.js"));
    });
    await arriveAt(page, "/afterglow.js");
    await scene.browser.close();
    return scene.browser.open();
  },
);

fault("tab closed right after the events", async (scene) => {
  const other = await openAt(scene, "/other");
  const page = await scene.browser.open();
  await visit(page, `${scene.url}/pricing`);
  await trackSteps(page, 1, EVENTS);
  await page.close();
  return other;
});

fault("browser closed right after the events", async (scene) => {
  const page = await openAt(scene, "/pricing");
  await trackSteps(page, 1, EVENTS);
  await scene.browser.close();
  return scene.browser.open();
});

fault("browser closed right after the events, offline", async (scene) => {
  const page = await openAt(scene, "/pricing");
  await flush(page);
  await scene.relay.cut();
  await trackSteps(page, 1, EVENTS);
  await scene.browser.close();
  await scene.relay.mend();
  return scene.browser.open();
});

fault("page left and shown again, events before and after", async (scene) => {
  const page = await openAt(scene, "/pricing");
  await page.evaluate(() => {
    document.documentElement.dataset["seen"] = "before";
  });
  await trackSteps(page, 1, EVENTS / 2);
  await visit(page, `${scene.url}/about`);
  await page.back();
  await arriveAt(page, "/pricing");
  const isRestored = await page.evaluate(() => document.documentElement.dataset["seen"] === "before");
  scene.note(`going back: ${isRestored ? "out of the back/forward cache" : "the page is loaded again"}`);
  await trackSteps(page, EVENTS / 2 + 1, EVENTS);
  return page;
});

fault("page left and shown again, offline", async (scene) => {
  const page = await openAt(scene, "/pricing");
  await flush(page);
  await scene.relay.cut();
  await trackSteps(page, 1, EVENTS / 2);
  await untilKeeps(page, EVENTS / 2);
  await visit(page, `${scene.url}/about`);
  await page.back();
  await arriveAt(page, "/pricing");
  await trackSteps(page, EVENTS / 2 + 1, EVENTS);
  await untilKeeps(page, EVENTS);
  await scene.relay.mend();
  return page;
});

fault("page hidden right after the events, shown again, and hidden once more", async (scene) => {
  const page = await openAt(scene, "/pricing");
  const isHidden = () => page.evaluate(() => document.visibilityState === "hidden");
  for (const [from, to] of [
    [1, EVENTS / 2],
    [EVENTS / 2 + 1, EVENTS],
  ] as const) {
    await trackSteps(page, from, to);
    await page.setHidden(true);
    await until(isHidden, (hidden) => hidden);
    await page.setHidden(false);
    await until(isHidden, (hidden) => !hidden);
  }
  return page;
});
