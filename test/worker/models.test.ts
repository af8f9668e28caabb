import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";

import { fullOf } from "../../worker/domain/frozen-model.ts";
import {
  MAX_DELETED_MODELS,
  MAX_MODELS,
  MAX_VERSIONS_PER_MODEL,
  MODEL_CHANGE_HOLDS_MS,
  MODELS_FRESH_MS,
  MODELS_PATIENCE_MS,
  MODELS_RETRY_MS,
} from "../../worker/domain/model-limits.ts";
import type { Expected } from "../../worker/domain/precondition.ts";
import type { Env } from "../../worker/env.ts";
import type { Ask } from "../../worker/live-copy.ts";
import { createLiveModels } from "../../worker/live-models.ts";

const env = bindings as unknown as Env;

let sites = 0;

const document = (points: number) =>
  JSON.stringify({ name: `Worth ${points}`, pages: { "/pricing": points } });
const full = (points: number) => fullOf(document(points)) ?? "";

/** The models of a site of the test's own. */
function newSite() {
  sites += 1;
  const models = env.MODELS.getByName(`site-${sites}`);
  const save = async (id: string, expected: Expected, points: number) => {
    const { kind, ...more } = await models.save({
      id,
      expected,
      document: document(points),
      full: full(points),
      name: `Worth ${points}`,
    });
    return "head" in more ? [kind, more.head.version] : [kind];
  };
  const read = async (id: string, version?: number) => {
    const found = await models.read(id, version);
    return "kind" in found ? found.kind : [found.version, found.document];
  };
  const rows = () =>
    runInDurableObject(models, (_, state) =>
      state.storage.sql
        .exec<{ model: string; version: number }>("SELECT model, version FROM versions")
        .toArray(),
    );
  const ids = async () => (await models.list()).map((head) => head.id);
  return { models, save, read, rows, ids };
}

describe("a site's models", () => {
  test("begin with the starter, which has no row until it is changed, and its first version then", async () => {
    const { models, save, read, rows, ids } = newSite();
    expect(await ids()).toEqual(["starter"]);
    expect((await models.versions("starter")).map((head) => [head.version, head.at])).toEqual([[1, 0]]);
    expect(await models.changes(0)).toBeNull();
    expect(await rows()).toEqual([]);
    expect(await save("starter", ["1"], 5)).toEqual(["saved", 2]);
    expect((await rows()).map((row) => row.version)).toEqual([1, 2]);
    expect(await read("starter")).toEqual([2, document(5)]);
    expect((await read("starter", 1))[1]).toContain("*/pricing*");
  });

  test("keep every version, also of a model that was deleted and made again", async () => {
    const { models, save, read, ids } = newSite();
    expect(await save("one", "absent", 1)).toEqual(["saved", 1]);
    expect(await save("one", ["1"], 2)).toEqual(["saved", 2]);
    expect(await save("one", "present", 2)).toEqual(["unchanged", 2]);
    expect(await save("two", "absent", 7)).toEqual(["saved", 1]);
    expect(await models.remove("one", ["2"])).toEqual({ kind: "deleted" });
    expect(await ids()).toEqual(["starter", "two"]);
    await evictDurableObject(models);
    expect(await read("one")).toBe("unknown_model");
    expect(await read("one", 2)).toEqual([2, document(2)]);
    expect(await read("one", 3)).toEqual([3, null]);
    expect(await read("one", 4)).toBe("unknown_version");
    expect(await save("one", "absent", 1)).toEqual(["saved", 4]);
    // Made again, it is the youngest.
    expect(await ids()).toEqual(["starter", "two", "one"]);
    await models.remove("starter", undefined);
    await models.remove("two", undefined);
    expect(await models.remove("one", undefined)).toEqual({ kind: "last_model" });
    await evictDurableObject(models);
    expect(await ids()).toEqual(["one"]);
  });

  test("take one of two changes that expect the same version", async () => {
    const { save, read } = newSite();
    const created = await Promise.all([1, 2, 3].map((points) => save("one", "absent", points)));
    expect(created.filter(([kind]) => kind === "saved")).toHaveLength(1);
    const changed = await Promise.all([10, 20].map((points) => save("one", ["1"], points)));
    expect(changed.filter(([kind]) => kind === "saved")).toHaveLength(1);
    expect((await read("one"))[0]).toBe(2);
  });

  test("take an old document back as a new version", async () => {
    const { models, save, read } = newSite();
    await save("one", "absent", 1);
    await save("one", ["1"], 2);
    const more = { expected: ["2"], author: "ann", note: "too much" };
    expect(await models.restore("one", 1, more)).toMatchObject({ kind: "saved", head: { version: 3 } });
    expect(await read("one")).toEqual([3, document(1)]);
    const [newest] = await models.versions("one");
    expect(newest).toMatchObject({
      version: 3,
      restored: 1,
      author: "ann",
      note: "too much",
      name: "Worth 1",
    });
    expect(await models.restore("one", 1, { expected: ["3"] })).toMatchObject({ kind: "unchanged" });
    expect(await models.restore("one", 9, { expected: ["3"] })).toEqual({ kind: "unknown_version" });
    await models.remove("one", undefined);
    expect(await models.restore("one", 4, { expected: "absent" })).toEqual({ kind: "unknown_version" });
    expect(await models.restore("one", 2, { expected: "absent" })).toMatchObject({
      kind: "saved",
      created: true,
      head: { version: 5, restored: 2 },
    });
  });

  test("are at most so many, with so many versions, the oldest of which go", async () => {
    const { models, save, read } = newSite();
    for (let i = 1; i < MAX_MODELS; i += 1) expect((await save(`m${i}`, "absent", i))[0]).toBe("saved");
    expect(await save("one-more", "absent", 1)).toEqual(["too_many_models"]);
    await models.remove("m1", undefined);
    expect(await save("one-more", "absent", 1)).toEqual(["saved", 1]);
    await runInDurableObject(models, (instance) => {
      for (let i = 2; i <= MAX_VERSIONS_PER_MODEL + 2; i += 1) {
        const outcome = instance.save({
          id: "m2",
          expected: [String(i - 1)],
          document: document(1_000 + i),
          full: full(1_000 + i),
          name: "",
        });
        expect(outcome.kind).toBe("saved");
      }
    });
    const versions = (await models.versions("m2")).map((head) => head.version);
    expect([versions.length, versions[0], versions.at(-1)]).toEqual([MAX_VERSIONS_PER_MODEL, 1_002, 3]);
    expect(await read("m2", 2)).toBe("unknown_version");
    expect(await read("m2")).toEqual([1_002, document(2_002)]);
  });

  test("forget what the longest deleted ones were, but never give a version's number twice", async () => {
    const { models, save, rows } = newSite();
    for (let i = 0; i <= MAX_DELETED_MODELS; i += 1) {
      await save(`m${i}`, "absent", 1);
      await models.remove(`m${i}`, undefined);
    }
    const kept = (id: string) => rows().then((all) => all.filter((row) => row.model === id).length);
    expect([await kept("m0"), await kept("m1")]).toEqual([1, 2]);
    expect(await save("m0", "absent", 1)).toEqual(["saved", 3]);
  });

  test("stay as they were where a change cannot be written", async () => {
    const { models, save, ids, read } = newSite();
    await save("one", "absent", 1);
    const sql = (statement: string) =>
      runInDurableObject(models, (_, state) => void state.storage.sql.exec(statement));
    await sql(
      "CREATE TRIGGER full BEFORE INSERT ON versions WHEN NEW.deleted OR NEW.version > 1 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
    const failures = await runInDurableObject(models, (instance) => {
      const change = { id: "one", expected: ["1"], document: document(2), full: full(2), name: "" };
      return [() => instance.save(change), () => instance.remove("starter", undefined)].map((act) => {
        try {
          return act().kind;
        } catch (problem) {
          return String(problem);
        }
      });
    });
    expect(failures).toEqual([expect.stringContaining("disk full"), expect.stringContaining("disk full")]);
    expect([await ids(), await read("one")]).toEqual([
      ["starter", "one"],
      [1, document(1)],
    ]);
    expect(await models.changes(1)).toBeNull();
    await sql("DROP TRIGGER full");
    expect(await save("one", ["1"], 2)).toEqual(["saved", 2]);
  });
});

describe("an isolate", () => {
  /** An isolate with a clock of its own. */
  function newIsolate(models: { changes(since: number): Promise<string | null> }) {
    let now = 1_000_000;
    const live = createLiveModels(() => now);
    const ask = vi.fn<Ask>(async (since) => models.changes(since));
    const pass = (ms: number) => {
      now += ms;
    };
    const version = async (id?: string) => {
      const found = (await live.current(ask)).find(id);
      return found && [found.id, found.version];
    };
    return { live, ask, pass, version };
  }

  test("knows a change after its time at the latest, and asks nobody before", async () => {
    const { models, save } = newSite();
    const { live, ask, pass, version } = newIsolate(models);
    expect(await version()).toEqual(["starter", 1]);
    await save("starter", ["1"], 5);
    await save("one", "absent", 1);
    pass(MODELS_FRESH_MS - 1);
    expect(live.current(ask)).not.toBeInstanceOf(Promise);
    expect(await version()).toEqual(["starter", 1]);
    expect(ask).toHaveBeenCalledTimes(1);
    pass(1);
    expect(await version()).toEqual(["starter", 2]);
    expect(await version("one")).toEqual(["one", 1]);
    expect(ask.mock.calls).toEqual([[0], [0]]);
    await models.remove("starter", undefined);
    pass(MODELS_FRESH_MS);
    expect([await version(), await version("starter")]).toEqual([["one", 1], undefined]);
    expect(MODELS_FRESH_MS).toBeLessThan(MODEL_CHANGE_HOLDS_MS);
  });

  test("that has made a change knows it at once", async () => {
    const { models, save } = newSite();
    const { live, ask, version } = newIsolate(models);
    await version();
    await save("starter", ["1"], 5);
    await live.refresh(ask);
    expect(await version()).toEqual(["starter", 2]);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test("is told only what it does not know, and reads a model once", async () => {
    const { models, save } = newSite();
    const { live, ask, pass } = newIsolate(models);
    await save("one", "absent", 1);
    const first = (await live.current(ask)).find("one");
    await save("two", "absent", 2);
    pass(MODELS_FRESH_MS);
    const then = await live.current(ask);
    expect(then.find("one")).toBe(first);
    expect(await ask.mock.results[1]?.value).not.toContain("Worth 1");
    pass(MODELS_FRESH_MS);
    expect(await live.current(ask)).toBe(then);
    expect(await ask.mock.results[2]?.value).toBeNull();
  });

  test("asks once at a time, and waits for nobody while what it knows may still be used", async () => {
    const { models } = newSite();
    const { live, pass } = newIsolate(models);
    const answers: ((text: string | null) => void)[] = [];
    const ask = vi.fn<Ask>(() => new Promise((resolve) => answers.push(resolve)));
    const first = [1, 2, 3].map(async () => live.current(ask));
    expect(ask).toHaveBeenCalledTimes(1);
    answers[0]?.(null);
    const [known] = await Promise.all(first);
    pass(MODELS_FRESH_MS);
    const asking = live.current(ask);
    expect(asking).toBeInstanceOf(Promise);
    expect(live.current(ask)).toBe(known);
    pass(MODELS_PATIENCE_MS);
    // Broken off, the other one's question is never answered.
    const impatient = live.current(ask);
    expect(ask).toHaveBeenCalledTimes(3);
    answers.at(-1)?.(null);
    expect(await impatient).toBe(known);
  });

  test("goes on with what it knows when nobody answers, and fails only where it knows nothing", async () => {
    const { models, save } = newSite();
    const { live, ask, pass, version } = newIsolate(models);
    const fail = vi.fn<Ask>(() => Promise.reject(new Error("unreachable")));
    await expect(live.current(fail)).rejects.toThrow("unreachable");
    await save("one", "absent", 1);
    expect(await version("one")).toEqual(["one", 1]);
    pass(60_000);
    expect((await live.current(fail)).find("one")).toBeDefined();
    expect((await live.current(fail)).find("one")).toBeDefined();
    expect(fail).toHaveBeenCalledTimes(2);
    await save("one", ["1"], 2);
    pass(MODELS_RETRY_MS);
    expect(await version("one")).toEqual(["one", 2]);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});
