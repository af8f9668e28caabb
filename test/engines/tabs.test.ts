import { expect, test } from "vitest";

import { stageForEach } from "../support/engines/stage.ts";
import {
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

const { stage } = await stageForEach();

test("of two tabs that send at the same time, each event arrives once", async () => {
  const { browser, site, collector } = stage();
  const one = await browser.open();
  const two = await browser.newPage();
  await visit(one, `${site.url}/one`);
  await visit(two, `${site.url}/two`);
  await Promise.all([trackSteps(one, 1, 20), trackSteps(two, 21, 40)]);
  const contact = await contactOf(one);
  expect(await contactOf(two)).toBe(contact);
  const expected = { "/one": 1, "/two": 1, ...stepsOnce(1, 40) };
  await untilCounted(collector, contact, expected);
  await until(
    () => keptIn(one),
    (kept) => kept.length === 0,
  );
  expect(await countsOf(collector, contact)).toEqual(expected);
});

test("what two tabs kept without network arrives once from a third, after one was closed and the browser too", async () => {
  const { browser, site, collector, relay } = stage();
  let page = await browser.open();
  await relay.cut();
  await visit(page, `${site.url}/one`);
  const closing = await browser.newPage();
  await visit(closing, `${site.url}/two`);
  await Promise.all([trackSteps(page, 1, 20), trackSteps(closing, 21, 40)]);
  const contact = await contactOf(page);
  await untilKept(page, 42);
  await closing.close();
  await browser.close();
  expect(await countsOf(collector, contact)).toEqual({});

  await relay.mend();
  page = await browser.open();
  await visit(page, `${site.url}/three`);
  const expected = { "/one": 1, "/two": 1, "/three": 1, ...stepsOnce(1, 40) };
  await untilCounted(collector, contact, expected);
  await until(
    () => keptIn(page),
    (kept) => kept.length === 0,
  );
  expect(await countsOf(collector, contact)).toEqual(expected);
});
