import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env as bindings, exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";

import { fullOf } from "../../worker/domain/frozen-model.ts";
import { MAX_CHANGES_CHARS, MAX_FULL_MODEL_CHARS } from "../../worker/domain/model-limits.ts";
import { STARTER } from "../../worker/domain/model-versions.ts";
import type { Env } from "../../worker/env.ts";
import { createLiveModels } from "../../worker/live-models.ts";
import { objectsOf } from "../../worker/site-objects.ts";

const env = bindings as unknown as Env;
const worker = (exports as unknown as { readonly default: Fetcher }).default;

/** What `{"preset":"starter"}` came to under an earlier release. */
const EARLIER = fullOf(JSON.stringify({ name: "Earlier", pages: { "/pricing": 77 } })) ?? "";
const PRESET = JSON.stringify({ preset: "starter" });

let sites = 0;

/** The models of a site of the test's own. */
function newSite() {
  sites += 1;
  return env.MODELS.getByName(`frozen-${sites}`);
}

type ModelsStub = ReturnType<typeof newSite>;

function run(models: ModelsStub, ...statements: readonly string[]) {
  return runInDurableObject(models, (_, state) => {
    for (const statement of statements) state.storage.sql.exec(statement);
  });
}

async function known(models: ModelsStub) {
  return createLiveModels(() => 0).current((since) => models.changes(since));
}

async function read(models: ModelsStub, id: string, version?: number) {
  const found = await models.read(id, version);
  return "kind" in found ? found.kind : [found.version, found.document, found.full];
}

describe("a saved version", () => {
  test("means what it meant when it was saved, whatever its preset has become", async () => {
    const models = newSite();
    const save = { id: "one", expected: "absent", document: PRESET, full: EARLIER, name: "Earlier" } as const;
    expect(await models.save(save)).toMatchObject({ kind: "saved" });
    await evictDurableObject(models);
    expect(await read(models, "one")).toEqual([1, PRESET, EARLIER]);
    const model = (await known(models)).find("one");
    expect(model?.full.groups[0]?.rules).toMatchObject([{ id: "pages:/pricing", points: 77 }]);
  });

  test("is another one when the same document comes to mean something else", async () => {
    const models = newSite();
    const save = { id: "one", document: PRESET, name: "" };
    await models.save({ ...save, expected: "absent", full: EARLIER });
    expect(await models.save({ ...save, expected: ["1"], full: EARLIER })).toMatchObject({
      kind: "unchanged",
    });
    const today = fullOf(PRESET) ?? "";
    expect(await models.save({ ...save, expected: ["1"], full: today })).toMatchObject({
      kind: "saved",
      head: { version: 2 },
    });
    expect((await known(models)).find("one")?.full.name).toBe(STARTER.name);
  });

  test("is restored with what it meant", async () => {
    const models = newSite();
    await models.save({ id: "one", expected: "absent", document: PRESET, full: EARLIER, name: "Earlier" });
    const full = fullOf('{"name":"B"}') ?? "";
    await models.save({ id: "one", expected: ["1"], document: '{"name":"B"}', full, name: "B" });
    expect(await models.restore("one", 1, { expected: ["2"] })).toMatchObject({
      kind: "saved",
      head: { version: 3, restored: 1, name: "Earlier" },
    });
    expect(await read(models, "one")).toEqual([3, PRESET, EARLIER]);
  });

  test("from before this was kept means what its document means now", async () => {
    const models = newSite();
    await run(
      models,
      "DROP TABLE versions",
      `CREATE TABLE versions (
        revision INTEGER PRIMARY KEY, model TEXT NOT NULL, version INTEGER NOT NULL, since INTEGER NOT NULL,
        at INTEGER NOT NULL, name TEXT NOT NULL, about TEXT, note TEXT, author TEXT, restored INTEGER,
        deleted INTEGER NOT NULL, document TEXT)`,
      `INSERT INTO versions VALUES (1, 'one', 1, 1, 5, 'One', NULL, NULL, NULL, NULL, 0, '${PRESET}')`,
    );
    await evictDurableObject(models);
    expect(await read(models, "one")).toEqual([1, PRESET, fullOf(PRESET)]);
    expect((await known(models)).find("one")?.full.name).toBe(STARTER.name);
    await models.save({ id: "one", expected: ["1"], document: '{"name":"B"}', full: EARLIER, name: "B" });
    await models.restore("one", 1, { expected: ["2"] });
    await evictDurableObject(models);
    expect(await read(models, "one")).toEqual([3, PRESET, fullOf(PRESET)]);
  });

  test("is not taken where it would be too long written out", async () => {
    const full = JSON.stringify({ name: "a".repeat(MAX_FULL_MODEL_CHARS) });
    expect(
      await newSite().save({ id: "one", expected: "absent", document: "{}", full, name: "" }),
    ).toMatchObject({ kind: "model_too_long" });
  });

  test("is told to an isolate also where all of them are too long for one answer", async () => {
    const models = newSite();
    const about = "a".repeat(MAX_FULL_MODEL_CHARS - 1_000);
    const full = JSON.stringify({ ...(JSON.parse(EARLIER) as object), about });
    const many = Math.ceil(MAX_CHANGES_CHARS / full.length) + 2;
    await runInDurableObject(models, (instance) => {
      for (let i = 0; i < many; i += 1) {
        instance.save({ id: `m${i}`, expected: "absent", document: "{}", full, name: "" });
      }
    });
    let asked = 0;
    const live = createLiveModels(() => 0);
    const all = await live.current((since) => {
      asked += 1;
      return models.changes(since);
    });
    expect([asked, all.order.length]).toEqual([2, many + 1]);
    expect(all.order.filter((id) => all.find(id) === undefined)).toEqual([]);
  });
});

describe("over HTTP", () => {
  const request = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    worker.fetch(`http://site${path}`, {
      method,
      headers: { authorization: "Bearer sk_test", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test("a version of an earlier release is scored as it was, and shows its owner's own document", async () => {
    const site = objectsOf(env, "main").models();
    // Makes the table, and moves the revision on.
    await request("PUT", "/v1/models/other", { name: "Other" }, { "if-none-match": "*" });
    await run(
      site,
      `INSERT INTO versions (revision, model, version, since, at, name, deleted, document, full)
        VALUES (100, 'old', 1, 100, 5, 'Earlier', 0, '${PRESET}', '${EARLIER}'),
          (101, 'gone', 1, 101, 5, 'Gone', 0, '{"name":"Gone","pagez":{"/":1},"points":3}', '${EARLIER}'),
          (102, 'gone', 2, 101, 6, 'Gone', 0, '{"name":"Gone"}', '${EARLIER}')`,
    );
    await evictDurableObject(site);
    await request("PUT", "/v1/models/other", { name: "Other again" }, { "if-match": '"1"' });
    const event = { type: "page", userId: "u1", messageId: "m1", properties: { path: "/pricing" } };
    await request("POST", "/v1/batch", { batch: [event] });
    const score = await request("GET", "/v1/contacts/user:u1/score?model=old");
    expect(await score.json()).toMatchObject({ version: 1, score: 77 });
    expect(await (await request("GET", "/v1/models/old")).json()).toMatchObject({
      model: { preset: "starter" },
    });
    expect(await (await request("GET", "/v1/models/old?form=full")).json()).toMatchObject({
      model: JSON.parse(EARLIER) as object,
    });
    const restored = await request("POST", "/v1/models/gone/restore", { version: 1 }, { "if-match": '"2"' });
    expect([restored.status, await restored.json()]).toMatchObject([
      422,
      {
        error: {
          code: "invalid_model",
          message: expect.stringContaining("Version 1") as unknown,
          issues: [{ message: expect.stringContaining('"pagez"') as unknown }, {}],
        },
      },
    ]);
    // It still holds where it held.
    expect(await (await request("GET", "/v1/models/gone?version=1&form=full")).json()).toMatchObject({
      model: { name: "Earlier" },
    });
  });

  test("the starter that was never changed is named by its content, too", async () => {
    const get = await request("GET", "/v1/models/starter");
    const tag = get.headers.get("etag") ?? "";
    expect([tag, await get.json()]).toMatchObject([
      expect.stringMatching(/^"1-[\da-z]+"$/),
      { version: 1, model: JSON.parse(STARTER.document ?? "") as object },
    ]);
    expect((await request("GET", "/v1/models/starter", undefined, { "if-none-match": tag })).status).toBe(
      304,
    );
    const put = (expected: string, name: string) =>
      request("PUT", "/v1/models/starter", { name }, { "if-match": expected });
    const refused = await put('"1-another"', "Mine");
    expect([refused.status, refused.headers.get("etag")]).toEqual([412, tag]);
    const same = await request("PUT", "/v1/models/starter", JSON.parse(STARTER.document ?? ""), {
      "if-match": tag,
    });
    expect([same.status, same.headers.get("etag"), await same.json()]).toMatchObject([
      200,
      tag,
      { version: 1 },
    ]);
    const changed = await put(tag, "Mine");
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, '"2"']);
    // It is kept as it was, with the tag that it had.
    const first = await request("GET", "/v1/models/starter?version=1");
    expect(first.headers.get("etag")).toBe(tag);
  });
});
