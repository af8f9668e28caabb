import type { Page } from "playwright-core";
import { afterEach, expect, test } from "vitest";

import { type TestBrowser, visitorOf } from "../support/browser.ts";
import { factsOfPage, factsOfVisitor, visitsOfPage } from "../support/facts.ts";
import { flush, type PageApi, untilRunning } from "../support/page-api.ts";
import { startSite, type TestSite } from "../support/site.ts";
import { until } from "../support/until.ts";
import { eachWithBrowser, type WiredSite } from "../support/wired-site.ts";

let wired: WiredSite;
let browser: TestBrowser;
let site: TestSite | undefined;
eachWithBrowser((own, one) => {
  wired = own;
  browser = one;
});
afterEach(() => site?.close());

async function openPage(
  attributes: string,
  path: string,
  prepare?: (page: Page) => Promise<void>,
): Promise<Page> {
  site = await startSite(wired.relay.url, attributes);
  const page = await browser.open();
  await prepare?.(page);
  await page.goto(site.url + path);
  await untilRunning(page);
  return page;
}

const eventsOf = async (page: Page, name: string) =>
  (await factsOfPage(wired.collector, page)).filter(({ event }) => event === name);

test("without an attribute that asks for it, the second file is not loaded", async () => {
  const files: string[] = [];
  const page = await openPage("", "/", async (opened) => {
    opened.on("request", (request) => files.push(new URL(request.url()).pathname));
  });
  await flush(page);
  expect(files.filter((path) => path.endsWith(".js"))).toEqual(["/afterglow.js"]);
});

test("a second file that cannot be loaded costs what it would have added, and nothing else", async () => {
  const page = await openPage("data-scroll-depth data-debug", "/alone", async (opened) => {
    await opened.route("**/afterglow-extras*", (route) => route.abort());
  });
  expect(await visitsOfPage(wired.collector, page)).toEqual({ "/alone": 1 });
});

test("with hash routes each route is a page, and another place on a page is none", async () => {
  const page = await openPage("data-hash-routes", "/app/#/pricing?plan=secret");
  await page.evaluate(() => {
    location.hash = "#!/pricing/pro";
  });
  await until(
    () => visitsOfPage(wired.collector, page),
    (visits) => visits["/app/pricing/pro"] === 1,
  );
  await page.evaluate(() => {
    document.querySelector("input")?.dispatchEvent(new Event("input", { bubbles: true }));
    location.hash = "";
  });
  await until(
    () => visitsOfPage(wired.collector, page),
    (visits) => visits["/app/"] === 1,
  );
  await page.evaluate(() => {
    location.hash = "#terms";
  });
  await page.evaluate(() => history.pushState({}, "", "/app/#/last"));
  const visits = await until(
    () => visitsOfPage(wired.collector, page),
    (counts) => counts["/app/last"] === 1,
  );
  expect(visits).toEqual({ "/app/pricing": 1, "/app/pricing/pro": 1, "/app/": 1, "/app/last": 1 });
  expect((await eventsOf(page, "Form Started"))[0]?.properties["path"]).toBe("/app/pricing/pro");
  expect((await eventsOf(page, "Form Abandoned"))[0]?.properties["path"]).toBe("/app/pricing/pro");
});

async function openLinks(attributes: string): Promise<Page> {
  const page = await openPage(attributes, "/links", async (opened) => {
    await opened.route("https://partner.example/**", (route) => route.fulfill({ status: 204 }));
  });
  await page.evaluate(() => {
    document.body.insertAdjacentHTML(
      "beforeend",
      `<a id="out" href="https://partner.example/offer?ref=secret#x">Out</a>
       <a id="in" href="#place">In</a>
       <a id="mail" href="mailto:ann@corp.example">Mail</a>
       <a id="file" href="/files/Guide.PDF?key=secret" target="_blank">File</a>
       <button id="demo" data-afterglow-event="Demo Asked" data-afterglow-prop-plan="pro" data-afterglow-prop-seat-count="5"><b>Ask</b></button>`,
    );
  });
  return page;
}

test("clicks are recorded on marked elements, on links to other sites and on files, without queries", async () => {
  const from = wired.relay.heard().length;
  const page = await openLinks("data-clicks");
  for (const id of ["demo b", "in", "out"]) await page.click(`#${id}`);
  await page.evaluate(() => {
    document.addEventListener("click", (event) => event.preventDefault());
    for (const id of ["mail", "file"]) document.getElementById(id)?.click();
  });
  const facts = (await factsOfPage(wired.collector, page)).filter(({ event }) => event !== "page");
  expect(facts.map(({ event, count, properties }) => ({ event, count, properties }))).toEqual(
    expect.arrayContaining([
      { event: "Demo Asked", count: 1, properties: { path: "/links", plan: "pro", seat_count: "5" } },
      {
        event: "Outbound Link Clicked",
        count: 1,
        properties: { path: "/links", url: "https://partner.example/offer" },
      },
      { event: "File Downloaded", count: 1, properties: { path: "/links", file: "/files/Guide.PDF" } },
    ]),
  );
  expect(facts.filter(({ count }) => count > 0)).toHaveLength(3);
  expect(wired.relay.heard().slice(from)).not.toMatch(/secret|ann@corp/);
});

test("of clicks only those kinds are recorded that the tag names", async () => {
  const page = await openLinks('data-clicks="marked downloads"');
  await page.click("#out");
  await page.click("#demo");
  const names = (await factsOfPage(wired.collector, page))
    .filter(({ count }) => count > 0)
    .map(({ event }) => event);
  expect(names.toSorted()).toEqual(["Demo Asked", "page"]);
});

test("how far a page was scrolled is told by quarters, once each on each page", async () => {
  const page = await openPage("data-scroll-depth", "/tall");
  await page.evaluate(() => {
    document.body.style.height = "8000px";
  });
  const scrollTo = (share: number) =>
    page.evaluate(async (to) => {
      const scrolled = new Promise((resolve) => document.addEventListener("scroll", resolve, { once: true }));
      scroll(0, document.documentElement.scrollHeight * to);
      await scrolled;
    }, share);
  await scrollTo(0.3);
  await scrollTo(0.1);
  await scrollTo(0.45);
  expect(
    (await eventsOf(page, "Page Scrolled")).map(({ properties }) => `${properties["depth"]}`).toSorted(),
  ).toEqual(["25%", "50%"]);
  await scrollTo(1);
  await page.evaluate(() => history.pushState({}, "", "/other"));
  await scrollTo(0.2);
  const facts = await eventsOf(page, "Page Scrolled");
  expect(
    facts.map(({ properties, count }) => `${properties["path"]} ${properties["depth"]} ${count}`).toSorted(),
  ).toEqual(["/other 25% 1", "/tall 100% 1", "/tall 25% 1", "/tall 50% 1", "/tall 75% 1"]);
});

test("click ids of advertisements are kept as the visitor's traits, when there is consent", async () => {
  const from = wired.relay.heard().length;
  const page = await openPage(
    'data-click-ids data-consent="required"',
    "/landing?gclid=Cj0K-abc&fbclid=fb.1&other=secret",
  );
  await page.evaluate(() => {
    history.replaceState({}, "", "/landing");
    (window as unknown as { afterglow: PageApi }).afterglow.consent("granted");
  });
  await flush(page);
  const contact = await wired.collector.read(`/v1/contacts/anon:${await visitorOf(page)}`);
  const text = await contact.text();
  expect(text).toContain("Cj0K-abc");
  expect(text).toContain("fb.1");
  expect(wired.relay.heard().slice(from)).not.toContain("secret");
  const facts = await factsOfVisitor(wired.collector, await visitorOf(page));
  expect(facts.map(({ event, count }) => `${event} ${count}`).toSorted()).toEqual(["identify 1", "page 1"]);
});

test("in debug mode the console says what is sent, why something is not, and what the collector answers", async () => {
  const lines: string[] = [];
  const page = await openPage("data-debug", "/pricing", async (opened) => {
    opened.on("console", (message) => lines.push(message.text()));
  });
  await page.evaluate(async () => {
    const { afterglow } = window as unknown as { afterglow: PageApi };
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    afterglow.track("Circle", circle);
    afterglow.identify("42", { likes: ["tea"] });
    await afterglow.flush();
    afterglow.consent("denied");
    afterglow.track("Withheld");
  });
  const text = await until(
    async () => lines.join("\n"),
    (all) => all.includes("consent is not granted"),
  );
  expect(text).toMatch(/\[afterglow\] kept: page \/pricing/);
  expect(text).toMatch(/\[afterglow\] sent: page \/pricing/);
  expect(text).toMatch(/\[afterglow\] sent: .*identify/);
  expect(text).toMatch(/not recorded: .*cannot be written as JSON/);
  expect(text).toMatch(
    /done: page \/pricing.*\. The collector counted [12], knew 0, refused 0\. Score 10, band cold/,
  );
  expect(text).toMatch(/trait_is_a_list: A trait is a text/);
});

test("without debug mode nothing is said in the console", async () => {
  const lines: string[] = [];
  const page = await openPage("", "/pricing", async (opened) => {
    opened.on("console", (message) => lines.push(message.text()));
  });
  await flush(page);
  expect(lines).toEqual([]);
});
