import { expect } from "vitest";

import type { EnginePage } from "../support/engines/engine.ts";
import type { Gate } from "../support/engines/gate.ts";
import { trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile, type Scene } from "../support/faults/fault.ts";
import { pass, untilKeeps, untilSent } from "../support/faults/measure.ts";

const fault = await faultsOfFile();

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Without network: nobody answers, and the browser says so where it can be told. */
async function goOffline({ relay }: Scene, page: EnginePage): Promise<void> {
  await page.setOffline(true);
  await relay.cut();
}

fault("offline, then online again in the same tab", async (scene) => {
  const page = await scene.browser.open();
  await visit(page, `${scene.url}/pricing`);
  await goOffline(scene, page);
  await trackSteps(page, 1, EVENTS);
  await untilKeeps(page, EVENTS);
  await pass(scene, page, 2 * MINUTE_MS);
  await scene.relay.mend();
  await page.setOffline(false);
  await pass(scene, page, MINUTE_MS);
  await untilSent(page);
  return page;
});

fault("offline, and the page loaded again", async (scene) => {
  const page = await scene.browser.open();
  await visit(page, `${scene.url}/pricing`);
  await goOffline(scene, page);
  await trackSteps(page, 1, EVENTS / 2);
  await untilKeeps(page, EVENTS / 2);
  // The page itself is at hand, as from a cache.
  await page.setOffline(false);
  await visit(page, `${scene.url}/pricing`);
  await page.setOffline(true);
  await trackSteps(page, EVENTS / 2 + 1, EVENTS);
  await untilKeeps(page, EVENTS);
  await page.setOffline(false);
  await scene.relay.mend();
  return page;
});

fault("offline, browser closed, opened the next day", async (scene) => {
  const page = await scene.browser.open();
  scene.setClock(-DAY_MS);
  await scene.relay.cut();
  await visit(page, `${scene.url}/pricing`);
  await trackSteps(page, 1, EVENTS);
  await untilKeeps(page, EVENTS + 1);
  await scene.browser.close();
  expect(scene.posts()).toEqual([]);
  await scene.relay.mend();
  scene.setClock(0);
  return scene.browser.open();
});

/** Ten minutes in which nothing is taken; half of the events happen before them, half in their midst. */
function tenMinutes(begin: (gate: Gate, scene: Scene) => void | Promise<void>, mostPosts: number) {
  return async (scene: Scene) => {
    const { browser, url, gate, relay, posts } = scene;
    const page = await browser.open();
    await begin(gate, scene);
    await visit(page, `${url}/pricing`);
    const from = posts().length;
    await trackSteps(page, 1, EVENTS / 2);
    await pass(scene, page, 5 * MINUTE_MS);
    await trackSteps(page, EVENTS / 2 + 1, EVENTS);
    await pass(scene, page, 5 * MINUTE_MS);
    const during = posts().slice(from);
    expect(during.length).toBeLessThanOrEqual(mostPosts);
    expect(during.every(({ isTaken }) => !isTaken)).toBe(true);
    gate.admit();
    await relay.cut();
    await relay.mend();
    // In the same page, and no later than its patience says.
    await pass(scene, page, 3 * MINUTE_MS);
    await untilSent(page);
    return page;
  };
}

/** Waits that double, from a second to a minute. */
const PATIENT = 17;

fault(
  "server answers 500 for ten minutes",
  tenMinutes((gate) => gate.refuse(500), PATIENT),
);
fault(
  "server answers 503 for ten minutes",
  tenMinutes((gate) => gate.refuse(503), PATIENT),
);
fault(
  "server answers 429 with Retry-After for ten minutes",
  tenMinutes((gate) => gate.refuse(429, 120), 6),
);
fault(
  "server answers nothing for ten minutes",
  tenMinutes((gate) => gate.hang(), PATIENT),
);
fault(
  "connections refused for ten minutes, with the browser online",
  tenMinutes((_, { relay }) => relay.cut(), 0),
);
