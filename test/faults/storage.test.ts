import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "vitest";

import type { EngineName } from "../support/engines/engine.ts";
import { keptIn, trackSteps, visit } from "../support/engines/visit.ts";
import { EVENTS, faultsOfFile } from "../support/faults/fault.ts";
import { countsOf, flush, untilKeeps } from "../support/faults/measure.ts";
import type { PageKit } from "../support/faults/page-kit.ts";
import { until } from "../support/until.ts";

const fault = await faultsOfFile();

fault("sandboxed frame, which has neither cookies nor storage", async (scene) => {
  const { browser, url } = scene;
  const page = await browser.open();
  await visit(page, `${url}/pricing`);
  await page.evaluate((source) => {
    const frame = document.createElement("iframe");
    frame.sandbox.add("allow-scripts");
    frame.src = source;
    document.body.append(frame);
  }, `${url}/framed?steps=${EVENTS}`);
  // Whoever the frame believes its visitor to be.
  await until(
    () => countsOf(scene, ...scene.visitors()),
    (counts) => Boolean(counts["/framed"] && counts[`Step ${EVENTS}`]),
  );
  return page;
});

fault(
  "cookies and storage switched off",
  async ({ browser, url }) => {
    const page = await browser.openIn("storage off");
    await visit(page, `${url}/pricing`);
    await expect(keptIn(page)).rejects.toThrow();
    await trackSteps(page, 1, EVENTS);
    await flush(page);
    return page;
  },
  // It is a setting of the whole browser, which the one that tests use does not have.
  ["chromium"],
);

fault("no room left on the disk", async ({ browser, url, relay }) => {
  const page = await browser.openIn("storage full");
  await visit(page, `${url}/pricing`);
  expect(await whetherRefused(page)).toBe(true);
  await flush(page);
  await relay.cut();
  await trackSteps(page, 1, EVENTS);
  await flush(page);
  await relay.mend();
  await flush(page);
  return page;
});

/** Whether the browser takes no more of what a page of the url wants to store. */
function whetherRefused(page: { evaluate<T>(work: () => Promise<T>): Promise<T> }): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open("more");
        opening.addEventListener("error", () => resolve(true));
        opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("more"));
        opening.addEventListener("success", () => {
          const writing = opening.result.transaction("more", "readwrite");
          writing.objectStore("more").put("x".repeat(5_000_000), "x");
          writing.addEventListener("abort", () => resolve(true));
          writing.addEventListener("complete", () => resolve(false));
        });
      }),
  );
}

fault("private window, offline, and the page loaded again", async ({ browser, url, relay }) => {
  const page = await browser.openIn("private");
  await visit(page, `${url}/pricing`);
  await flush(page);
  await relay.cut();
  await trackSteps(page, 1, EVENTS);
  await untilKeeps(page, EVENTS);
  await visit(page, `${url}/about`);
  await relay.mend();
  return page;
});

fault("IndexedDB blocked by a deletion that waits", async ({ browser, url, relay, posts }) => {
  const blocking = await browser.open();
  await visit(blocking, `${url}/one`);
  await flush(blocking);
  // It waits for a connection that nobody closes.
  await blocking.evaluate(async () => {
    const [database] = await indexedDB.databases();
    const name = database?.name ?? "";
    const opening = indexedDB.open(name);
    await new Promise((resolve) => opening.addEventListener("success", resolve));
    const deleting = indexedDB.deleteDatabase(name);
    await new Promise((resolve) => deleting.addEventListener("blocked", resolve));
  });
  const page = await browser.open();
  await visit(page, `${url}/two`);
  await relay.cut();
  await trackSteps(page, 1, EVENTS);
  await relay.mend();
  // The store is given time to answer, which it does not.
  await until(
    async () => {
      await page.evaluate(() => (window as unknown as { pageKit: PageKit }).pageKit.toNextTimer(1_000));
      return posts();
    },
    (all) => all.some(({ body }) => body.includes(`"Step ${EVENTS}"`)),
  );
  await blocking.close();
  return page;
});

/** Where an engine keeps what IndexedDB holds, below its profile. */
const STORES: Readonly<Record<EngineName, RegExp>> = {
  chromium: /\/IndexedDB\//,
  firefox: /\/idb\//,
  webkit: /IndexedDB\.sqlite3/i,
};

fault("store's files overwritten between two runs of the browser", async ({ browser, url, engine }) => {
  let page = await browser.open();
  await visit(page, `${url}/pricing`);
  await flush(page);
  await browser.close();
  const profile = await browser.profile();
  const entries = await readdir(profile, { recursive: true });
  const paths = entries.map((entry) => join(profile, entry)).filter((path) => STORES[engine.name].test(path));
  expect(paths).not.toEqual([]);
  for (const path of paths) {
    const { size, isFile } = await stat(path).then((at) => ({ size: at.size, isFile: at.isFile() }));
    if (isFile) await writeFile(path, Buffer.alloc(size, "x"));
  }

  page = await browser.open();
  await visit(page, `${url}/pricing`);
  await trackSteps(page, 1, EVENTS);
  await flush(page);
  return page;
});
