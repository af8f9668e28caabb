import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readCookies } from "../../shared/lead.ts";
import { DEFAULT, FOR_HOT, holdCollectorBack, HOT, shown, visitor } from "../support/edge-page.ts";
import { type EdgeSite, startEdgeSite } from "../support/edge.ts";

let site: EdgeSite;
beforeAll(async () => {
  site = await startEdgeSite();
  const changed = await site.collector.request("PATCH", "/v1/sites/main", { settings: { snapshots: true } });
  expect(changed.status).toBe(200);
});
afterAll(() => site.close());

describe("a snapshot in a cookie", () => {
  test("says who is hot without asking any object, and is used only for its own visitor", async () => {
    const [x, y] = [visitor(), visitor()];
    const hot = await site.visit(x, ...HOT);
    const cold = await site.visit(y, "/");
    // Twice: who has been here before is remembered.
    for (const [cookie, id, band] of [
      [hot, x, "hot"],
      [cold, y, "cold"],
      [hot, x, "hot"],
    ] as const) {
      expect(await (await site.get("/lead", cookie)).json()).toMatchObject({
        contact: `anon:${id}`,
        band,
        from: "snapshot",
      });
    }
    const sealed = readCookies(hot, "afterglow_lead")[0] ?? "";
    const own = readCookies(cold, "afterglow_vid")[0] ?? "";
    // Another visitor's, beside one's own cookie; and one that is made better.
    const [claims = "", mac = ""] = sealed.split(".");
    const better = Buffer.from(
      Buffer.from(claims, "base64url").toString().replace('"score":', '"score":9'),
    ).toString("base64url");
    for (const cookie of [
      `afterglow_vid=${own}; afterglow_lead=${sealed}`,
      `afterglow_vid=${own}; afterglow_lead=${better}.${mac}`,
      `afterglow_vid=${own}; afterglow_lead=${claims}.${"A".repeat(43)}`,
      `afterglow_vid=${own}; afterglow_lead=e30.${mac}`,
      `afterglow_vid=${own}; afterglow_lead=`,
    ]) {
      expect(await (await site.get("/lead", cookie)).json()).toMatchObject({
        contact: `anon:${y}`,
        band: "cold",
        from: "contact",
      });
    }
    // Alone it is of no account, nor does it make a forged visitor a known one.
    expect(await (await site.get("/lead", `afterglow_lead=${sealed}`)).json()).toBe(null);
    // Nor its own visitor's, where the signature is not genuine.
    for (const id of [visitor(), x]) {
      const forged = `afterglow_vid=${id}.${"A".repeat(24)}; afterglow_lead=${sealed}`;
      expect(await (await site.get("/lead", forged)).json()).toBe(null);
    }
    expect(await (await site.get("/contact", hot)).json()).toMatchObject({ from: "contact", score: 60 });
  });

  test("is enough while the collector itself is silent", async () => {
    const hot = await site.visit(visitor(), ...HOT);
    const held = holdCollectorBack(site);
    // The score in it is that of when the band was reached.
    const sees = FOR_HOT.filter((id) => id !== "line");
    expect(shown(await (await site.get("/kept/", hot)).text())).toEqual(sees);
    const [, alone = ""] = hot.split("; ").toSorted();
    expect(shown(await (await site.get("/kept/", alone)).text())).toEqual(DEFAULT);
    for (const release of held) release();
    expect(held.length).toBe(1);
  });

  test("is not enough for a model that it does not name", async () => {
    const cookie = await site.visit(visitor(), ...HOT);
    await site.collector.putModel("product", {
      name: "Product",
      pages: { "/pricing/*": 2 },
      bands: { some: 1, none: null },
    });
    expect(await (await site.get("/product", cookie)).json()).toMatchObject({
      model: "product",
      score: 12,
      band: "some",
      from: "contact",
    });
    const removed = await site.collector.request("DELETE", "/v1/models/product", undefined, {
      "if-match": "*",
    });
    expect(removed.status).toBeLessThan(300);
  });
});
