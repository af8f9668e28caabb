import { expect } from "vitest";

import { trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile } from "../support/faults/fault.ts";
import { countsOf, flush, pass, untilKeeps, untilSent } from "../support/faults/measure.ts";

const fault = await faultsOfFile();

fault("answer lost after the server took the events, five times", async (scene) => {
  const { browser, url, gate, posts } = scene;
  const page = await browser.open();
  await visit(page, `${url}/pricing`);
  await flush(page);
  const from = posts().length;
  gate.loseAnswers("within the answer");
  await trackSteps(page, 1, EVENTS);
  while (posts().length < from + 5) await pass(scene, page, 1_000);
  expect(posts().every(({ isTaken }) => isTaken)).toBe(true);
  expect(await countsOf(scene, ...scene.visitors())).toMatchObject({ "Step 1": 1, "Step 20": 1 });
  await untilKeeps(page, EVENTS);
  gate.admit();
  await pass(scene, page, 60_000);
  await untilSent(page);
  return page;
});

fault(
  "kept-alive connection closed instead of an answer, so that the browser itself sends again",
  async (scene) => {
    const { browser, url, gate, posts, note } = scene;
    const page = await browser.open();
    await visit(page, `${url}/pricing`);
    // The connection stays open.
    await flush(page);
    const from = posts().length;
    gate.loseAnswers("before the answer");
    await trackSteps(page, 1, EVENTS);
    while (posts().length === from) await pass(scene, page, 1_000);
    // On a busy machine our own next attempt may be there by now, too.
    const [first, ...more] = posts().slice(from);
    const again = more.filter(({ body }) => body === first?.body).length;
    note(`kept-alive connection closed: the browser itself sent the request ${1 + again} times`);
    gate.admit();
    await pass(scene, page, 60_000);
    return page;
  },
);
