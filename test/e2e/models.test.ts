import { describe, expect, test } from "vitest";

import { newVisitor, startTestCollector, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { CREATE, isoDay, newModel, refusal, simpleModel, visitPricing } from "../support/models.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

describe("a model", () => {
  test("is saved, holds at once for all of history, and is found in every answer", async () => {
    const { id, path } = newModel();
    const ref = await visitPricing(collector, newVisitor(), 40, 20, 0);
    const created = await collector.request("PUT", `${path}?note=first&author=ann`, simpleModel(10), CREATE);
    expect(created.status).toBe(201);
    expect(created.headers.get("etag")).toBe('"1"');
    expect(await created.json()).toMatchObject({ id, version: 1, name: "Simple" });
    expect(await collector.score(ref, `model=${id}`)).toMatchObject({
      model: id,
      version: 1,
      score: 30,
      axes: { interest: 30 },
      band: "cold",
      nextChange: null,
    });

    const changed = await collector.request("PUT", path, simpleModel(20), { "if-match": 'W/"1"' });
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, '"2"']);
    expect(await collector.score(ref, `model=${id}`)).toMatchObject({ version: 2, score: 60, band: "hot" });
    expect(await collector.score(ref, `model=${id}&at=${isoDay(-30)}`)).toMatchObject({ score: 20 });

    const read = await collector.read(path);
    expect(read.headers.get("etag")).toBe('"2"');
    expect(await read.json()).toMatchObject({ id, version: 2, model: simpleModel(20) });
    const known = await collector.request("GET", path, undefined, { "if-none-match": '"2"' });
    expect([known.status, await known.text()]).toEqual([304, ""]);
    expect(await (await collector.read(`${path}?version=1`)).json()).toMatchObject({
      model: simpleModel(10),
    });
    expect(await (await collector.read(`${path}?form=full`)).json()).toMatchObject({
      model: { axes: { interest: { start: 0 } }, groups: [{ id: "pages" }], bands: [{ name: "hot" }, {}] },
    });
    expect(await (await collector.read("/v1/models")).json()).toMatchObject({
      models: expect.arrayContaining([
        expect.objectContaining({ id: "starter", version: 1, default: true }),
        expect.objectContaining({ id, name: "Simple", version: 2, default: false }),
      ]) as unknown,
    });
    const same = await collector.request("PUT", path, simpleModel(20), { "if-match": '"2"' });
    expect([same.status, same.headers.get("etag")]).toEqual([200, '"2"']);
  });

  test("is changed only by who knows its version", async () => {
    const { path } = newModel();
    const put = (headers: Record<string, string>, document = simpleModel(1)) =>
      collector.request("PUT", path, document, headers);
    expect(await refusal(await put({}))).toEqual([428, "precondition_required"]);
    expect(await refusal(await put({ "if-match": "*" }))).toEqual([412, "precondition_failed"]);
    expect((await put(CREATE)).status).toBe(201);
    expect((await put({ "if-match": '"7", "1"' }, simpleModel(2))).status).toBe(200);
    for (const headers of [CREATE, { "if-match": '"1"' }, { "if-match": "2" }, { "if-match": '"2x"' }]) {
      const response = await put(headers, simpleModel(3));
      expect(response.headers.get("etag")).toBe('"2"');
      expect(await refusal(response)).toEqual([412, "precondition_failed"]);
    }
    expect(await refusal(await collector.request("DELETE", path, undefined, { "if-match": '"1"' }))).toEqual([
      412,
      "precondition_failed",
    ]);
    expect((await collector.request("DELETE", path, undefined, { "if-match": '"2"' })).status).toBe(204);
    expect(await refusal(await collector.read(path))).toEqual([404, "unknown_model"]);
    expect(await refusal(await collector.request("DELETE", path))).toEqual([404, "unknown_model"]);
    const again = await put(CREATE, simpleModel(4));
    expect([again.status, again.headers.get("etag")]).toEqual([201, '"4"']);
    const versions = (await (await collector.read(`${path}/versions`)).json()) as { versions: unknown[] };
    expect(versions.versions).toMatchObject([
      { version: 4 },
      { version: 3, deleted: true },
      { version: 2 },
      { version: 1 },
    ]);
  });

  test("that is wrong is refused with every mistake, and nothing is saved", async () => {
    const { id, path } = newModel();
    const response = await collector.request(
      "PUT",
      path,
      { name: 7, pages: { "/": "ten" }, id: "x" },
      CREATE,
    );
    const { error } = (await response.json()) as { error: { code: string; issues: { message: string }[] } };
    expect([response.status, error.code]).toEqual([422, "invalid_model"]);
    expect(error.issues.map((issue) => issue.message)).toEqual([
      expect.stringContaining('"name"'),
      expect.stringContaining('"/"'),
      expect.stringContaining('"id"'),
    ]);
    expect(
      await refusal(await collector.request("PUT", path, { ...simpleModel(1), id: "x" }, CREATE)),
    ).toEqual([422, "invalid_model"]);
    expect(await refusal(await collector.request("PUT", path, "{", CREATE))).toEqual([400, "invalid_json"]);
    const large = JSON.stringify({ ...simpleModel(1), about: "a".repeat(262_144) });
    expect(await refusal(await collector.request("PUT", path, large, CREATE))).toEqual([
      413,
      "model_too_large",
    ]);
    for (const odd of ["a b", "a.b", "ä", "a".repeat(65), "__proto__", "constructor"]) {
      const odder = `/v1/models/${encodeURIComponent(odd)}`;
      expect(await refusal(await collector.request("PUT", odder, simpleModel(1), CREATE))).toEqual([
        400,
        "invalid_model_id",
      ]);
    }
    expect(await refusal(await collector.read(path))).toEqual([404, "unknown_model"]);
    expect(await (await collector.read("/v1/models")).text()).not.toContain(`"${id}"`);
    expect(await refusal(await collector.read(`${path}/versions`))).toEqual([404, "unknown_model"]);
  });

  test("is taken back to an old version, which makes a new one", async () => {
    const { path } = newModel();
    await collector.request("PUT", path, simpleModel(10), CREATE);
    await collector.request("PUT", `${path}?note=doubled&author=ann`, simpleModel(20), { "if-match": '"1"' });
    expect(await (await collector.read(`${path}/diff?from=1&to=2`)).json()).toEqual({
      changes: [{ path: 'pages["/pricing"]', from: 10, to: 20 }],
    });
    expect(await refusal(await collector.request("POST", `${path}/restore`, { version: 1 }))).toEqual([
      428,
      "precondition_required",
    ]);
    const restore = (version: unknown, tag: string) =>
      collector.request("POST", `${path}/restore`, { version }, { "if-match": tag });
    expect(await refusal(await restore(1, '"1"'))).toEqual([412, "precondition_failed"]);
    expect(await refusal(await restore(9, '"2"'))).toEqual([404, "unknown_version"]);
    expect(await refusal(await restore("last", '"2"'))).toEqual([400, "invalid_request"]);
    const restored = await restore(1, '"2"');
    expect([restored.status, await restored.json()]).toMatchObject([200, { version: 3, restored: 1 }]);
    expect(await (await collector.read(path)).json()).toMatchObject({ version: 3, model: simpleModel(10) });
    const { versions } = (await (await collector.read(`${path}/versions`)).json()) as { versions: unknown[] };
    expect(versions).toMatchObject([
      { version: 3, restored: 1 },
      { version: 2, note: "doubled", author: "ann", name: "Simple" },
      { version: 1 },
    ]);
  });

  test("is kept over a power cut", async () => {
    const own = await startTestCollector();
    try {
      await own.putModel("kept", simpleModel(10));
      await own.killAndRestart();
      expect(await (await own.read("/v1/models/kept")).json()).toMatchObject({ version: 1 });
    } finally {
      await own.close();
    }
  });

  test("is another default when the oldest is deleted; the last one stays", async () => {
    const own = await startTestCollector();
    try {
      expect(await refusal(await own.request("DELETE", "/v1/models/starter"))).toEqual([409, "last_model"]);
      await own.putModel("second", simpleModel(7));
      await own.putModel("third", simpleModel(8));
      expect((await own.request("DELETE", "/v1/models/starter")).status).toBe(204);
      const visitor = newVisitor();
      const page = { type: "page", messageId: "m", anonymousId: visitor, properties: { path: "/pricing" } };
      expect(await own.batch([page])).toMatchObject({ snapshot: { model: "second", version: 1, score: 7 } });
      expect(await own.score(`anon:${visitor}`)).toMatchObject({ model: "second", score: 7 });
      const starter = `/v1/contacts/anon:${visitor}/score?model=starter`;
      expect(await refusal(await own.read(starter))).toEqual([404, "unknown_model"]);
      const { versions } = (await (await own.read("/v1/models/starter/versions")).json()) as {
        versions: unknown[];
      };
      expect(versions).toMatchObject([
        { version: 2, deleted: true },
        { version: 1, at: null },
      ]);
    } finally {
      await own.close();
    }
  });

  test("needs the secret key, and a browser may ask for its methods", async () => {
    const publicKey = { authorization: `Bearer ${WRITE_KEY}` };
    for (const [method, path] of [
      ["GET", "/v1/models"],
      ["GET", "/v1/models/starter"],
      ["PUT", "/v1/models/starter"],
      ["DELETE", "/v1/models/starter"],
      ["POST", "/v1/models/starter/preview"],
      ["POST", "/v1/models/starter/restore"],
      ["GET", "/v1/models/starter/versions"],
      ["GET", "/v1/presets"],
    ] as const) {
      const body = method === "PUT" || method === "POST" ? simpleModel(1) : undefined;
      expect(await refusal(await collector.request(method, path, body, publicKey))).toEqual([
        401,
        "secret_key_required",
      ]);
    }
    const preflight = await fetch(`${collector.url}/v1/models/starter`, { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-methods")).toContain("PUT, DELETE");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("if-match");
    expect(preflight.headers.get("access-control-expose-headers")).toContain("etag");
  });

  test("starts from a preset, and an editor finds the schema without a key", async () => {
    const presets = (await (await collector.read("/v1/presets")).json()) as { id: string }[];
    expect(presets.map((preset) => preset.id)).toContain("starter");
    for (const { id } of presets) {
      const document = await (await collector.read(`/v1/presets/${id}`)).json();
      const saved = await collector.request("PUT", `/v1/models/from-${id}`, { preset: id }, CREATE);
      expect([id, saved.status, document]).toMatchObject([id, 201, {}]);
    }
    expect(await refusal(await collector.read("/v1/presets/nope"))).toEqual([404, "unknown_preset"]);
    const schema = await fetch(`${collector.url}/model.schema.json`);
    expect(await schema.json()).toHaveProperty("$schema");
  });
});
