import { setTimeout } from "node:timers/promises";

import { trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile } from "../support/faults/fault.ts";
import { flush, untilKeeps } from "../support/faults/measure.ts";

const fault = await faultsOfFile();

/** From the last event to SIGKILL. It is what the stories are about, and no wait for anything. */
const UNTIL_KILLED_MS = 300;

fault("tab crashed right after the events", async ({ browser, url }) => {
  const page = await browser.open();
  await visit(page, `${url}/pricing`);
  await flush(page);
  await trackSteps(page, 1, EVENTS);
  await untilKeeps(page, EVENTS);
  await browser.crashTabs();
  return browser.open();
});

fault("tab crashed 0.3 s after the last event, offline", async ({ browser, url, relay }) => {
  const page = await browser.open();
  await visit(page, `${url}/pricing`);
  await flush(page);
  await relay.cut();
  await trackSteps(page, 1, EVENTS);
  await setTimeout(UNTIL_KILLED_MS);
  await browser.crashTabs();
  await relay.mend();
  return browser.open();
});

fault("browser killed (SIGKILL) 0.3 s after the last event, offline", async (scene) => {
  const { browser, url, relay, visitors } = scene;
  const page = await browser.open();
  await visit(page, `${url}/pricing`);
  await flush(page);
  await relay.cut();
  await trackSteps(page, 1, EVENTS);
  await setTimeout(UNTIL_KILLED_MS);
  await browser.kill();
  await relay.mend();
  const again = await browser.open();
  await visit(again, `${url}/about`);
  await flush(again);
  scene.note(`after SIGKILL: the visitor ${visitors().length === 1 ? "is the same" : "gets a new id"}`);
  return again;
});
