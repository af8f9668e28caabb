import { expect } from "vitest";

import type { EnginePage } from "../support/engines/engine.ts";
import { arriveAt, trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile, type Scene } from "../support/faults/fault.ts";
import { flush, pass } from "../support/faults/measure.ts";
import { until } from "../support/until.ts";

const fault = await faultsOfFile();

/** A page from which another is made in advance, which records the events as soon as it has loaded. */
async function prerender({ browser, url }: Scene): Promise<EnginePage> {
  const page = await browser.open();
  await visit(page, `${url}/pricing`);
  await flush(page);
  await page.evaluate((next) => {
    const link = document.querySelector("a");
    if (link) link.href = next;
    const rules = document.createElement("script");
    rules.type = "speculationrules";
    rules.text = JSON.stringify({ prerender: [{ source: "list", urls: [next], eagerness: "immediate" }] });
    document.head.append(rules);
  }, `/made?steps=${EVENTS}`);
  await until(
    () => page.evaluate(() => localStorage["tracked"] as unknown),
    (tracked) => tracked !== undefined,
  );
  return page;
}

/** Only Chromium makes pages in advance. */
const NOT_IN = ["firefox", "webkit"] as const;

fault(
  "page made in advance, then shown",
  async (scene) => {
    const page = await prerender(scene);
    await page.click("a");
    await arriveAt(page, "/made");
    const activatedMs = await page.evaluate(
      () =>
        (performance.getEntriesByType("navigation")[0] as unknown as { activationStart: number })
          .activationStart,
    );
    expect(activatedMs).toBeGreaterThan(0);
    await flush(page);
    return page;
  },
  NOT_IN,
);

fault(
  "page made in advance, never shown: its events are none",
  async (scene) => {
    const page = await prerender(scene);
    await visit(page, `${scene.url}/elsewhere`);
    await trackSteps(page, 1, EVENTS);
    await pass(scene, page, 10_000);
    await until(
      async () => scene.posts(),
      (posts) => posts.some(({ body }) => body.includes("/elsewhere")),
    );
    return page;
  },
  NOT_IN,
);
