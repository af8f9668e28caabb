import { expect, test } from "vitest";

import { recordFigures } from "../support/engines/figures.ts";
import { stageForEach } from "../support/engines/stage.ts";
import { arriveAt, contactOf, countsOf, trackSteps, untilCounted, visit } from "../support/engines/visit.ts";
import { flush, untilSent } from "../support/faults/measure.ts";

const { stage } = await stageForEach();

test("a page visit and an event arrive once", async () => {
  const { browser, site, collector } = stage();
  const page = await browser.open();
  await visit(page, `${site.url}/pricing`);
  await trackSteps(page, 1, 1);
  await flush(page);
  const contact = await contactOf(page);
  await untilCounted(collector, contact, { "/pricing": 1, "Step 1": 1 });
  await untilSent(page);
  expect(await countsOf(collector, contact)).toEqual({ "/pricing": 1, "Step 1": 1 });
});

test("going back is one more visit of the page that is shown again", async ({ task }) => {
  const { browser, site, collector } = stage();
  const page = await browser.open();
  await visit(page, `${site.url}/first`);
  const contact = await contactOf(page);
  await page.evaluate(() => {
    document.documentElement.dataset["seen"] = "before";
  });
  await visit(page, `${site.url}/second`);
  await page.back();
  await arriveAt(page, "/first");
  await untilCounted(collector, contact, { "/first": 2, "/second": 1 });
  const isRestored = await page.evaluate(() => document.documentElement.dataset["seen"] === "before");
  recordFigures(task, {
    "going back": isRestored ? "out of the back/forward cache" : "loads the page again",
  });

  // Whatever would be counted late goes with the next page's.
  await visit(page, `${site.url}/third`);
  const expected = { "/first": 2, "/second": 1, "/third": 1 };
  await untilCounted(collector, contact, expected);
  await untilSent(page);
  expect(await countsOf(collector, contact)).toEqual(expected);
});

test("a form that is sent is recorded once, and nothing that was typed reaches the collector", async () => {
  const { browser, site, collector, relay } = stage();
  const page = await browser.open();
  await visit(page, `${site.url}/sign-up?email=address-in-the-url@corp.example`);
  const contact = await contactOf(page);
  await page.type("input", "typed@corp.example");
  expect(await page.evaluate(() => document.querySelector("input")?.value)).toBe("typed@corp.example");
  await page.click("button");
  await arriveAt(page, "/thanks");
  await untilCounted(collector, contact, { "Form Submitted": 1, "/thanks": 1 });
  await untilSent(page);
  const facts = (await collector.timeline(contact)).flatMap((day) => day.facts);
  const submitted = facts.filter(({ event }) => event === "Form Submitted");
  expect(submitted).toMatchObject([{ count: 1, properties: { form: "sign-up", path: "/sign-up" } }]);
  expect(relay.heard()).toContain('"form":"sign-up"');
  expect(relay.heard()).not.toContain("typed");
  expect(relay.heard()).not.toContain("address-in-the-url");
});

test("what was done on a page comes with the next one's visit within a site, where the browser tells of it in time", async ({
  task,
}) => {
  const { browser, site, collector, gate } = stage();
  const page = await browser.open();
  await visit(page, `${site.url}/one`);
  const contact = await contactOf(page);
  const canHold = await page.evaluate(() => "onpageswap" in window);
  const expected: Record<string, number> = {};
  for (const [nth, path] of ["/one", "/two", "/three"].entries()) {
    if (nth > 0) {
      await page.evaluate((to) => {
        setTimeout(() => location.assign(to));
      }, path);
      await arriveAt(page, path);
    }
    expected[path] = 1;
    await untilCounted(collector, contact, expected);
    await trackSteps(page, nth + 1, nth + 1);
    expected[`Step ${nth + 1}`] = 1;
  }
  await page.goto("about:blank");
  await untilCounted(collector, contact, expected);
  expect(await countsOf(collector, contact)).toEqual(expected);
  // What was done on a page has come with the next page's visit, or by a request of its own before that.
  const cameWith = (step: string, path: string) =>
    gate.posts().some(({ body }) => body.includes(`"${step}"`) && body.includes(`"${path}"`));
  if (canHold) expect([cameWith("Step 1", "/two"), cameWith("Step 2", "/three")]).toEqual([true, true]);
  recordFigures(task, { "requests for three pages": String(gate.posts().length) });
});
