import type { Page } from "playwright-core";

import type { WireEvent } from "../../sdk/index.ts";

/** The events that the browser still keeps for the page's site. */
export async function keptEvents(page: Page): Promise<WireEvent[]> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const name = databases.find((database) => database.name?.startsWith("afterglow"))?.name;
    if (name === undefined) return [];
    return new Promise<WireEvent[]>((resolve, reject) => {
      const opened = indexedDB.open(name);
      // Deleted since it was named, it would be made anew, and empty.
      let isGone = false;
      opened.addEventListener("upgradeneeded", () => {
        isGone = true;
        opened.transaction?.abort();
      });
      opened.addEventListener("error", () => (isGone ? resolve([]) : reject(new Error("no database"))));
      opened.addEventListener("success", () => {
        const all = opened.result.transaction("events").objectStore("events").getAll();
        all.addEventListener("success", () => {
          opened.result.close();
          resolve(all.result as WireEvent[]);
        });
      });
    });
  });
}
