import { listDurableObjectIds } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import { objectsOf } from "../../worker/site-objects.ts";
import { type Asking, ask, type Flag, GRADED, modelled, valuesOf, visitor } from "./flags.ts";
import { backend, browse, identify, named, siteWithTokens, token, visit } from "./people.ts";
import { answered, env, newSite, send } from "./two-sites.ts";

const TODAY = () => new Date().toISOString().slice(0, 10);

const site = await modelled("flags");

describe("the flags of a contact", () => {
  const x = visitor();
  const key = site.secretKey;

  test("are its standings under every model, those of the default one also by their short names", async () => {
    await browse(site, visit(x, "/pricing"));
    const all = await ask(`anon:${x}`, { key });
    expect(all.status).toBe(200);
    expect(valuesOf(all)).toEqual({
      band: "cold",
      score: 10,
      grade: "none",
      cell: "none",
      "starter.band": "cold",
      "starter.score": 10,
      "starter.grade": "none",
      "starter.cell": "none",
      "graded.band": "warm",
      "graded.score": 13,
      "graded.grade": "B",
      "graded.cell": "none",
      "gridded.band": "none",
      "gridded.score": 40,
      "gridded.grade": "none",
      "gridded.cell": "B1",
    });
    expect(all.body["metadata"]).toEqual({ at: TODAY() });
    expect([all.headers.get("cache-control"), all.headers.get("content-type")]).toEqual([
      "private, no-cache",
      "application/json",
    ]);
  });

  test("are each the same asked for alone, and say by which version and until when", async () => {
    const all = (await ask(`anon:${x}`, { key })).body["flags"] as Flag[];
    for (const flag of all) expect((await ask(`anon:${x}`, { key, flag: flag.key })).body).toEqual(flag);
    const score = await send("GET", `/v1/contacts/anon:${x}/score?model=graded`, { key });
    const { at: until } = score.body["nextChange"] as { at: string };
    const metadata = { model: "graded", version: 1, at: TODAY(), nextChange: until };
    const reason = "TARGETING_MATCH";
    expect(all.filter((flag) => flag.key.startsWith("graded"))).toEqual([
      { key: "graded.band", value: "warm", variant: "warm", reason, metadata },
      { key: "graded.score", value: 13, variant: "warm", reason, metadata },
      { key: "graded.grade", value: "B", variant: "B", reason, metadata },
      { key: "graded.cell", value: "none", variant: "none", reason, metadata },
    ]);
    expect(all.find((flag) => flag.key === "gridded.cell")).toMatchObject({
      variant: "B1",
      metadata: { cellName: "warm stranger" },
    });
  });

  test("are not given again to who has them, and are new with an event, a version, and for another contact", async () => {
    const y = visitor();
    await browse(site, visit(y, "/pricing"));
    const tagOf = async (id: string, more: Asking = { key }) =>
      (await ask(`anon:${id}`, more)).headers.get("etag") ?? "";
    const tag = await tagOf(y);
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await tagOf(y)).toBe(tag);
    const again = (id: string, more: Asking = {}) =>
      ask(`anon:${id}`, { key, headers: { "if-none-match": tag }, ...more });
    const same = await again(y);
    expect([same.status, same.body, same.headers.get("etag")]).toEqual([304, {}, tag]);
    // x has done the same, and is no less another one; as is y in its own browser.
    expect((await again(x)).status).toBe(200);
    expect((await again(y, { key: site.writeKey })).status).toBe(200);
    expect((await again(visitor())).status).toBe(200);
    await browse(site, visit(y, "/pricing"));
    expect(valuesOf(await again(y))).toMatchObject({ "graded.band": "hot", "graded.score": 23 });
    const before = await tagOf(y);
    const put = await send("PUT", "/v1/models/graded", {
      key,
      body: { ...GRADED, start: 4 },
      headers: { "if-match": "*" },
    });
    expect(put.status).toBe(200);
    expect(await tagOf(y)).not.toBe(before);
    expect((await ask(`anon:${y}`, { key, flag: "graded.score" })).body).toMatchObject({
      value: 24,
      metadata: { version: 2 },
    });
    await send("PUT", "/v1/models/graded", { key, body: GRADED, headers: { "if-match": "*" } });
  });
});

test("of a contact that a model leaves unscored they say why", async () => {
  const own = await siteWithTokens("flags-excluded");
  const exclude = [{ label: "own staff", where: { email: { endsWith: "@shop.example" } } }];
  const put = await send("PUT", "/v1/models/starter", {
    key: own.secretKey,
    body: { ...GRADED, exclude },
    headers: { "if-match": "*" },
  });
  expect([put.status, put.body]).toEqual([200, put.body]);
  const ann = named("ann");
  const traits = { email: "ann@shop.example" };
  await backend(own, { type: "identify", messageId: ann, userId: ann, traits });
  const flag = (name: string) => ask(`user:${ann}`, { key: own.secretKey, flag: name });
  const metadata = { excluded: "own staff", version: 2 };
  expect((await flag("score")).body).toMatchObject({ value: 0, variant: "none", metadata });
  expect((await flag("band")).body).toMatchObject({ value: "none", metadata });
});

describe("somebody who is not known", () => {
  test("stands where anybody does who has done nothing, and becomes no contact", async () => {
    const nobody = visitor();
    await browse(site, visit(visitor(), "/"));
    const before = (await listDurableObjectIds(env.CONTACT as never)).length;
    const known = async () =>
      (await send("GET", `/v1/contacts/anon:${nobody}`, { key: site.secretKey })).status;
    for (const key of [site.secretKey, site.writeKey]) {
      const all = await ask(`anon:${nobody}`, { key });
      expect(valuesOf(all)).toMatchObject({ band: "cold", score: 0, "graded.score": 3, "graded.grade": "C" });
      const flags = all.body["flags"] as Flag[];
      expect(flags).toHaveLength(16);
      expect(new Set((all.body["flags"] as { reason: string }[]).map(({ reason }) => reason))).toEqual(
        new Set(["DEFAULT"]),
      );
      for (const flag of flags) {
        expect((await ask(`anon:${nobody}`, { key, flag: flag.key })).body).toEqual(flag);
      }
      const tag = all.headers.get("etag") ?? "";
      expect((await ask(`anon:${nobody}`, { key, headers: { "if-none-match": tag } })).status).toBe(304);
      expect((await ask(`anon:${nobody}`, { key, flag: "no.band" })).status).toBe(404);
    }
    expect(valuesOf(await ask(`user:${nobody}`, { key: site.secretKey }))).toMatchObject({ score: 0 });
    expect(await known()).toBe(404);
    expect(await listDurableObjectIds(env.CONTACT as never)).toHaveLength(before);
  });

  test("is again who has been deleted, also where the isolate still knows of the contact", async () => {
    const x = visitor();
    await browse(site, visit(x, "/pricing"));
    const key = site.secretKey;
    const band = async () => (await ask(`anon:${x}`, { key, flag: "graded.band" })).body;
    expect(await band()).toMatchObject({ value: "warm" });
    // As another isolate would: this one forgets whom it is asked to delete.
    await objectsOf(env, site.id).contact(`anon:${x}`).erase(Date.now());
    expect(await band()).toMatchObject({ value: "none", reason: "DEFAULT" });
    expect(valuesOf(await ask(`anon:${x}`, { key }))).toMatchObject({ "graded.score": 3 });
  });
});

describe("with the public key", () => {
  test("a browser has its own visitor's flags, and what only the whole contact has with its user's token", async () => {
    const [x, ann] = [visitor(), named("ann")];
    await browse(site, visit(x, "/pricing"));
    const bought = Array.from({ length: 3 }, (_, i) => ({
      type: "page",
      messageId: `${ann}-${i}`,
      userId: ann,
      properties: { path: "/pricing" },
    }));
    await backend(site, ...bought);
    const proof = await token(site, ann);
    await browse(site, identify(x, ann, proof));
    const graded = async (more: Asking) => {
      const values = valuesOf(await ask(`anon:${x}`, more));
      return [values["graded.score"], values["graded.band"], values["graded.grade"]];
    };
    const key = site.writeKey;
    expect(await graded({ key: site.secretKey })).toEqual([43, "hot", "A"]);
    expect(await graded({ key })).toEqual([13, "warm", "B"]);
    expect(await graded({ key, headers: { "afterglow-token": proof } })).toEqual([13, "hot", "A"]);
    const other = await token(site, named("bob"));
    expect(await graded({ key, headers: { "afterglow-token": other } })).toEqual([13, "warm", "B"]);
    expect(await graded({ key, headers: { "afterglow-token": "a.b.c" } })).toEqual([13, "warm", "B"]);
    expect(answered.at(-1)?.text).not.toContain(ann);
  });

  test("nobody has those of a user, whether there is one or not, nor of a visitor whose id they do not know", async () => {
    const ann = named("ann");
    await backend(site, { type: "page", messageId: ann, userId: ann, properties: { path: "/pricing" } });
    for (const ref of [`user:${ann}`, `user:${named("nobody")}`]) {
      for (const flag of [undefined, "band"]) {
        const asking = { key: site.writeKey, ...(flag === undefined ? {} : { flag }) };
        const { status, body } = await ask(ref, asking);
        expect([status, body["errorCode"], body["key"]]).toEqual([400, "INVALID_CONTEXT", flag]);
        expect(body["errorDetails"]).toContain("secret key");
      }
    }
    // The user's name is no visitor's id: nothing of the user is told.
    expect((await ask(`anon:${ann}`, { key: site.writeKey, flag: "score" })).body).toMatchObject({
      value: 0,
    });
  });
});

describe("a key", () => {
  test("of another site finds nobody of this one", async () => {
    const other = await newSite("flags-elsewhere");
    const [x, ann] = [visitor(), named("ann")];
    await browse(site, visit(x, "/pricing"));
    await backend(site, { type: "page", messageId: ann, userId: ann, properties: { path: "/pricing" } });
    for (const ref of [`anon:${x}`, `user:${ann}`]) {
      const { status, body } = await ask(ref, { key: other.secretKey, flag: "score" });
      expect([status, body["value"], body["reason"]]).toEqual([200, 0, "DEFAULT"]);
      expect((await ask(ref, { key: other.secretKey, flag: "graded.band" })).status).toBe(404);
    }
    expect(valuesOf(await ask(`anon:${x}`, { key: other.writeKey }))).toMatchObject({ score: 0 });
  });
});
