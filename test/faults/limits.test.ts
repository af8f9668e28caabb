import { expect } from "vitest";

import { trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile } from "../support/faults/fault.ts";
import { comeBack, countsOf, flush, untilKeeps } from "../support/faults/measure.ts";

const fault = await faultsOfFile();

const EARLY = 1_000;

fault("more events than the browser keeps: the newest, and how many were dropped", async (scene) => {
  const { browser, url, relay, visitors, collector } = scene;
  const page = await browser.open();
  await visit(page, `${url}/pricing`);
  await flush(page);
  await relay.cut();
  await page.evaluate((count) => {
    const { afterglow } = window as unknown as { afterglow: { track(name: string): void } };
    for (let i = 0; i < count; i += 1) afterglow.track("Early");
  }, EARLY);
  await trackSteps(page, 1, EVENTS);
  await untilKeeps(page, EARLY);
  await flush(page);
  await relay.mend();
  // What this page handed over while it is left would arrive, and be dropped by the next one as well.
  await flush(page);
  await comeBack(scene, page);
  const [visitor] = visitors();
  const facts = (await collector.timeline(`anon:${visitor}`)).flatMap((day) => day.facts);
  const dropped = facts.find(({ event }) => event === "Events Dropped")?.value ?? 0;
  const { Early: early = 0 } = await countsOf(scene, visitor);
  expect(dropped).toBeGreaterThan(EVENTS);
  expect(early + dropped).toBe(EARLY);
  return page;
});
