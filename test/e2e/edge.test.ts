import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  DEFAULT,
  FOR_HOT,
  holdCollectorBack,
  HOT,
  nobodysCookies,
  PAGE,
  shown,
  TAG,
  visitor,
} from "../support/edge-page.ts";
import { type EdgeSite, startEdgeSite } from "../support/edge.ts";

let site: EdgeSite;
beforeAll(async () => {
  site = await startEdgeSite();
});
afterAll(() => site.close());

function servePage(headers: Record<string, string> = {}): void {
  site.answer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", etag: TAG, ...headers }).end(PAGE);
  });
}

describe("the middleware", () => {
  test("tells the whole contact's lead for a signed cookie, and nobody for a forged, foreign or missing one", async () => {
    const x = visitor();
    const cookie = await site.visit(x, ...HOT);
    const lead = (await (await site.get("/lead", `a=b; ${cookie}`)).json()) as Record<string, unknown>;
    expect(lead).toMatchObject({
      contact: `anon:${x}`,
      model: "starter",
      band: "hot",
      score: 60,
      from: "contact",
    });
    const byHand = (await (await site.get("/score", cookie)).json()) as Record<string, unknown>;
    expect(byHand["models"]).toEqual(lead["models"]);
    const objects = await site.contactObjects();
    for (const none of nobodysCookies(cookie)) {
      expect([none, await (await site.get("/lead", none)).json()]).toEqual([none, null]);
    }
    expect(await (await site.get("/elsewhere", cookie)).json()).toBe(null);
    expect(await site.contactObjects()).toBe(objects);
  });

  test("makes no object for somebody who is not known, however good the cookie", async () => {
    const x = visitor();
    const cookie = await site.visit(x, "/pricing");
    const gone = await site.collector.request("DELETE", `/v1/contacts/anon:${x}`);
    expect(gone.status).toBe(200);
    const objects = await site.contactObjects();
    expect(await (await site.get("/lead", cookie)).json()).toBe(null);
    expect(await site.contactObjects()).toBe(objects);
  });

  test("breaks no page when what it asks is refused: nobody is known, and the owner is told why", async () => {
    const cookie = await site.visit(visitor(), "/pricing");
    const { lead, problems } = (await (await site.get("/wrong", cookie)).json()) as {
      lead: unknown;
      problems: string[];
    };
    expect([lead, problems]).toEqual([
      null,
      ['Error: The site "main" has none of the models ["gone"]. Name some that it has.'],
    ]);
  });
});

describe("a page", () => {
  test("is chosen for its visitor, and of what was not chosen nothing leaves", async () => {
    servePage();
    const hot = await site.visit(visitor(), ...HOT);
    const cold = await site.visit(visitor(), "/");
    for (const path of ["/page/", "/together/"]) {
      servePage();
      const [forHot, forCold, forNobody] = await Promise.all(
        [hot, cold, undefined].map(async (cookie) => (await site.get(path, cookie)).text()),
      );
      expect([path, shown(forHot ?? "")]).toEqual([path, FOR_HOT]);
      expect(forHot).toContain("<h1>Welcome back &amp; hello</h1>");
      expect(forHot).toContain('<p id="offer">Book a call</p>');
      expect(shown(forCold ?? "")).toEqual(DEFAULT);
      expect(forCold).toContain("<h1>Hello</h1>");
      expect(forNobody).toBe(forCold);
      for (const html of [forHot, forCold]) expect(html).not.toContain("data-afterglow");
      expect(forCold).not.toContain("Book a call");
    }
  });

  test("asks who the visitor is while the origin is being asked", async () => {
    const hot = await site.visit(visitor(), ...HOT);
    let goOn: (() => void) | undefined;
    // The collector is held back until the origin has been asked for the page.
    const asked = new Promise<void>((resolve) => (goOn = resolve));
    site.answer((request, response) => {
      if (request.url === "/go-on") return void asked.then(() => response.end());
      goOn?.();
      response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
    });
    expect(shown(await (await site.get("/together/", hot)).text())).toEqual(FOR_HOT);
  });

  test("does not wait beyond its budget: the default goes out while the collector is still silent", async () => {
    const hot = await site.visit(visitor(), ...HOT);
    const held = holdCollectorBack(site);
    const late = await site.get("/late/", hot);
    expect(shown(await late.text())).toEqual(DEFAULT);
    expect(late.headers.get("cache-control")).toBe("private, no-cache");
    for (const release of held) release();
    expect(held.length).toBe(1);
  });

  test("streams: its beginning leaves before its end has come", async () => {
    const hot = await site.visit(visitor(), ...HOT);
    const half = PAGE.indexOf("<p data-afterglow-hide");
    let finish: (() => void) | undefined;
    site.answer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.write(PAGE.slice(0, half));
      finish = () => response.end(PAGE.slice(half));
    });
    const { body } = await site.get("/page/", hot);
    const decoder = new TextDecoder();
    let html = "";
    for await (const part of body ?? []) {
      html += decoder.decode(part, { stream: true });
      // Else the origin would wait for ever.
      if (html.includes("Book a call")) finish?.();
    }
    expect(shown(html)).toEqual(FOR_HOT);
  });

  test("is kept by nobody else, and its tag is of the variant", async () => {
    servePage({
      "cache-control": "public, max-age=600",
      "cdn-cache-control": "max-age=600",
      "last-modified": "Mon, 02 Nov 2026 10:00:00 GMT",
      expires: "Mon, 02 Nov 2027 10:00:00 GMT",
      age: "30",
      "x-own": "kept",
    });
    const x = visitor();
    const hot = await site.visit(x, ...HOT);
    const cold = await site.visit(visitor(), "/");
    const first = await site.get("/page/", hot);
    const tag = first.headers.get("etag") ?? "";
    expect(Object.fromEntries(first.headers)).toMatchObject({
      "cache-control": "private, no-cache",
      "x-own": "kept",
    });
    expect(tag).toMatch(/^W\/"ag1-[0-9a-z]+-page-1"$/);
    for (const name of ["age", "expires", "last-modified", "cdn-cache-control", "content-length"]) {
      expect([name, first.headers.get(name)]).toEqual([name, null]);
    }
    await first.text();
    const again = await site.get("/page/", hot, { "if-none-match": tag });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", tag]);
    for (const cookie of [cold, undefined]) {
      const other = await site.get("/page/", cookie, { "if-none-match": tag });
      expect([other.status, shown(await other.text())]).toEqual([200, DEFAULT]);
    }
    // Neither the original's tag nor its date is one of a variant.
    for (const given of [
      { "if-none-match": TAG },
      { "if-modified-since": "Mon, 02 Nov 2026 10:00:00 GMT" },
    ]) {
      const other = await site.get("/page/", hot, given);
      expect([other.status, shown(await other.text())]).toEqual([200, FOR_HOT]);
    }
    await site.visit(x, "/about");
    const changed = await site.get("/page/", hot, { "if-none-match": tag });
    expect([changed.status, shown(await changed.text())]).toEqual([200, FOR_HOT]);
    servePage({ etag: '"page-2"' });
    const newer = await site.get("/page/", hot, { "if-none-match": changed.headers.get("etag") ?? "" });
    expect(newer.status).toBe(200);
    await newer.text();
  });

  test("in an encoding that can be read is chosen; parts, files and redirects pass as they are", async () => {
    const hot = await site.visit(visitor(), ...HOT);
    site.answer((_, response) => {
      response
        .writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" })
        .end(gzipSync(PAGE));
    });
    const zipped = await site.get("/page/", hot, { "accept-encoding": "gzip" });
    expect([zipped.headers.get("content-encoding"), shown(await zipped.text())]).toEqual(["gzip", FOR_HOT]);

    const seen: (string | undefined)[] = [];
    for (const [status, headers, body] of [
      [200, { "content-type": "application/json", etag: TAG, "cache-control": "max-age=9" }, '{"a":1}'],
      [200, { "content-type": "text/html", "content-encoding": "x-own", "cache-control": "max-age=9" }, PAGE],
      [206, { "content-type": "text/html", "content-range": "bytes 0-9/99" }, "0123456789"],
      [
        302,
        { location: "/elsewhere", "content-type": "text/html" },
        "<p data-afterglow-hide='band:hot'>moved</p>",
      ],
      [204, {}, ""],
    ] as const) {
      site.answer((request, response) => {
        seen.push(request.headers.range);
        response.writeHead(status, headers).end(body);
      });
      const answer = await site.get("/page/", hot, { range: "bytes=0-9" });
      const kept = Object.keys(headers).map((name) => [name, answer.headers.get(name)]);
      expect([answer.status, Object.fromEntries(kept)]).toEqual([status, headers]);
      // Where the encoding is nobody's, so is the text.
      expect(await answer.text()).toBe(body);
    }
    // Of a page that is to be chosen no part is of any use.
    expect(seen).toEqual(seen.map(() => undefined));
  });

  test("that is asked for by HEAD has the same head, and of an error is chosen, too", async () => {
    const hot = await site.visit(visitor(), ...HOT);
    servePage({ "set-cookie": "own=1" });
    const [got, head] = [
      await site.get("/page/", hot),
      await fetch(`${site.url}/page/`, { method: "HEAD", headers: { cookie: hot } }),
    ];
    await got.text();
    for (const name of ["etag", "cache-control", "content-type", "set-cookie"]) {
      expect([name, head.headers.get(name)]).toEqual([name, got.headers.get(name)]);
    }
    expect(got.headers.get("set-cookie")).toBe("own=1");
    site.answer((_, response) =>
      response.writeHead(404, { "content-type": "text/html", etag: TAG }).end(PAGE),
    );
    const missing = await site.get("/page/", hot);
    expect([missing.status, missing.headers.get("etag"), shown(await missing.text())]).toEqual([
      404,
      null,
      FOR_HOT,
    ]);
  });
});
