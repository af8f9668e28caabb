import { setTimeout } from "node:timers/promises";

import { expect, test } from "vitest";

import type { EngineName } from "../support/engines/engine.ts";
import { recordFigures } from "../support/engines/figures.ts";
import { stageForEach } from "../support/engines/stage.ts";
import {
  contactOf,
  countsOf,
  keptIn,
  stepsOnce,
  trackSteps,
  untilCounted,
  visit,
} from "../support/engines/visit.ts";
import { until } from "../support/until.ts";

const { engine, stage } = await stageForEach();

/** From the last event to SIGKILL. It is what the story is about, and no wait for anything. */
const UNTIL_KILLED_MS = 300;

const EVENTS = 20;

/** How many of them an engine's own store has by then. */
const KEPT: Readonly<Record<EngineName, number>> = { chromium: EVENTS, firefox: EVENTS, webkit: EVENTS };

test("of the events of the last moments before SIGKILL, those that the engine keeps arrive once", async ({
  task,
}) => {
  const { browser, site, collector, relay } = stage();
  let page = await browser.open();
  await visit(page, `${site.url}/pricing`);
  const contact = await contactOf(page);
  await untilCounted(collector, contact, { "/pricing": 1 });
  // Only what is on disk can arrive.
  await relay.cut();
  await trackSteps(page, 1, EVENTS);
  await setTimeout(UNTIL_KILLED_MS);
  await browser.kill();

  await relay.mend();
  page = await browser.open();
  await visit(page, `${site.url}/about`);
  // A browser may have lost the cookie of a new visitor, but not to whom the events belong.
  const after = await contactOf(page);
  await untilCounted(collector, after, { "/about": 1 });
  await until(
    () => keptIn(page),
    (kept) => kept.length === 0,
  );
  const counts = Object.entries(await countsOf(collector, contact));
  const steps = counts.filter(([name]) => name.startsWith("Step "));
  const twice = steps.filter(([, count]) => count > 1).length;
  recordFigures(task, {
    "events kept over SIGKILL": `${steps.length} of ${EVENTS}`,
    "counted twice": String(twice),
    "visitor's cookie": after === contact ? "kept" : "lost",
  });
  expect(Object.fromEntries(steps)).toEqual(stepsOnce(1, KEPT[engine.name]));
});
