import { trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile, type Scene } from "../support/faults/fault.ts";
import { untilKeeps } from "../support/faults/measure.ts";

const fault = await faultsOfFile();

const DAY_MS = 86_400_000;

const atOnce = (wrongByMs: number) => async (scene: Scene) => {
  const page = await scene.browser.open();
  scene.setClock(wrongByMs);
  await visit(page, `${scene.url}/pricing`);
  await trackSteps(page, 1, EVENTS);
  return page;
};

const rightLater = (wrongByMs: number) => async (scene: Scene) => {
  const page = await scene.browser.open();
  scene.setClock(wrongByMs);
  await scene.relay.cut();
  await visit(page, `${scene.url}/pricing`);
  await trackSteps(page, 1, EVENTS);
  await untilKeeps(page, EVENTS + 1);
  await scene.browser.close();
  scene.setClock(0);
  await scene.relay.mend();
  return scene.browser.open();
};

fault("device clock a year slow", atOnce(-365 * DAY_MS));
fault("device clock a day fast", atOnce(DAY_MS));
fault("device clock a day fast, offline, set right before sending", rightLater(DAY_MS));
fault("device clock a year slow, offline, set right before sending", rightLater(-365 * DAY_MS));
