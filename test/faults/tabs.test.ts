import { expect } from "vitest";

import type { EnginePage } from "../support/engines/engine.ts";
import { trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile, type Scene } from "../support/faults/fault.ts";
import { flush, untilKeeps } from "../support/faults/measure.ts";

const fault = await faultsOfFile();

/** Opens so many tabs. */
async function openTabs({ browser, url }: Scene, count: number): Promise<EnginePage[]> {
  const pages = [await browser.open()];
  while (pages.length < count) pages.push(await browser.open());
  for (const [i, page] of pages.entries()) await visit(page, `${url}/tab-${i}`);
  return pages;
}

/** Records the events, some in each tab, all at once. */
async function trackIn(pages: readonly EnginePage[]): Promise<void> {
  const each = EVENTS / pages.length;
  await Promise.all(pages.map((page, i) => trackSteps(page, i * each + 1, (i + 1) * each)));
}

async function trackInTabs(scene: Scene, count: number): Promise<EnginePage[]> {
  const pages = await openTabs(scene, count);
  await trackIn(pages);
  return pages;
}

for (const [count, word] of [
  [2, "two"],
  [10, "ten"],
] as const) {
  fault(`${word} tabs at once`, async (scene) => {
    const pages = await openTabs(scene, count);
    // A page's first visit waits for nobody.
    await Promise.all(pages.map(flush));
    const from = scene.posts().length;
    await trackIn(pages);
    await Promise.all(pages.map(flush));
    // One sender at a time.
    expect(
      scene
        .posts()
        .slice(from)
        .filter(({ besides }) => besides > 0),
    ).toEqual([]);
    return pages[0] as EnginePage;
  });

  fault(`${word} tabs at once, offline, all closed, browser opened again`, async (scene) => {
    await scene.relay.cut();
    const [first] = await trackInTabs(scene, count);
    await untilKeeps(first as EnginePage, EVENTS + count);
    await scene.browser.close();
    await scene.relay.mend();
    return scene.browser.open();
  });

  fault(`${word} tabs at once, offline, then online again`, async (scene) => {
    await scene.relay.cut();
    const pages = await trackInTabs(scene, count);
    await untilKeeps(pages[0] as EnginePage, EVENTS + count);
    await scene.relay.mend();
    await Promise.all(pages.map(flush));
    return pages[0] as EnginePage;
  });
}
