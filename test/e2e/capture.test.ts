import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { type TestBrowser, visitorOf } from "../support/browser.ts";
import type { PageApi } from "../support/page-api.ts";
import { until } from "../support/until.ts";
import { eachWithBrowser, type WiredSite } from "../support/wired-site.ts";

let wired: WiredSite;
let browser: TestBrowser;
eachWithBrowser((site, own) => {
  wired = site;
  browser = own;
});

async function openPage(path: string, before?: () => void): Promise<Page> {
  const page = await browser.open();
  if (before) await page.addInitScript(before);
  await page.goto(wired.site.url + path);
  await page.waitForFunction(() => "afterglow" in window);
  return page;
}

/** What the collector counts of the page's visitor, with the properties that tell events apart. */
async function factsOf(page: Page) {
  await page.evaluate(() => (window as unknown as { afterglow: PageApi }).afterglow.flush());
  const days = await wired.collector.timeline(`anon:${await visitorOf(page)}`).catch(() => []);
  return days.flatMap(({ facts }) => facts);
}

/** How often each path was visited. */
async function visits(page: Page): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { event, properties, count } of await factsOf(page)) {
    const path = properties["path"] ?? "";
    if (event === "page") counts[path] = (counts[path] ?? 0) + count;
  }
  return counts;
}

async function formEvents(page: Page) {
  const facts = (await factsOf(page)).filter(({ event }) => event.startsWith("Form "));
  return facts.map(({ event, properties }) => ({ event, ...properties }));
}

describe.each([
  ["by the Navigation API", undefined],
  [
    "by the History API, where there is no other",
    () => Object.defineProperty(window, "navigation", { value: undefined }),
  ],
])("a single-page site is followed %s", (_, before) => {
  test("each change of path is a visit, with the title that the site gives it", async () => {
    const page = await openPage("/first", before);
    await page.evaluate(() => {
      history.pushState({}, "", "/second?tab=1");
      document.title = "The second";
      history.replaceState({}, "", "/second?tab=2");
    });
    await until(
      () => visits(page),
      (counts) => counts["/second"] === 1,
    );
    await page.evaluate(() => history.replaceState({}, "", "/second#part"));
    await page.evaluate(() => history.back());
    await until(
      () => visits(page),
      (counts) => counts["/first"] === 2,
    );
    expect(await visits(page)).toEqual({ "/first": 2, "/second": 1 });
    const titles = (await factsOf(page)).map(({ properties }) => properties["title"]);
    expect(titles).toContain("The second");
  });

  test("what the page's own call throws is the page's own", async () => {
    const page = await openPage("/first", before);
    const thrown = await page.evaluate(() => {
      try {
        history.pushState({}, "", "https://elsewhere.example/");
        return "";
      } catch (problem) {
        return (problem as Error).name;
      }
    });
    expect(thrown).toBe("SecurityError");
    expect(await visits(page)).toEqual({ "/first": 1 });
  });

  test("stopped, it follows no more, and stopping twice does no harm", async () => {
    const page = await openPage("/first", before);
    await visits(page);
    await page.evaluate(async () => {
      const { afterglow } = window as unknown as { afterglow: PageApi };
      await afterglow.flush();
      afterglow.stop();
      afterglow.stop();
      history.pushState({}, "", "/second");
    });
    await page.reload();
    await page.waitForFunction(() => "afterglow" in window);
    expect(await visits(page)).toEqual({ "/first": 1, "/second": 1 });
  });
});

describe("a form", () => {
  test("that was begun and left is told with the last field's name, and no value", async () => {
    const page = await openPage("/sign-up");
    await page.locator("input").fill("typed@corp.example");
    await page.goto(`${wired.site.url}/elsewhere`);
    await page.waitForFunction(() => "afterglow" in window);
    const events = await until(
      () => formEvents(page),
      (all) => all.length === 2,
    );
    expect(events.toSorted((a, b) => (a.event < b.event ? -1 : 1))).toEqual([
      { event: "Form Abandoned", form: "sign-up", path: "/sign-up", last_field: "email" },
      { event: "Form Started", form: "sign-up", path: "/sign-up" },
    ]);
    expect(wired.relay.heard()).not.toContain("typed@corp");
  });

  test("that is added later, found wrong, and then sent by script, is told once", async () => {
    const page = await openPage("/later");
    await page.evaluate(() => {
      document.body.insertAdjacentHTML(
        "beforeend",
        `<form name="demo"><input name="company" required><input name="phone"><button>Go</button></form>`,
      );
      document
        .querySelector("form[name=demo]")
        ?.addEventListener("submit", (event) => event.preventDefault());
    });
    await page.locator("[name=phone]").fill("123");
    await page.locator("[name=demo] button").click();
    await page.locator("[name=company]").fill("Corp");
    await page.locator("[name=demo] button").click();
    const sent = await until(
      () => formEvents(page),
      (all) => all.length === 2,
    );
    expect(sent.find(({ event }) => event === "Form Submitted")).toEqual({
      event: "Form Submitted",
      form: "demo",
      path: "/later",
      last_field: "company",
      error_field: "company",
    });
  });

  test("in an open shadow tree is told like others", async () => {
    const page = await openPage("/shadow");
    await page.evaluate(() => {
      const host = document.body.appendChild(document.createElement("div"));
      const root = host.attachShadow({ mode: "open" });
      root.innerHTML = `<form id="inner"><input name="email"><button>Go</button></form>`;
      root.querySelector("form")?.addEventListener("submit", (event) => event.preventDefault());
    });
    await page.locator("#inner input").fill("typed@corp.example");
    await page.locator("#inner button").click();
    const events = await until(
      () => formEvents(page),
      (all) => all.length === 2,
    );
    expect(events.map(({ event, ...rest }) => [event, (rest as Record<string, string>)["form"]])).toEqual(
      expect.arrayContaining([
        ["Form Started", "inner"],
        ["Form Submitted", "inner"],
      ]),
    );
  });

  test("tells who the visitor is only by a field that its owner has marked", async () => {
    const page = await openPage("/marked");
    await page.evaluate(() => {
      document.body.insertAdjacentHTML(
        "beforeend",
        `<form id="marked"><input name="email" data-afterglow-identify><input name="secret"><button>Go</button></form>`,
      );
      document.querySelector("#marked")?.addEventListener("submit", (event) => event.preventDefault());
    });
    await page.locator("#marked [name=email]").fill("ann@corp.example");
    await page.locator("#marked [name=secret]").fill("never told");
    await page.locator("#marked button").click();
    await until(
      () => factsOf(page),
      (facts) => facts.some(({ event }) => event === "identify"),
    );
    const contact = await wired.collector.read(`/v1/contacts/anon:${await visitorOf(page)}`);
    expect(await contact.json()).toMatchObject({ claims: ["user:ann@corp.example"] });
    expect(wired.relay.heard()).not.toContain("never told");
  });
});
