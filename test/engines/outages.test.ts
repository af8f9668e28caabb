import { expect, test } from "vitest";

import type { EngineName } from "../support/engines/engine.ts";
import { recordFigures } from "../support/engines/figures.ts";
import { stageForEach } from "../support/engines/stage.ts";
import {
  arriveAt,
  contactOf,
  countsOf,
  keptIn,
  stepsOnce,
  trackSteps,
  untilCounted,
  untilKept,
  visit,
} from "../support/engines/visit.ts";
import { until } from "../support/until.ts";

const { engine, stage } = await stageForEach();

test("what happens without network arrives once, after the browser was closed and opened again", async () => {
  const { browser, site, collector, relay } = stage();
  let page = await browser.open();
  await relay.cut();
  await visit(page, `${site.url}/pricing`);
  await trackSteps(page, 1, 10);
  await untilKept(page, 11);
  await visit(page, `${site.url}/about`);
  await trackSteps(page, 11, 20);
  await untilKept(page, 22);
  const contact = await contactOf(page);
  await browser.close();
  expect(await countsOf(collector, contact)).toEqual({});

  await relay.mend();
  page = await browser.open();
  await visit(page, `${site.url}/blog`);
  expect(await contactOf(page)).toBe(contact);
  const expected = { "/pricing": 1, "/about": 1, "/blog": 1, ...stepsOnce(1, 20) };
  await untilCounted(collector, contact, expected);
  await until(
    () => keptIn(page),
    (kept) => kept.length === 0,
  );
  expect(await countsOf(collector, contact)).toEqual(expected);
});

const EVENTS = 20;

/** How many of them an engine's own store takes at least while the page is being left; more is luck. */
const LEAST_KEPT: Readonly<Record<EngineName, number>> = { chromium: 0, firefox: EVENTS, webkit: 0 };

test("of the events right before leaving a page without network, those that the engine keeps arrive once", async ({
  task,
}) => {
  const { browser, site, collector, relay } = stage();
  let page = await browser.open();
  await visit(page, `${site.url}/pricing`);
  const contact = await contactOf(page);
  await untilCounted(collector, contact, { "/pricing": 1 });
  await relay.cut();
  await page.evaluate((count) => {
    const { afterglow } = window as unknown as { afterglow: { track(name: string): void } };
    document.querySelector("a")?.addEventListener("click", () => {
      for (let step = 1; step <= count; step += 1) afterglow.track(`Step ${step}`);
    });
  }, EVENTS);
  await page.click("a");
  await arriveAt(page, "/next");
  await browser.close();

  await relay.mend();
  page = await browser.open();
  await visit(page, `${site.url}/about`);
  await untilCounted(collector, contact, { "/about": 1 });
  await until(
    () => keptIn(page),
    (kept) => kept.length === 0,
  );
  const counts = Object.entries(await countsOf(collector, contact));
  const steps = counts.filter(([name]) => name.startsWith("Step "));
  recordFigures(task, { "kept when left without network": `${steps.length} of ${EVENTS}` });
  expect(steps.filter(([, count]) => count !== 1)).toEqual([]);
  expect(steps.length).toBeGreaterThanOrEqual(LEAST_KEPT[engine.name]);
});

test("a collector that answers 503 for a while costs nothing but time", async () => {
  const { browser, site, collector, gate } = stage();
  const page = await browser.open();
  gate.refuse(1);
  await visit(page, `${site.url}/pricing`);
  await trackSteps(page, 1, 20);
  await until(
    async () => gate.refused(),
    (refused) => refused >= 2,
  );
  const contact = await contactOf(page);
  expect(await countsOf(collector, contact)).toEqual({});

  gate.admit();
  const expected = { "/pricing": 1, ...stepsOnce(1, 20) };
  await untilCounted(collector, contact, expected);
  await until(
    () => keptIn(page),
    (kept) => kept.length === 0,
  );
  expect(await countsOf(collector, contact)).toEqual(expected);
});
