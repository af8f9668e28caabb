import { describe, expect, test } from "vitest";

import type { EnginePage } from "../support/engines/engine.ts";
import { stageForFile } from "../support/engines/stage.ts";
import { contactOf, visit } from "../support/engines/visit.ts";
import { flush } from "../support/faults/measure.ts";
import type { PageApi } from "../support/page-api.ts";
import { until } from "../support/until.ts";

/** Pages whose address ends so have no Navigation API. */
const OLD = "?history-only";
const { stage } = await stageForFile((url) =>
  url.endsWith(OLD)
    ? `<script>Object.defineProperty(window, "navigation", { value: undefined })</script>`
    : "",
);

async function openPage(path: string): Promise<EnginePage> {
  const page = await stage().openTab();
  await visit(page, stage().url + path);
  return page;
}

/** What the collector counts of the page's visitor, with the properties that tell events apart. */
async function factsOf(page: EnginePage) {
  await flush(page);
  const days = await stage()
    .collector.timeline(await contactOf(page))
    .catch(() => []);
  return days.flatMap(({ facts }) => facts);
}

/** How often each path was visited. */
async function visits(page: EnginePage): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { event, properties, count } of await factsOf(page)) {
    const path = properties["path"] ?? "";
    if (event === "page" && count > 0) counts[path] = (counts[path] ?? 0) + count;
  }
  return counts;
}

async function formEvents(page: EnginePage) {
  const facts = (await factsOf(page)).filter(({ event }) => event.startsWith("Form "));
  return facts.map(({ event, properties }) => ({ event, ...properties }));
}

describe.each([
  ["by the Navigation API, where there is one", ""],
  ["by the History API, where there is no other", OLD],
])("a single-page site is followed %s", (_, query) => {
  test("each change of path is a visit, with the title that the site gives it", async () => {
    const page = await openPage(`/first${query}`);
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
    const page = await openPage(`/first${query}`);
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
    const page = await openPage(`/first${query}`);
    await visits(page);
    await page.evaluate(async () => {
      const { afterglow } = window as unknown as { afterglow: PageApi };
      await afterglow.flush();
      afterglow.stop();
      afterglow.stop();
      history.pushState({}, "", "/second");
    });
    await visit(page, `${stage().url}/second`);
    expect(await visits(page)).toEqual({ "/first": 1, "/second": 1 });
  });
});

describe("a form", () => {
  test("that was begun and left is told with the last field's name, and no value", async () => {
    const page = await openPage("/sign-up");
    await page.type("input", "typed@corp.example");
    await visit(page, `${stage().url}/elsewhere`);
    const events = await until(
      () => formEvents(page),
      (all) => all.length === 2,
    );
    expect(events.toSorted((a, b) => (a.event < b.event ? -1 : 1))).toEqual([
      { event: "Form Abandoned", form: "sign-up", path: "/sign-up", last_field: "email" },
      { event: "Form Started", form: "sign-up", path: "/sign-up" },
    ]);
    expect(stage().relay.heard()).not.toContain("typed@corp");
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
    await page.type("[name=phone]", "123");
    await page.click("[name=demo] button");
    await page.type("[name=company]", "Corp");
    await page.click("[name=demo] button");
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
    // No driver of all three reaches into it.
    await page.evaluate(() => {
      const root = document.body.lastElementChild?.shadowRoot;
      const field = root?.querySelector("input");
      if (field) field.value = "typed@corp.example";
      field?.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      root?.querySelector("form")?.requestSubmit();
    });
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
    await page.type("#marked [name=email]", "ann@corp.example");
    await page.type("#marked [name=secret]", "never told");
    await page.click("#marked button");
    await until(
      () => factsOf(page),
      (facts) => facts.some(({ event }) => event === "identify"),
    );
    const contact = await stage().collector.read(`/v1/contacts/${await contactOf(page)}`);
    expect(await contact.json()).toMatchObject({ claims: ["user:ann@corp.example"] });
    expect(stage().relay.heard()).not.toContain("never told");
  });
});

test("where a visit came from is told by its campaign, and the rest of the address stays in the page", async () => {
  const page = await openPage(
    "/landing?utm_source=news&utm_campaign=spring&email=address-in-the-url@corp.example&to=/x-utm_y#part",
  );
  const facts = await until(
    () => factsOf(page),
    (all) => all.some(({ event }) => event === "page"),
  );
  expect(facts.find(({ event }) => event === "page")?.properties).toMatchObject({
    path: "/landing",
    source: "news",
    campaign: "spring",
  });
  expect(stage().relay.heard()).not.toContain("address-in-the-url");
  expect(stage().relay.heard()).not.toContain("utm_y");
});

test("time is engaged while the page is seen and its visitor does something", async () => {
  const page = await openPage("/read");
  await page.click("h1");
  const engaged = await until(
    async () => (await factsOf(page)).find(({ activeMs }) => activeMs > 0),
    (fact) => fact !== undefined,
  );
  expect(engaged).toMatchObject({ event: "page", properties: { path: "/read" } });
});
