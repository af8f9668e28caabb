import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import { objectsOf } from "../../worker/site-objects.ts";
import { answered, beacon, env, newSite, page, send } from "./two-sites.ts";

const CREATE = { "if-none-match": "*" };
const model = (points: number) => ({ name: `Worth ${points}`, pages: { "/pricing": points } });

describe("two sites", () => {
  test("never see or change anything of each other's, whatever is asked", async () => {
    const [a, b] = [await newSite("alpha"), await newSite("beta")];
    // The same model and the same visitor in both, and in the main site.
    const keys = [a.secretKey, b.secretKey, "sk_test"];
    for (const [i, key] of keys.entries()) {
      const put = await send("PUT", "/v1/models/own", { key, body: model(10 ** i), headers: CREATE });
      expect([put.status, put.body["version"]]).toEqual([201, 1]);
    }
    for (const [key, times] of [
      [a.writeKey, 1],
      [b.writeKey, 2],
      ["wk_test", 3],
    ] as const) {
      const batch = Array.from({ length: times }, () => page("ann", "/pricing"));
      expect((await beacon(key, batch)).body).toMatchObject({
        accepted: times,
        snapshot: { score: times * 10 },
      });
    }
    const scores = async (query: string) =>
      Promise.all(
        keys.map(
          async (key) => (await send("GET", `/v1/contacts/anon:ann/score?${query}`, { key })).body["score"],
        ),
      );
    expect(await scores("model=own")).toEqual([1, 20, 300]);
    expect(await scores("")).toEqual([10, 20, 30]);

    // A name of one that is only in the other: as a reader, by hand, in a preview, and as a model.
    await beacon(a.writeKey, [page("only-a", "/pricing")]);
    expect((await send("GET", "/v1/contacts/anon:only-a", { key: a.secretKey })).status).toBe(200);
    await send("PUT", "/v1/models/only-a", { key: a.secretKey, body: model(5), headers: CREATE });
    const said = { reason: "met", author: "ann", points: 5 };
    for (const key of [b.secretKey, "sk_test"]) {
      for (const [method, path, body] of [
        ["GET", "/v1/contacts/anon:only-a"],
        ["GET", "/v1/contacts/anon:only-a/score"],
        ["GET", "/v1/contacts/anon:only-a/timeline"],
        ["GET", "/v1/contacts/alpha%2Fanon:only-a"],
        ["POST", "/v1/contacts/anon:only-a/adjustments", said],
        ["POST", "/v1/contacts/anon:only-a/resets", { reason: "met", author: "ann" }],
        ["GET", "/v1/models/only-a"],
        ["GET", "/v1/models/only-a/versions"],
        ["DELETE", "/v1/models/only-a"],
      ] as const) {
        const { status, code } = await send(method, path, { key, body });
        expect([method, path, status]).toEqual([method, path, path.includes("alpha") ? 400 : 404]);
        expect(code).toMatch(/^(?:unknown_contact|unknown_model|invalid_ref)$/);
      }
      const preview = await send("POST", "/v1/models/own/preview", {
        key,
        body: { draft: model(7), contacts: ["anon:only-a"] },
      });
      expect(preview.body["results"]).toMatchObject([{ error: { code: "unknown_contact" } }]);
      const { models } = (await send("GET", "/v1/models", { key })).body as { models: { id: string }[] };
      expect(models.map(({ id }) => id)).toEqual(["starter", "own"]);
      expect(
        (await send("PUT", "/v1/models/only-a", { key, body: model(9), headers: { "if-match": "*" } })).code,
      ).toBe("precondition_failed");
    }
    for (const key of [b.writeKey, "wk_test"]) {
      const own = await send("GET", `/v1/me/score?anonymousId=only-a&writeKey=${key}`);
      expect(own.code).toBe("unknown_contact");
    }
    const own = await send("GET", `/v1/me/score?anonymousId=only-a&writeKey=${a.writeKey}`);
    expect(own.body).toMatchObject({ score: 10 });
    expect((await send("GET", "/v1/models/only-a", { key: a.secretKey })).body).toMatchObject({ version: 1 });
  });

  test("have crossings by their own models' versions, also where those have the same names", async () => {
    const [a, b] = [await newSite("crossing-a"), await newSite("crossing-b")];
    for (const [site, threshold] of [
      [a, 1],
      [b, 100],
    ] as const) {
      const key = site.secretKey;
      const banded = (name: string) => ({
        name,
        pages: { "/pricing": 10 },
        bands: { hot: threshold, cold: null },
      });
      await send("PUT", "/v1/models/own", { key, body: banded("First"), headers: CREATE });
      const at = new Date(Date.now() - 86_400_000).toISOString();
      const batch = [{ ...page("x", "/pricing"), anonymousId: undefined, userId: "u", timestamp: at }];
      await send("POST", "/v1/batch", { key, body: { batch } });
      await send("PUT", "/v1/models/own", { key, body: banded("Second"), headers: { "if-match": "*" } });
      const { body } = await send("GET", "/v1/contacts/user:u/timeline?model=own", { key });
      const crossings = body["crossings"] as readonly { readonly to: string }[];
      expect([threshold, crossings.some(({ to }) => to === "hot")]).toEqual([threshold, threshold === 1]);
    }
  });

  test("keep their contacts in objects that carry their name, and know it on disk", async () => {
    const site = await newSite("on-disk");
    await beacon(site.writeKey, [page("visitor-on-disk", "/")]);
    const rows = (id: string) =>
      runInDurableObject(objectsOf(env, id).contact("anon:visitor-on-disk"), (_, state) => {
        const tables = state.storage.sql
          .exec("SELECT name FROM sqlite_master WHERE name = 'ledger'")
          .toArray();
        if (tables.length === 0) return null;
        const [row] = state.storage.sql.exec<{ data: string }>("SELECT data FROM ledger").toArray();
        return (JSON.parse(row?.data ?? "{}") as { site?: string }).site ?? null;
      });
    expect([await rows("on-disk"), await rows("main")]).toEqual(["on-disk", null]);
  });
});

describe("the sites", () => {
  test("are administered by the main key; a site's own key sees and changes its own", async () => {
    const [a, b] = [await newSite("own-a"), await newSite("own-b")];
    const list = async (key: string) =>
      ((await send("GET", "/v1/sites", { key })).body as { sites: { id: string }[] }).sites.map(
        ({ id }) => id,
      );
    const all = await list("sk_test");
    expect([all[0], all.includes("own-a"), all.includes("own-b")]).toEqual(["main", true, true]);
    expect(await list(a.secretKey)).toEqual(["own-a"]);
    for (const [method, path, body] of [
      ["GET", ""],
      ["PATCH", "", { name: "Taken" }],
      ["DELETE", "?contacts=keep"],
      ["POST", "/keys", { kind: "secret" }],
      ["DELETE", `/keys/${b.writeKid}`],
      ["POST", `/keys/${b.writeKid}/rotate`, {}],
    ] as const) {
      for (const id of ["own-b", "main", "nowhere"]) {
        const { status, code } = await send(method, `/v1/sites/${id}${path}`, { key: a.secretKey, body });
        expect([method, path, id, status, code]).toEqual([method, path, id, 404, "unknown_site"]);
      }
    }
    expect((await send("POST", "/v1/sites", { key: a.secretKey, body: { id: "own-c" } })).code).toBe(
      "main_key_required",
    );
    expect((await send("DELETE", "/v1/sites/own-a", { key: a.secretKey })).code).toBe("main_key_required");
    for (const key of [a.writeKey, "wk_test"])
      expect((await send("GET", "/v1/sites/own-a", { key })).code).toBe("secret_key_required");
    expect((await send("GET", "/v1/sites")).code).toBe("secret_key_required");
    const patch = { name: "A", origins: ["https://a.example"] };
    expect((await send("PATCH", "/v1/sites/own-a", { key: a.secretKey, body: patch })).body).toMatchObject(
      patch,
    );
    expect((await send("GET", "/v1/sites/own-a", { key: "sk_test" })).body).toMatchObject({
      id: "own-a",
      ...patch,
    });
    expect((await send("GET", "/v1/sites/own-b", { key: "sk_test" })).body).toMatchObject({ name: "own-b" });
  });

  test("say what is wrong with what they are told", async () => {
    const post = (body: unknown) => send("POST", "/v1/sites", { key: "sk_test", body });
    const wrong = await post({ id: "Shop", origins: ["shop.example/"] });
    expect([wrong.status, wrong.code]).toEqual([400, "invalid_site"]);
    expect(wrong.body["error"]).toMatchObject({
      message: expect.stringContaining("origins[0] wants an origin") as unknown,
      issues: [{ path: "id" }, { path: "origins[0]" }],
    });
    expect((await post({ id: "main" })).code).toBe("site_exists");
    expect((await post("{")).code).toBe("invalid_json");
    expect((await send("PATCH", "/v1/sites/nowhere", { key: "sk_test", body: {} })).code).toBe(
      "unknown_site",
    );
    expect((await send("DELETE", "/v1/sites/nowhere", { key: "sk_test" })).code).toBe("unknown_site");
    expect((await send("DELETE", "/v1/sites/main", { key: "sk_test" })).code).toBe("main_site");
    expect((await send("PUT", "/v1/sites/main", { key: "sk_test" })).headers.get("allow")).toBe(
      "GET, HEAD, DELETE, PATCH, OPTIONS",
    );
  });

  test("that are deleted take their keys with them, and give their contacts to nobody", async () => {
    const site = await newSite("gone");
    await beacon(site.writeKey, [page("left-behind", "/pricing")]);
    const remove = (query = "") => send("DELETE", `/v1/sites/gone${query}`, { key: "sk_test" });
    expect((await remove()).code).toBe("site_has_contacts");
    expect((await beacon(site.writeKey, [page("left-behind", "/pricing")])).status).toBe(200);
    expect((await remove("?contacts=keep")).status).toBe(204);
    expect((await beacon(site.writeKey, [page("left-behind", "/pricing")])).code).toBe("invalid_key");
    expect((await send("GET", "/v1/contacts/anon:left-behind", { key: site.secretKey })).code).toBe(
      "unknown_key",
    );
    expect((await send("POST", "/v1/sites", { key: "sk_test", body: { id: "gone" } })).code).toBe(
      "site_exists",
    );
    await newSite("empty");
    expect((await send("DELETE", "/v1/sites/empty", { key: "sk_test" })).status).toBe(204);
  });
});

test("secret keys are not taken from an address, and shown only where they are made", async () => {
  const site = await newSite("secretive");
  const url = `/v1/me/score?anonymousId=a&writeKey=${site.secretKey}`;
  expect((await send("GET", url)).code).toBe("invalid_key");
  expect((await send("GET", `/v1/projects/${site.secretKey}/settings`)).code).toBe("invalid_key");
  await send("GET", "/v1/sites", { key: site.secretKey });
  await send("GET", `/v1/sites/secretive/keys/${site.secretKey}`, { key: site.secretKey });
  await send("DELETE", `/v1/sites/secretive/keys/${site.secretKey}`, { key: site.secretKey });
  await send("POST", `/v1/sites/secretive/keys/${site.secretKey}/rotate`, {
    key: site.secretKey,
    body: "{",
  });
  await send("GET", `/v1/contacts/${site.secretKey}`, { key: site.secretKey });
  await send("GET", `/v1/${site.secretKey}`, { key: site.secretKey });
  const shown = answered.filter(({ text }) => text.includes(site.secretKey));
  expect(shown.map(({ status }) => status)).toEqual([201]);
  const secrets = ["sk_test", env.SIGNING_KEY ?? ""];
  expect(answered.filter(({ text }) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
  // Everything that was answered in this file, but what made a key.
  const others = answered.filter(({ status }) => status !== 201).map(({ text }) => text);
  expect(others.length).toBeGreaterThan(80);
  expect(others.filter((text) => /sk_[a-z0-9-]+\.[0-9a-f]{16}\.[\w-]{24}/.test(text))).toEqual([]);
});
