import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { type TestBrowser, visitorOf } from "../support/browser.ts";
import { factsOfVisitor, visitsOfPage } from "../support/facts.ts";
import { type PageApi, untilRunning } from "../support/page-api.ts";
import { until } from "../support/until.ts";
import { eachWithBrowser, type WiredSite } from "../support/wired-site.ts";

let wired: WiredSite;
let browser: TestBrowser;
eachWithBrowser((site, own) => {
  wired = site;
  browser = own;
});

/** Opens a page whose own code runs first; answers what went wrong on it. */
async function openPage(path: string, before: () => void): Promise<[page: Page, problems: string[]]> {
  const page = await browser.open();
  const problems: string[] = [];
  page.on("pageerror", (problem) => problems.push(String(problem)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  await page.addInitScript(before);
  await page.goto(wired.site.url + path);
  await untilRunning(page);
  return [page, problems];
}

test("a page that has put something of its own in the place of fetch is counted once", async () => {
  const [page, problems] = await openPage("/wrapped", () => {
    const own = window.fetch;
    window.fetch = (...args) => own(...args);
  });
  expect(await visitsOfPage(wired.collector, page)).toEqual({ "/wrapped": 1 });
  expect(problems).toEqual([]);
});

test("a page whose fetch throws keeps working, and is counted when it is left", async () => {
  const [page, problems] = await openPage("/broken", () => {
    if (location.pathname !== "/broken") return;
    window.fetch = () => {
      throw new Error("no network for you");
    };
  });
  await page.evaluate(async () => (window as unknown as { afterglow: PageApi }).afterglow.flush());
  await page.goto(`${wired.site.url}/next`);
  await untilRunning(page);
  await until(
    () => visitsOfPage(wired.collector, page),
    (visits) => visits["/broken"] === 1,
  );
  expect(await visitsOfPage(wired.collector, page)).toEqual({ "/broken": 1, "/next": 1 });
  expect(problems).toEqual([]);
});

test("a page that has frozen what everybody uses is counted once", async () => {
  const [page, problems] = await openPage("/frozen", () => {
    for (const shared of [Array, Object, Map, Set, Promise, Function, String, history, Math, JSON]) {
      Object.freeze((shared as { prototype?: object }).prototype ?? shared);
      Object.freeze(shared);
    }
    Object.defineProperty(window, "navigation", { value: undefined });
  });
  expect(await visitsOfPage(wired.collector, page)).toEqual({ "/frozen": 1 });
  expect(problems).toEqual([]);
});

test.each([
  ["by the Navigation API", true],
  ["by the History API, where there is no other", false],
])("what a page's own pushState throws is its own, and its visits go on being counted %s", async (_, has) => {
  const [page, problems] = await openPage(
    "/first",
    has
      ? () => {
          const own = history.pushState;
          history.pushState = (...args) => {
            own.apply(history, args);
            if (args[2] === "/second") throw new Error("the page's own");
          };
        }
      : () => {
          Object.defineProperty(window, "navigation", { value: undefined });
          const own = history.pushState;
          history.pushState = (...args) => {
            own.apply(history, args);
            if (args[2] === "/second") throw new Error("the page's own");
          };
        },
  );
  const thrown = await page.evaluate(() => {
    try {
      history.pushState({}, "", "/second");
      return "";
    } catch (problem) {
      return (problem as Error).message;
    }
  });
  expect(thrown).toBe("the page's own");
  await page.evaluate(() => history.pushState({}, "", "/third"));
  const visits = await until(
    () => visitsOfPage(wired.collector, page),
    (counts) => counts["/third"] === 1,
  );
  expect(visits["/first"]).toBe(1);
  expect(problems).toEqual([]);
});

test("a page that removes our script, and puts another of it in later, is counted once", async () => {
  const [page, problems] = await openPage("/removed", () => undefined);
  await page.evaluate(async () => {
    const tag = document.querySelector("script[data-write-key]");
    tag?.remove();
    for (let times = 0; times < 2; times += 1) {
      const again = document.createElement("script");
      for (const { name, value } of tag?.attributes ?? []) again.setAttribute(name, value);
      await new Promise((resolve) => {
        again.addEventListener("load", resolve);
        document.head.append(again);
      });
    }
    (window as unknown as { afterglow: PageApi }).afterglow.track("Afterwards");
  });
  expect(await visitsOfPage(wired.collector, page)).toEqual({ "/removed": 1 });
  const facts = await factsOfVisitor(wired.collector, await visitorOf(page));
  expect(facts.find(({ event }) => event === "Afterwards")?.count).toBe(1);
  expect(problems).toEqual([]);
});

test("two tags that both wait for extras are counted once", async () => {
  const [page, problems] = await openPage("/twice", () => {
    document.addEventListener("DOMContentLoaded", () => {
      const tag = document.querySelector("script[data-write-key]");
      tag?.remove();
    });
  });
  await page.evaluate(() => {
    (window as unknown as { afterglow: PageApi }).afterglow.stop();
    delete (window as { afterglow?: unknown }).afterglow;
  });
  await page.evaluate(async (collector) => {
    const tags = [0, 1].map(() => {
      const tag = document.createElement("script");
      Object.assign(tag.dataset, { writeKey: "wk_test", host: collector, scrollDepth: "" });
      tag.src = "/afterglow.js";
      return tag;
    });
    document.head.append(...tags);
  }, wired.relay.url);
  await untilRunning(page);
  await page.waitForLoadState("networkidle");
  // One visit of the page's first tag, which was stopped; one of the two.
  expect(await visitsOfPage(wired.collector, page)).toEqual({ "/twice": 2 });
  expect(problems).toEqual([]);
});

test("stopped twice, it does nothing more, and what was not sent yet is sent by the next page", async () => {
  const [page, problems] = await openPage("/stopped", () => undefined);
  await page.evaluate(async () => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    afterglow.track("Before");
    afterglow.stop();
    afterglow.stop();
    afterglow.track("Since");
    afterglow.page();
    afterglow.consent("granted");
    afterglow.identify("nobody");
    await afterglow.flush();
    history.pushState({}, "", "/since");
    document.querySelector("input")?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.goto(`${wired.site.url}/next`);
  await untilRunning(page);
  const visits = await until(
    () => visitsOfPage(wired.collector, page),
    (counts) => counts["/next"] === 1 && counts["/stopped"] === 1,
  );
  expect(visits).toEqual({ "/stopped": 1, "/next": 1 });
  const facts = await factsOfVisitor(wired.collector, await visitorOf(page));
  expect(
    facts
      .filter(({ count }) => count > 0)
      .map(({ event }) => event)
      .toSorted(),
  ).toEqual(["Before", "page", "page"]);
  expect(problems).toEqual([]);
});
