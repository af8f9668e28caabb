import { describe, expect, test } from "vitest";

import { visitorText } from "../../worker/domain/visitor-cookie.ts";
import { macOfText } from "../../worker/signatures.ts";
import { type Asking, ask, FLAGS, modelled, visitor } from "./flags.ts";
import { browse, damage, visit } from "./people.ts";
import { env, newSite, send, signed } from "./two-sites.ts";

const OWN = { origin: "https://collector" };

const site = await modelled("flags-refused");

describe("a flag that is not there", () => {
  test("is told so in the protocol's words, however it is called", async () => {
    const x = visitor();
    await browse(site, visit(x, "/"));
    for (const flag of [
      "nothing",
      "Band",
      "band.",
      ".band",
      "graded",
      "graded.axes",
      "graded.band.x",
      "graded/band",
      "nomodel.band",
      "__proto__.band",
      "constructor",
      "toString.score",
      "%00",
      "%F0%9F%94%A5.band",
      "%E0%A4%A",
      "a/b/c",
      "x".repeat(3_000),
    ]) {
      for (const ref of [`anon:${x}`, `anon:${visitor()}`]) {
        const { status, body } = await ask(ref, { key: site.secretKey, flag });
        expect([status, body]).toEqual([
          404,
          { key: body["key"], errorCode: "FLAG_NOT_FOUND", errorDetails: expect.stringContaining('"score"') },
        ]);
        expect(typeof body["key"]).toBe("string");
      }
    }
  });
});

describe("with the public key", () => {
  test("the cookie stands in where no one is named; a forged, foreign or stolen one is none", async () => {
    const [main, x] = [{ key: "wk_test" }, visitor()];
    const cookieOf = async (id: string, of = "main") => {
      const name = of === "main" ? "afterglow_vid" : `afterglow_vid_${of}`;
      return `${name}=${id}.${await macOfText(visitorText(of, id), env.SIGNING_KEY ?? "")}`;
    };
    await send("POST", "/v1/batch", { key: "sk_test", body: { batch: [visit(x, "/pricing")] } });
    const cookie = await cookieOf(x);
    const body = {};
    const score = async (headers: Record<string, string>, more: Asking = { ...main, body }) => {
      const answer = await ask(undefined, { ...more, flag: "score", headers });
      return answer.body["value"] ?? answer.body["errorCode"];
    };
    expect(await score({ ...OWN, cookie })).toBe(10);
    expect(await score({ cookie, "sec-fetch-site": "same-origin" })).toBe(10);
    // Who names one means that one.
    expect(
      await score({ ...OWN, cookie }, { ...main, body: { context: { targetingKey: `anon:${visitor()}` } } }),
    ).toBe(0);
    const mac = cookie.split(".")[1] ?? "";
    for (const [bad, headers] of [
      [`afterglow_vid=${x}.${"A".repeat(24)}`, OWN],
      [`afterglow_vid=${visitor()}.${mac}`, OWN],
      [await cookieOf(x, site.id), OWN],
      [(await cookieOf(x, site.id)).replace(`_${site.id}`, ""), OWN],
      [cookie, { origin: "https://www.shop.example" }],
      [cookie, { "sec-fetch-site": "cross-site" }],
      ["", OWN],
    ] as const) {
      expect([bad, await score({ ...headers, cookie: bad })]).toEqual([bad, "TARGETING_KEY_MISSING"]);
    }
    // The secret key is a server's: no browser speaks for it.
    expect(await score({ ...OWN, cookie }, { key: "sk_test", body })).toBe("TARGETING_KEY_MISSING");
  });
});

describe("a key", () => {
  test("that is none is refused, wherever it stands", async () => {
    const forged = await signed(
      { site: site.id, kind: "secret", kid: "aaaaaaaa" },
      "another-signing-key-0123456789ab",
    );
    for (const key of [undefined, "", "wk_wrong", "sk_wrong", forged, site.secretKey.slice(0, -1)]) {
      for (const flag of [undefined, "band"]) {
        const asking = { key, ...(flag === undefined ? {} : { flag }) };
        const { status, body } = await ask("user:ann", asking);
        expect([key, status, body["errorCode"], body["key"]]).toEqual([key, 401, "GENERAL", flag]);
      }
    }
    // Addresses are logged everywhere.
    const inAddress = await send("POST", `${FLAGS}?writeKey=${site.secretKey}`, {
      body: { context: { targetingKey: "user:ann" } },
    });
    expect(inAddress.status).toBe(401);
  });

  test("is taken from where providers put it", async () => {
    const x = visitor();
    await browse(site, visit(x, "/pricing"));
    const body = { context: { targetingKey: `anon:${x}` } };
    const scores = [];
    for (const key of [site.secretKey, site.writeKey]) {
      scores.push((await ask("", { body, flag: "score", headers: { "x-api-key": key } })).body["value"]);
      const basic = { authorization: `Basic ${btoa(`${key}:`)}` };
      scores.push((await ask("", { body, flag: "score", headers: basic })).body["value"]);
    }
    const inAddress = await send("POST", `${FLAGS}/score?writeKey=${site.writeKey}`, { body });
    expect([...scores, inAddress.body["value"]]).toEqual([10, 10, 10, 10, 10]);
  });
});

describe("a request that cannot be answered", () => {
  const PARSE = "PARSE_ERROR";
  const CONTEXT = "INVALID_CONTEXT";
  const MISSING = "TARGETING_KEY_MISSING";

  test("for its body or its context is told why in the protocol's words, and never fails", async () => {
    for (const [body, errorCode] of [
      ["", PARSE],
      ["{", PARSE],
      ["targetingKey=user:ann", PARSE],
      ["\u001f\u008b\u0000", PARSE],
      ["[]", PARSE],
      ["null", PARSE],
      ["7", PARSE],
      ['"user:ann"', PARSE],
      ["[".repeat(20_000), PARSE],
      ["{}", MISSING],
      ['{"context":null}', MISSING],
      ['{"context":{}}', MISSING],
      ['{"context":{"targetingKey":null}}', MISSING],
      ['{"context":{"targetingKey":""}}', MISSING],
      ['{"targetingKey":"user:ann"}', MISSING],
      ['{"__proto__":{"context":{"targetingKey":"user:ann"}}}', MISSING],
      ['{"context":{"__proto__":{"targetingKey":"user:ann"}}}', MISSING],
      ['{"context":[]}', CONTEXT],
      ['{"context":"user:ann"}', CONTEXT],
      ['{"context":{"targetingKey":7}}', CONTEXT],
      ['{"context":{"targetingKey":{"toString":"user:ann"}}}', CONTEXT],
      ['{"context":{"targetingKey":["user:ann"]}}', CONTEXT],
      ['{"context":{"targetingKey":true}}', CONTEXT],
      ['{"context":{"targetingKey":"ann"}}', CONTEXT],
      ['{"context":{"targetingKey":"user:"}}', CONTEXT],
      ['{"context":{"targetingKey":"User:ann"}}', CONTEXT],
      ['{"context":{"targetingKey":" user:ann"}}', CONTEXT],
      [`{"context":{"targetingKey":"user:${"x".repeat(300)}"}}`, CONTEXT],
      [`{"context":{"targetingKey":"user:ann","more":"${"x".repeat(70_000)}"}}`, CONTEXT],
    ] as const) {
      for (const flag of [undefined, "band"]) {
        const answer = await ask(undefined, {
          key: site.secretKey,
          body,
          ...(flag === undefined ? {} : { flag }),
        });
        const start = body.slice(0, 40);
        expect([start, answer.status, answer.body]).toEqual([
          start,
          400,
          { ...(flag === undefined ? {} : { key: flag }), errorCode, errorDetails: expect.any(String) },
        ]);
        expect(String(answer.body["errorDetails"]).length).toBeGreaterThan(20);
        expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      }
    }
  });

  test("is none for what stands beside the targetingKey, deep and odd as it is, or for its odd characters", async () => {
    const more = `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`;
    for (const key of ["user:ann", "anon:\u0000", "user:\ud800", "user:../../x?y#z", "anon:\n"]) {
      const body = `{"context":{"targetingKey":${JSON.stringify(key)},"more":${more}},"else":[1,null]}`;
      const { status } = await ask(undefined, { key: site.secretKey, body });
      expect([key, status]).toEqual([key, 200]);
    }
  });

  test("because the contact cannot be read is a fault, which has no code, and is to be asked again", async () => {
    const x = visitor();
    await browse(site, visit(x, "/"));
    await damage(site, `anon:${x}`);
    for (const flag of [undefined, "band"]) {
      const asking = { key: site.secretKey, ...(flag === undefined ? {} : { flag }) };
      const { status, body, headers } = await ask(`anon:${x}`, asking);
      expect([status, body]).toEqual([500, { errorDetails: expect.stringContaining("again") }]);
      expect([headers.get("retry-after"), headers.get("access-control-allow-origin")]).toEqual(["5", "*"]);
    }
  });

  test("by its method is told which there are", async () => {
    for (const path of [FLAGS, `${FLAGS}/band`]) {
      const { status, headers } = await send("GET", path, { key: site.secretKey });
      expect([path, status, headers.get("allow")]).toEqual([path, 405, "POST, OPTIONS"]);
    }
  });
});

describe("a page", () => {
  const WWW = "https://www.flags.example";

  test("of a site that names its origins is answered, and no other", async () => {
    const own = await newSite("flags-origins", [WWW]);
    const x = visitor();
    const from = (origin: string, more: Record<string, string> = {}) =>
      ask(`anon:${x}`, { key: own.writeKey, headers: { origin, ...more } });
    const [good, evil] = [await from(WWW), await from("https://evil.example")];
    const corsOf = ({ headers }: typeof good) => [
      headers.get("access-control-allow-origin"),
      headers.get("vary"),
    ];
    expect([good.status, ...corsOf(good)]).toEqual([200, WWW, "origin"]);
    expect(good.headers.get("access-control-expose-headers")).toContain("etag");
    const same = await from(WWW, { "if-none-match": good.headers.get("etag") ?? "" });
    expect([same.status, ...corsOf(same)]).toEqual([304, WWW, "origin"]);
    expect([evil.status, evil.body["errorCode"]]).toEqual([403, "GENERAL"]);
    expect(evil.body["errorDetails"]).toContain("evil.example");
    const refused = await ask("user:ann", { key: own.writeKey, headers: { origin: WWW } });
    expect([refused.status, ...corsOf(refused)]).toEqual([400, WWW, "origin"]);
  });

  test("may ask first whether it may, with the headers that providers send", async () => {
    const { status, headers } = await send("OPTIONS", `${FLAGS}/band`, {
      headers: {
        origin: WWW,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,if-none-match,afterglow-token",
      },
    });
    expect([status, headers.get("access-control-allow-headers")]).toEqual([
      204,
      "authorization,content-type,if-none-match,afterglow-token",
    ]);
    expect(headers.get("access-control-allow-methods")).toContain("POST");
  });
});

test("who asks for one visitor after the other with the public key waits; the site's own backend does not", async () => {
  const own = await newSite("flags-flood");
  const settings = { limits: { eventsPerAddress: { burst: 3, perMinute: 1 } } };
  await send("PATCH", "/v1/sites/flags-flood", { key: own.secretKey, body: { settings } });
  const address = { "cf-connecting-ip": "203.0.113.201" };
  const statuses = [];
  for (let i = 0; i < 5; i += 1) {
    const { status } = await ask(`anon:${visitor()}`, { key: own.writeKey, headers: address });
    statuses.push(status);
  }
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  const over = await ask(`anon:${visitor()}`, { key: own.writeKey, flag: "band", headers: address });
  expect(over.body).toMatchObject({ key: "band", errorCode: "GENERAL" });
  expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await ask("user:ann", { key: own.secretKey, headers: address })).status).toBe(200);
  const { body } = await send("GET", "/v1/sites/flags-flood/rejections", { key: own.secretKey });
  expect(body["days"]).toMatchObject([{ requests: { rate_limited: 3 } }]);
});
