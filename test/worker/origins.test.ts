import { describe, expect, test } from "vitest";

import { originProblem, originTest } from "../../worker/domain/origins.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import { beacon, env, newSite, page, send } from "./two-sites.ts";

const WWW = "https://www.example.com";
const EVIL = "https://evil.example";

const corsOf = (headers: Headers) => [headers.get("access-control-allow-origin"), headers.get("vary")];

const preflight = (origin?: string) =>
  send("OPTIONS", "/v1/batch", {
    headers: {
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
      ...(origin === undefined ? {} : { origin }),
    },
  });

describe("an origin", () => {
  test("is scheme and host as browsers send them; what is near it is named", () => {
    for (const origin of [
      "https://www.example.com",
      "http://localhost:3000",
      "http://[::1]:8080",
      "https://*.example.com",
      "https://*.example.co.uk:8443",
      "https://xn--bcher-kva.example",
      "capacitor://localhost",
      "chrome-extension://abcdefghijklmnop",
    ]) {
      expect([origin, originProblem(origin)]).toEqual([origin, undefined]);
    }
    for (const [wrong, near] of [
      ["https://www.example.com/", 'here "https://www.example.com"'],
      ["www.example.com", 'here "https://www.example.com"'],
      ["HTTPS://WWW.Example.com/shop?a=1", 'here "https://www.example.com"'],
      ["https://example.com:443", 'here "https://example.com"'],
      ["http://example.com:80/", 'here "http://example.com"'],
      ["*", "leave the list empty"],
      ["https://*", "such as"],
      ["https://*.com", "such as"],
      ["https://www.*.com", "such as"],
      ["https://*.*.example.com", "such as"],
      ["null", "such as"],
      ["", "such as"],
      [7, "such as"],
      [`https://${"a".repeat(300)}.example`, "such as"],
    ] as const) {
      expect(originProblem(wrong)).toContain(near);
    }
  });

  test("is held against a list, in which a wildcard stands for every host below, and nothing else", () => {
    const allows = originTest(["https://shop.example", "https://*.example.com", "http://*.dev.example:8080"]);
    for (const origin of [
      "https://shop.example",
      "https://www.example.com",
      "https://a.b.example.com",
      "http://x.dev.example:8080",
    ]) {
      expect([origin, allows(origin)]).toEqual([origin, true]);
    }
    for (const origin of [
      "https://example.com",
      "http://www.example.com",
      "https://www.example.com:8443",
      "https://wwwexample.com",
      "https://evilexample.com",
      "https://.example.com",
      "https://evil.test/.example.com",
      "https://evil.test:1.example.com",
      "https://user@evil.test?.example.com",
      "https://www.example.com.evil.test",
      "https://shop.example.evil.test",
      "https://*.example.com",
      "http://x.dev.example",
      "null",
      "",
    ]) {
      expect([origin, allows(origin)]).toEqual([origin, false]);
    }
  });
});

describe("a site that names its origins", () => {
  test("takes from its own pages, and of another's makes no contact", async () => {
    const site = await newSite("shop", [WWW, "https://*.shop.example"]);
    const from = (origin: string | undefined, key = site.writeKey) =>
      beacon(key, [page("v-1", "/")], origin === undefined ? {} : { origin });
    for (const [origin, anonymousId] of [
      [EVIL, "v-evil"],
      ["null", "v-null"],
      ["https://shop.example", "v-apex"],
      ["https://www.shop.example.evil.example", "v-suffix"],
    ] as const) {
      const { status, code, body } = await beacon(site.writeKey, [page(anonymousId, "/")], { origin });
      expect([origin, status, code]).toEqual([origin, 403, "origin_not_allowed"]);
      expect(body["error"]).toMatchObject({ message: expect.stringContaining(`"${origin}"`) as unknown });
      expect(body["error"]).toMatchObject({
        message: expect.stringContaining("PATCH /v1/sites/shop") as unknown,
      });
      expect(JSON.stringify(body)).not.toContain(WWW);
      expect(await objectsOf(env, "shop").directory().has(`anon:${anonymousId}`)).toBe(false);
    }
    for (const origin of [WWW, "https://a.shop.example"]) {
      const { status, headers } = await from(origin);
      expect([status, ...corsOf(headers)]).toEqual([200, origin, "origin"]);
    }
    // A server or an app sends none; what it is told is not for pages either.
    const server = await from(undefined);
    expect([server.status, server.headers.get("vary")]).toEqual([200, "origin"]);
    const secret = { key: site.secretKey, headers: { origin: EVIL } };
    expect((await send("POST", "/v1/batch", { ...secret, body: { batch: [page("v-2", "/")] } })).status).toBe(
      200,
    );
    expect((await send("GET", "/v1/contacts/anon:v-1/score", secret)).status).toBe(200);
  });

  test("is asked by its own pages only, on every address that takes the write key", async () => {
    const { writeKey } = await newSite("asked", [WWW]);
    await beacon(writeKey, [page("v", "/")], { origin: WWW });
    for (const [path, vary] of [
      [`/v1/me/score?anonymousId=v&writeKey=${writeKey}`, "origin"],
      [`/v1/projects/${writeKey}/settings`, "origin, x-forwarded-proto"],
      [`/sourceConfig?writeKey=${writeKey}`, "origin, x-forwarded-proto"],
    ] as const) {
      const [own, other] = [
        await send("GET", path, { headers: { origin: WWW } }),
        await send("GET", path, { headers: { origin: EVIL } }),
      ];
      expect([path, own.status, ...corsOf(own.headers)]).toEqual([path, 200, WWW, vary]);
      expect([path, other.status, other.code]).toEqual([path, 403, "origin_not_allowed"]);
    }
    // Also where there is nothing, or nothing new, to tell.
    const get = (id: string, headers: Record<string, string> = {}) =>
      send("GET", `/v1/me/score?anonymousId=${id}&writeKey=${writeKey}`, {
        headers: { origin: WWW, ...headers },
      });
    const unknown = await get("nobody");
    expect([unknown.code, ...corsOf(unknown.headers)]).toEqual(["unknown_contact", WWW, "origin"]);
    const same = await get("v", { "if-none-match": "*" });
    expect([same.status, ...corsOf(same.headers)]).toEqual([304, WWW, "origin"]);
  });

  test("says so at once where it is changed, and any page may again where it names none", async () => {
    const site = await newSite("changing", [WWW]);
    const patch = (origins: readonly string[]) =>
      send("PATCH", "/v1/sites/changing", { key: site.secretKey, body: { origins } });
    const from = async (origin: string) => (await beacon(site.writeKey, [page("v", "/")], { origin })).status;
    expect([await from(WWW), await from(EVIL)]).toEqual([200, 403]);
    await patch([EVIL]);
    expect([await from(WWW), await from(EVIL)]).toEqual([403, 200]);
    await patch([]);
    const any = await beacon(site.writeKey, [page("v", "/")], { origin: WWW });
    expect([any.status, ...corsOf(any.headers)]).toEqual([200, "*", null]);
  });
});

test("a preflight is answered for all sites' origins together, and the request for its own site's", async () => {
  // Sites of the tests before, and the main site, name none: any page may.
  const any = await preflight(EVIL);
  expect([any.status, any.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);

  const { body } = await send("GET", "/v1/sites", { key: "sk_test" });
  const restrict = (id: string, origins: readonly string[]) =>
    send("PATCH", `/v1/sites/${id}`, { key: "sk_test", body: { origins } });
  for (const { id } of body["sites"] as readonly { id: string }[]) await restrict(id, [WWW]);
  const site = await newSite("preflown", ["https://*.shop.example"]);
  for (const origin of [WWW, "https://a.shop.example"]) {
    const { status, headers } = await preflight(origin);
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, origin]);
    expect(headers.get("vary")).toContain("origin");
    expect(headers.get("access-control-allow-headers")).toBe("content-type");
  }
  const refused = await preflight(EVIL);
  expect([refused.status, refused.code]).toEqual([403, "origin_not_allowed"]);
  expect((await beacon(site.writeKey, [page("v", "/")], { origin: WWW })).code).toBe("origin_not_allowed");
  expect((await beacon("wk_test", [page("v", "/")], { origin: "https://a.shop.example" })).code).toBe(
    "origin_not_allowed",
  );
  expect((await beacon("wk_test", [page("v", "/")], { origin: WWW })).status).toBe(200);
  expect((await beacon("wk_test", [page("v", "/")])).status).toBe(200);

  // What a cache may hand on says that it depends on the page, also where no page has asked.
  const settings = await send("GET", "/v1/projects/wk_test/settings");
  expect([settings.status, settings.headers.get("vary")]).toEqual([200, "origin, x-forwarded-proto"]);

  await restrict("main", []);
  expect((await preflight(EVIL)).status).toBe(204);
  await restrict("main", [WWW]);
  expect((await preflight(EVIL)).status).toBe(403);
});
