import { describe, expect, test } from "vitest";

import { newBrowser, visitorOf } from "../support/browser.ts";
import { newVisitor, pageVisit, SECRET_KEY, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

describe("markup in what visitors send", () => {
  const MARKUP = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;

  test("is shown as text on the demo's page, whatever field it came in", async () => {
    const browser = await newBrowser();
    try {
      const page = await browser.open();
      const path = `/demo/pricing?utm_campaign=${encodeURIComponent(MARKUP)}`;
      await page.goto(collector.url + path, {
        referer: `https://evil.example/${encodeURIComponent(MARKUP)}`,
      });
      await page.waitForFunction("!!window.afterglow?.flush");
      await page.evaluate(`document.title = ${JSON.stringify(MARKUP)}`);
      const ref = `anon:${await visitorOf(page)}`;
      await collector.putModel("starter", {
        events: { [MARKUP]: 7 },
        bands: { [MARKUP.slice(0, 40)]: 5, cold: null },
      });
      await page.evaluate(
        `afterglow.identify(${JSON.stringify(MARKUP)}, { name: ${JSON.stringify(MARKUP)} })`,
      );
      await page.evaluate(`afterglow.page({ path: ${JSON.stringify(`/${MARKUP}`)}, title: document.title })`);
      await page.evaluate(`afterglow.track(${JSON.stringify(MARKUP)}, { plan: ${JSON.stringify(MARKUP)} })`);
      await page.evaluate("afterglow.flush()");
      await until(
        () => collector.read(`/v1/contacts/${encodeURIComponent(ref)}/score?explain=1`).then((r) => r.text()),
        (text) => text.includes("onerror"),
      );
      const events = page.getByTestId("events");
      await events.getByText("<img src=x").first().waitFor();
      await page.getByTestId("reasons").getByText("<img src=x").first().waitFor();
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      expect(await page.locator('img[src="x"]').count()).toBe(0);
    } finally {
      await browser.dispose();
    }
  });

  test("comes back as JSON that no browser takes for a page, in answers and in refusals", async () => {
    const visitor = `${newVisitor()}-${MARKUP}`;
    await collector.batch([
      { ...pageVisit(visitor, `/${MARKUP}`), context: { page: { title: MARKUP } } },
      { type: "identify", anonymousId: visitor, messageId: "m", traits: { [MARKUP]: MARKUP } },
    ]);
    const ref = encodeURIComponent(`anon:${visitor}`);
    const secret = { authorization: `Bearer ${SECRET_KEY}` };
    for (const [path, headers] of [
      [`/v1/contacts/${ref}`, secret],
      [`/v1/contacts/${ref}/score?explain=1`, secret],
      [`/v1/contacts/${ref}/timeline`, secret],
      [`/v1/models/${encodeURIComponent(MARKUP)}`, secret],
      [`/v1/sites/${encodeURIComponent(MARKUP)}`, secret],
      [`/v1/sites/main/rejections?from=${encodeURIComponent(MARKUP)}`, secret],
      [`/v1/sites/main/rejections`, secret],
      [`/v1/me/score?writeKey=${WRITE_KEY}&anonymousId=${encodeURIComponent(visitor)}`, {}],
      [`/v1/contacts/${encodeURIComponent(MARKUP)}`, {}],
      [`/v1/${encodeURIComponent(MARKUP)}`, {}],
    ] as const) {
      const response = await fetch(collector.url + path, { headers });
      const told = [
        path,
        response.headers.get("content-type"),
        response.headers.get("x-content-type-options"),
      ];
      expect(told).toEqual([path, "application/json", "nosniff"]);
      JSON.parse(await response.text());
    }
  });

  test("finds a policy on the pages that the collector serves under which no script of it would run", async () => {
    for (const path of ["/demo/", "/demo/pricing"]) {
      const { headers } = await fetch(collector.url + path);
      const policy = headers.get("content-security-policy") ?? "";
      for (const rule of [
        "default-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
      ]) {
        expect(policy).toContain(rule);
      }
      expect(policy).not.toContain("unsafe");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });
});
