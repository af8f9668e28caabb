import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { newVisitor, startTestCollector, type TestCollector } from "../support/collector.ts";
import { isoDay, newModel, refusal, simpleModel, visitPricing } from "../support/models.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

describe("a score", () => {
  test("has a tag that holds until something changes", async () => {
    const { id } = newModel();
    await collector.putModel(id, simpleModel(10));
    const user = newVisitor();
    const ref = await visitPricing(collector, user, 1);
    const path = `/v1/contacts/${ref}/score?model=${id}`;
    const tag = async (query = "") => (await collector.read(path + query)).headers.get("etag") ?? "";
    const first = await tag();
    const again = await collector.request("GET", path, undefined, { "if-none-match": first });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    await visitPricing(collector, `${user}-other`, 1);
    expect(await tag()).toBe(first);
    const others = [await tag("&explain=1"), await tag(`&at=${isoDay(3)}`)];
    await collector.putModel(id, simpleModel(11));
    others.push(await tag());
    const batch = [{ type: "page", userId: user, messageId: "later", properties: { path: "/pricing" } }];
    await collector.request("POST", "/v1/batch", { batch });
    others.push(await tag());
    expect(new Set([first, ...others]).size).toBe(5);
  });
});

describe("a preview", () => {
  test("compares a draft with the live model, saves nothing, and makes no object", async () => {
    const { id, path } = newModel();
    await collector.putModel(id, simpleModel(10));
    const ref = await visitPricing(collector, newVisitor(), 3, 2, 1);
    const objects = () => readdir(join(collector.stateDir, "objects", "afterglow-contact"));
    const before = await objects();
    const unknown = `user:${newVisitor()}`;
    const response = await collector.request("POST", `${path}/preview`, {
      draft: simpleModel(20),
      contacts: [ref, unknown, "nobody"],
    });
    expect(await response.json()).toMatchObject({
      model: id,
      version: 1,
      at: isoDay(0),
      results: [
        {
          contact: ref,
          live: { score: 30, band: "cold", version: 1 },
          draft: { score: 60, band: "hot", explain: [{ points: 60, times: 3 }] },
          difference: {
            score: 30,
            axes: { interest: 30 },
            band: { from: "cold", to: "hot" },
            lines: [{ rule: "pages:/pricing", live: 30, draft: 60, points: 30 }],
          },
        },
        { contact: unknown, error: { code: "unknown_contact" } },
        { contact: "nobody", error: { code: "invalid_ref" } },
      ],
    });
    expect(await objects()).toEqual(before);
    expect(await (await collector.read(path)).json()).toMatchObject({ version: 1, model: simpleModel(10) });
    const earlier = { draft: simpleModel(20), contacts: [ref], at: isoDay(-2) };
    expect(await (await collector.request("POST", `${path}/preview`, earlier)).json()).toMatchObject({
      results: [{ live: { score: 20 }, draft: { score: 40 } }],
    });
    const nothingLive = await collector.request("POST", `/v1/models/${newModel().id}/preview`, earlier);
    expect(await nothingLive.json()).toMatchObject({
      version: null,
      results: [{ live: null, draft: { score: 40 }, difference: null }],
    });
  });

  test("that cannot be made is refused with what to change", async () => {
    const { path } = newModel();
    const preview = async (body: unknown) =>
      refusal(await collector.request("POST", `${path}/preview`, body));
    expect(await preview({ draft: { pages: 1 }, contacts: [] })).toEqual([422, "invalid_model"]);
    expect(await preview({ contacts: [] })).toEqual([422, "invalid_model"]);
    const undrafted = await collector.request("POST", `${path}/preview`, { contacts: [] });
    expect(await undrafted.json()).toMatchObject({
      error: { issues: [{ path: "draft", message: expect.stringContaining("is missing") as unknown }] },
    });
    expect(await preview({ draft: simpleModel(1) })).toEqual([400, "invalid_request"]);
    expect(await preview([])).toEqual([400, "invalid_request"]);
    const many = Array.from({ length: 101 }, (_, i) => `user:${i}`);
    expect(await preview({ draft: simpleModel(1), contacts: many })).toEqual([413, "too_many_previews"]);
    expect(await preview({ draft: simpleModel(1), contacts: [], at: "soon" })).toEqual([400, "invalid_at"]);
  });
});

describe("crossings", () => {
  test("tell what happened, what faded, and what the model changed", async () => {
    const { id } = newModel();
    const ref = await visitPricing(collector, newVisitor(), 50, 49, 1);
    await collector.putModel(id, simpleModel(10));
    expect(await collector.crossings(ref, id)).toEqual([
      { at: isoDay(0), from: null, to: "cold", cause: "model", version: 1 },
    ]);
    await collector.putModel(id, simpleModel(25));
    expect(await collector.crossings(ref, id)).toEqual([
      { at: isoDay(0), from: "cold", to: "hot", cause: "model", version: 2, previousVersion: 1 },
      { at: isoDay(0), from: null, to: "cold", cause: "model", version: 1 },
    ]);
    // Who comes after the change is not moved by it.
    const newcomer = await visitPricing(collector, newVisitor(), 0, 0);
    expect(await collector.crossings(newcomer, id)).toEqual([
      { at: isoDay(0), from: null, to: "hot", cause: "event", version: 2 },
    ]);

    const own = await startTestCollector();
    try {
      const ann = await visitPricing(own, "ann", 40, 40, 40, 5);
      const starter = [
        { at: isoDay(-5), from: "cold", to: "warm", cause: "event", version: 1 },
        { at: isoDay(-10), from: "warm", to: "cold", cause: "decay", version: 1 },
        { at: isoDay(-40), from: null, to: "warm", cause: "event", version: 1 },
      ];
      expect(await own.crossings(ann, "starter")).toEqual(starter);
      await own.putModel("starter", simpleModel(20));
      expect(await own.crossings(ann, "starter")).toEqual([
        { at: isoDay(0), from: "warm", to: "hot", cause: "model", version: 2, previousVersion: 1 },
        ...starter,
      ]);
      await own.putModel("starter", simpleModel(10));
      expect((await own.crossings(ann, "starter"))[0]).toEqual({
        at: isoDay(0),
        from: "hot",
        to: "cold",
        cause: "model",
        version: 3,
        previousVersion: 2,
      });
      await own.putModel("starter", simpleModel(20));
      expect((await own.score(ann, "model=starter")).band).toBe("hot");
    } finally {
      await own.close();
    }
  });
});
