import { expect } from "vitest";

import type { EnginePage } from "../support/engines/engine.ts";
import { stepsOnce, trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile, type Scene } from "../support/faults/fault.ts";
import { comeBack, countsOf, flush, untilKeeps } from "../support/faults/measure.ts";

const fault = await faultsOfFile();

interface Identified {
  readonly afterglow: { identify(userId: string): void; reset(): void };
}

/** The events are queued without network; who the visitor is changes; then they are sent. */
const whileQueued = (change: (page: EnginePage) => Promise<void>) => async (scene: Scene) => {
  const { browser, url, relay, visitors } = scene;
  const page = await browser.open();
  await visit(page, `${url}/pricing`);
  await flush(page);
  const [visitor] = visitors();
  await relay.cut();
  await trackSteps(page, 1, EVENTS);
  await untilKeeps(page, EVENTS);
  await change(page);
  await relay.mend();
  await comeBack(scene, page);
  // All of them belong to the visitor of that time.
  expect(await countsOf(scene, visitor)).toMatchObject(stepsOnce(1, EVENTS));
  return page;
};

fault(
  "visitor's cookie lost while the events wait",
  whileQueued((page) =>
    page.evaluate(() => {
      document.cookie = "afterglow_id=;path=/;max-age=0";
    }),
  ),
);
fault(
  "identify() while the events wait",
  whileQueued((page) => page.evaluate(() => (window as unknown as Identified).afterglow.identify("ann"))),
);
fault(
  "reset() while the events wait",
  whileQueued((page) => page.evaluate(() => (window as unknown as Identified).afterglow.reset())),
);
