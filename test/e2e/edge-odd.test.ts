import { createHmac } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import { readCookies, sealedText, type SnapshotClaims } from "../../shared/lead.ts";
import { SIGNING_KEY } from "../support/collector.ts";
import { HOT, visitor } from "../support/edge-page.ts";
import { type EdgeSite, startEdgeSite } from "../support/edge.ts";

let site: EdgeSite;
let hot: string;
beforeAll(async () => {
  site = await startEdgeSite();
  hot = await site.visit(visitor(), ...HOT);
});
afterAll(() => site.close());

const PAGE = '<p data-afterglow-text="band:hot=Grüße">x</p>';

async function pageOf(body: string | Buffer, headers: Record<string, string> = {}) {
  site.answer((_, response) =>
    response.writeHead(200, { "content-type": "text/html", ...headers }).end(body),
  );
  const answer = await site.get("/page/", hot);
  return [answer.status, await answer.text()];
}

describe("a page", () => {
  test("in a charset that no rewriter reads passes as it is", async () => {
    for (const charset of ["utf-16", "utf-16le", "utf-7", "iso-2022-jp", "no-such-thing"]) {
      const page = await pageOf(PAGE, { "content-type": `text/html; charset=${charset}` });
      expect([charset, ...page]).toEqual([charset, 200, PAGE]);
    }
    for (const charset of ["UTF-8", '"utf-8"', "iso-8859-1", "windows-1252", "shift_jis"]) {
      const [status, html] = await pageOf('<p data-afterglow-text="band:hot=Hi">x</p>', {
        "content-type": `text/html; charset=${charset}`,
      });
      expect([charset, status, html]).toEqual([charset, 200, "<p>Hi</p>"]);
    }
  });

  test("has its texts as they are meant, whatever they are written with", async () => {
    const text = "band:hot=Caf&eacute;&nbsp;&amp; more&hellip; &lt;b&gt; Q&A;; &#8364;; band:warm=no";
    // The rewriter hands out what it has been given.
    expect(await pageOf(`<p data-afterglow-text="${text}">x</p>`)).toEqual([
      200,
      "<p>Café\u00a0&amp; more… &lt;b&gt; Q&amp;A; €</p>",
    ]);
  });

  test("that is packed as the runtime does not unpack it passes with all that its origin has said", async () => {
    const packed = brotliCompressSync(gzipSync(PAGE));
    for (const [encoding, body] of [
      ["GZIP", gzipSync(PAGE)],
      ["gzip, br", packed],
    ] as const) {
      site.answer((_, response) =>
        response
          .writeHead(200, { "content-type": "text/html", "content-encoding": encoding, etag: '"own"' })
          .end(body),
      );
      const answer = await site.get("/page/", hot);
      expect([encoding, answer.headers.get("etag"), await answer.text()]).toEqual([encoding, '"own"', PAGE]);
    }
  });
});

test("of what a browser asks for that is no page it may ask for a part, and whether it has changed", async () => {
  const asked: unknown[] = [];
  site.answer(({ headers }, response) => {
    asked.push([headers.range, headers["if-none-match"]]);
    response.writeHead(200, { "content-type": "video/mp4" }).end("film");
  });
  const conditions = { range: "bytes=0-1", "if-none-match": '"film"' };
  for (const kind of ["video", "image", "script", "document", "iframe", "empty", undefined]) {
    await (
      await site.get("/page/film", hot, { ...conditions, ...(kind && { "sec-fetch-dest": kind }) })
    ).text();
  }
  const kept = ["bytes=0-1", '"film"'];
  const none = [undefined, undefined];
  expect(asked).toEqual([kept, kept, kept, none, none, none, none]);
});

describe("beside cookies that another host of the domain has set", () => {
  const forged = (n: number) => `afterglow_vid=forged-visitor-00000000${n}.${"A".repeat(24)}`;

  test("a visitor is found by its own one", async () => {
    const found = expect.objectContaining({ contact: /=([^.]+)/.exec(hot)?.[1]?.replace(/^/, "anon:") });
    for (const before of [
      forged(1),
      `${forged(1)}; ${forged(2)}; ${forged(3)}`,
      "afterglow_vid=",
      "afterglow_vid=x",
    ]) {
      for (const path of ["/lead", "/contact", "/score"]) {
        const answer = await site.get(path, `${before}; ${hot}`);
        expect([before, path, await answer.json()]).toEqual([before, path, found]);
      }
    }
    expect(await (await site.get("/lead", `${forged(1)}; ${forged(2)}`)).json()).toBe(null);
  });

  test("its snapshot is found, too, and another visitor's does not stand in for it", async () => {
    await site.collector.request("PATCH", "/v1/sites/main", { settings: { snapshots: true } });
    const own = await site.visit(visitor(), ...HOT);
    const other = await site.visit(visitor(), "/");
    const [id = ""] = (readCookies(own, "afterglow_vid")[0] ?? "").split(".");
    const foreign = `afterglow_lead=${readCookies(other, "afterglow_lead")[0] ?? ""}`;
    for (const before of [forged(1), foreign, `${forged(1)}; ${foreign}; afterglow_lead=x`]) {
      const lead = await (await site.get("/lead", `${before}; ${own}`)).json();
      expect([before, lead]).toEqual([
        before,
        expect.objectContaining({ contact: `anon:${id}`, band: "hot", from: "snapshot" }),
      ]);
    }
  });

  test("of two genuine ones the first is the visitor, whoever is asked", async () => {
    await site.collector.request("PATCH", "/v1/sites/main", { settings: { snapshots: true } });
    const [first, second] = [await site.visit(visitor(), ...HOT), await site.visit(visitor(), "/")];
    const only = (cookie: string, name: string) => `${name}=${readCookies(cookie, name)[0] ?? ""}`;
    const vids = [first, second].map((cookie) => only(cookie, "afterglow_vid")).join("; ");
    const leads = [second, first].map((cookie) => only(cookie, "afterglow_lead")).join("; ");
    for (const path of ["/lead", "/lead", "/contact"]) {
      const lead = await (await site.get(path, `${vids}; ${leads}`)).json();
      expect([path, lead]).toEqual([path, expect.objectContaining({ band: "hot" })]);
    }
  });

  test("a genuine snapshot is of no use on another day, for another site, or where it was cut", async () => {
    const own = await site.visit(visitor(), ...HOT);
    const [vid = ""] = readCookies(own, "afterglow_vid");
    const [id = "", ownMac = ""] = vid.split(".");
    const [claims = ""] = (readCookies(own, "afterglow_lead")[0] ?? "").split(".");
    const said = JSON.parse(Buffer.from(claims, "base64url").toString()) as SnapshotClaims;
    const dayBeside = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
    const leadFrom = async (more: Partial<SnapshotClaims>, keyOf = "main", who = { id, mac: ownMac }) => {
      const body = Buffer.from(JSON.stringify({ ...said, ...more })).toString("base64url");
      const key = createHmac("sha256", SIGNING_KEY).update(`afterglow snapshot cookies 1\n${keyOf}`).digest();
      const mac = createHmac("sha256", key)
        .update(sealedText(keyOf, who, body))
        .digest("base64url");
      const answer = await site.get("/lead", `afterglow_vid=${vid}; afterglow_lead=${body}.${mac}`);
      return ((await answer.json()) as { from: string }).from;
    };
    expect(await leadFrom({})).toBe("snapshot");
    for (const more of [
      { day: dayBeside(-1) },
      { day: dayBeside(1) },
      { aud: "shop" },
      { cut: true },
    ] as const) {
      expect([more, await leadFrom(more)]).toEqual([more, "contact"]);
    }
    expect(await leadFrom({}, "shop")).toBe("contact");
    expect(await leadFrom({}, "main", { id: visitor(), mac: ownMac })).toBe("contact");
  });

  test("what a lead says of itself does not depend on where it comes from", async () => {
    await site.collector.putModel("product", {
      name: "Product",
      pages: { "/pricing/*": 2 },
      bands: { some: 1, none: null },
    });
    await site.collector.request("PATCH", "/v1/sites/main", { settings: { snapshots: true } });
    const both = await site.visit(visitor(), ...HOT);
    const vid = both.split("; ").find((each) => each.startsWith("afterglow_vid="));
    const [kept, asked] = await Promise.all(
      [both, vid].map(
        async (cookie) =>
          (await (await site.get("/product", cookie)).json()) as { from: string; models: object },
      ),
    );
    expect([kept?.from, asked?.from]).toEqual(["snapshot", "contact"]);
    for (const lead of [kept, asked]) {
      expect(lead).toMatchObject({ model: "product", band: "some" });
      expect(Object.keys(lead?.models ?? {})).toEqual(["product"]);
    }
  });
});
