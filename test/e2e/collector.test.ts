import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { newVisitor, pageVisit, SECRET_KEY, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

const DAY_MS = 86_400_000;
const isoDay = (daysFromNow: number) =>
  new Date(Date.now() + daysFromNow * DAY_MS).toISOString().slice(0, 10);

async function refusal(response: Response) {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.message.length).toBeGreaterThan(20);
  return [response.status, error.code];
}

describe("a batch", () => {
  test("sent five times equals once", async () => {
    const visitor = newVisitor();
    const events = [
      pageVisit(visitor, "/pricing"),
      pageVisit(visitor, "/pricing"),
      pageVisit(visitor, "/about"),
    ];
    const answers = [];
    for (let i = 0; i < 5; i += 1) answers.push(await collector.batch(events));
    expect(answers.map(({ accepted, duplicate }) => [accepted, duplicate])).toEqual([
      [3, 0],
      [0, 3],
      [0, 3],
      [0, 3],
      [0, 3],
    ]);
    expect((await collector.score(`anon:${visitor}`)).score).toBe(21);
  });

  test("as large as it may be, sent twice equals once; larger it is refused", async () => {
    const visitor = newVisitor();
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) => ({ type: "page", messageId: `${i}`, anonymousId: visitor }));
    expect(await collector.batch(many(5_000))).toMatchObject({ accepted: 5_000 });
    expect(await collector.batch(many(5_000))).toMatchObject({ accepted: 0, duplicate: 5_000 });
    expect(await refusal(await collector.send({ writeKey: WRITE_KEY, batch: many(5_001) }))).toEqual([
      413,
      "too_many_events",
    ]);
    const crowd = Array.from({ length: 501 }, () => pageVisit(newVisitor(), "/"));
    expect(await refusal(await collector.send({ writeKey: WRITE_KEY, batch: crowd }))).toEqual([
      413,
      "too_many_contacts",
    ]);
  });

  test("sent five times without message ids equals once, too, and equal events within it all count", async () => {
    const visitor = newVisitor();
    const { messageId: _, ...event } = pageVisit(visitor, "/pricing", {
      timestamp: new Date().toISOString(),
    });
    for (let i = 0; i < 5; i += 1)
      await collector.batch([event, event], { sentAt: new Date().toISOString() });
    expect((await collector.score(`anon:${visitor}`)).score).toBe(20);
  });

  test("counts the good events beside the bad, and says of each bad one what is wrong", async () => {
    const visitor = newVisitor();
    const answer = await collector.batch([
      pageVisit(visitor, "/pricing"),
      pageVisit(visitor, "/pricing", { timestamp: "3000-01-01T00:00:00Z", messageId: "from-the-future" }),
      "no event",
      { type: "purchase", anonymousId: visitor },
      { type: "page", userId: "ann" },
      pageVisit(visitor, "/about"),
      { ...pageVisit(visitor, "/"), anonymousId: { toString: null } },
    ]);
    expect(answer).toMatchObject({
      success: true,
      accepted: 2,
      duplicate: 0,
      rejected: [
        { index: 1, messageId: "from-the-future", reason: "timestamp_in_future" },
        { index: 2, messageId: null, reason: "not_an_object" },
        { index: 3, reason: "unknown_type" },
        { index: 4, reason: "unverified_user" },
        { index: 6, reason: "invalid_id" },
      ],
    });
    expect((await collector.score(`anon:${visitor}`)).score).toBe(11);
  });

  test("comes as JSON, as text, with any of the keys' places, packed or not", async () => {
    const visitor = newVisitor();
    const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` });
    const body = () => ({ batch: [pageVisit(visitor, "/pricing")] });
    const post = (query: string, text: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
      fetch(`${collector.url}/v1/batch${query}`, { method: "POST", body: text, headers });
    const responses = [
      await post("", JSON.stringify({ ...body(), writeKey: WRITE_KEY }), { "content-type": "text/plain" }),
      await post(`?writeKey=${WRITE_KEY}`, JSON.stringify(body()), { "content-type": "application/json" }),
      await post("", JSON.stringify(body()), basic(WRITE_KEY)),
      await post("", JSON.stringify(body()), { authorization: `Bearer ${SECRET_KEY}` }),
      await post("", new Uint8Array(gzipSync(JSON.stringify(body()))), {
        ...basic(WRITE_KEY),
        "content-encoding": "gzip",
      }),
      await post("", new Uint8Array(gzipSync(JSON.stringify(body()))), basic(WRITE_KEY)),
    ];
    expect(responses.map((response) => response.status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect((await collector.score(`anon:${visitor}`)).score).toBe(60);
    const single = { ...pageVisit(visitor, "/about"), writeKey: WRITE_KEY, type: undefined };
    for (const path of ["page", "p"]) {
      const response = await fetch(`${collector.url}/v1/${path}`, {
        method: "POST",
        body: JSON.stringify(single),
      });
      expect(await response.json()).toMatchObject({ success: true, accepted: path === "page" ? 1 : 0 });
    }
  });

  test("that is none is refused with what to change", async () => {
    const good = { batch: [pageVisit(newVisitor(), "/")] };
    expect(await refusal(await collector.send("{batch", { authorization: `Bearer ${WRITE_KEY}` }))).toEqual([
      400,
      "invalid_json",
    ]);
    expect(await refusal(await collector.send("", { authorization: `Bearer ${WRITE_KEY}` }))).toEqual([
      400,
      "invalid_json",
    ]);
    expect(await refusal(await collector.send("[]", { authorization: `Bearer ${WRITE_KEY}` }))).toEqual([
      400,
      "invalid_batch",
    ]);
    expect(await refusal(await collector.send({ writeKey: WRITE_KEY, batch: {} }))).toEqual([
      400,
      "invalid_batch",
    ]);
    expect(await refusal(await collector.send(good))).toEqual([401, "invalid_key"]);
    expect(await refusal(await collector.send({ ...good, writeKey: "wk_tesu" }))).toEqual([
      401,
      "invalid_key",
    ]);
    expect(await refusal(await collector.send({ ...good, writeKey: `${WRITE_KEY}x` }))).toEqual([
      401,
      "invalid_key",
    ]);
    expect(await refusal(await collector.send({ ...good, writeKey: "" }))).toEqual([401, "invalid_key"]);
    const big = { writeKey: WRITE_KEY, batch: [pageVisit(newVisitor(), `/${"x".repeat(1_048_576)}`)] };
    expect(await refusal(await collector.send(big))).toEqual([413, "too_large"]);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000, " ")));
    const response = await fetch(`${collector.url}/v1/batch`, { method: "POST", body: bomb });
    expect(await refusal(response)).toEqual([413, "too_large"]);
    const torn = new Uint8Array(gzipSync(JSON.stringify(good)).subarray(0, 40));
    expect(await refusal(await fetch(`${collector.url}/v1/batch`, { method: "POST", body: torn }))).toEqual([
      400,
      "invalid_gzip",
    ]);
  });

  test("may be sent from any page", async () => {
    const preflight = await fetch(`${collector.url}/v1/batch`, { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    const refused = await collector.send("{}");
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
  });
});

describe("a score", () => {
  test("is lower by the model's steps 31, 61 and 91 days later, and reading it writes no row", async () => {
    const visitor = newVisitor();
    const ref = `anon:${visitor}`;
    await collector.batch([1, 2, 3, 4, 5].map(() => pageVisit(visitor, "/pricing")));
    const before = await collector.rowsWritten(ref);
    const at = async (days: number) => (await collector.score(ref, `at=${isoDay(days)}`)).score;
    expect([await at(0), await at(31), await at(61), await at(91)]).toEqual([50, 35, 5, -45]);
    expect(await collector.score(ref)).toMatchObject({
      contact: ref,
      model: "starter",
      version: 1,
      at: isoDay(0),
      score: 50,
      axes: { interest: 50 },
      band: "hot",
      nextChange: { at: isoDay(30), band: "warm" },
      explain: [{ rule: "pages:*/pricing*", points: 50, times: 5 }],
    });
    expect(await collector.score(ref, `at=${isoDay(61)}&explain=1`)).toMatchObject({
      explain: [
        { points: 50 },
        { rule: "inactivity:30d", points: -15 },
        { rule: "inactivity:60d", points: -30 },
      ],
    });
    expect(await at(-1)).toBe(0);
    expect(await collector.rowsWritten(ref)).toBe(before);
  });

  test("of an unknown contact is not found, and makes no object", async () => {
    const objects = () => readdir(join(collector.stateDir, "objects", "afterglow-contact"));
    await collector.batch([pageVisit(newVisitor(), "/")]);
    const before = await objects();
    expect(await refusal(await collector.read(`/v1/contacts/anon:${newVisitor()}/score`))).toEqual([
      404,
      "unknown_contact",
    ]);
    const own = `/v1/me/score?writeKey=${WRITE_KEY}&anonymousId=${newVisitor()}`;
    expect(await refusal(await fetch(collector.url + own))).toEqual([404, "unknown_contact"]);
    expect(await objects()).toEqual(before);
  });

  test("is refused with what to change", async () => {
    const visitor = newVisitor();
    await collector.batch([pageVisit(visitor, "/")]);
    const path = `/v1/contacts/anon:${visitor}/score`;
    expect(await refusal(await fetch(collector.url + path))).toEqual([401, "secret_key_required"]);
    const publicKey = { authorization: `Bearer ${WRITE_KEY}` };
    expect(await refusal(await fetch(collector.url + path, { headers: publicKey }))).toEqual([
      401,
      "secret_key_required",
    ]);
    expect(await refusal(await collector.read(`${path}?at=yesterday`))).toEqual([400, "invalid_at"]);
    expect(await refusal(await collector.read(`${path}?model=nope`))).toEqual([404, "unknown_model"]);
    expect(await refusal(await collector.read(`/v1/contacts/${visitor}/score`))).toEqual([
      400,
      "invalid_ref",
    ]);
    expect(await refusal(await collector.read("/v1/nothing/here"))).toEqual([404, "not_found"]);
  });

  test("of a visitor is served to their own browser", async () => {
    const visitor = newVisitor();
    await collector.batch([pageVisit(visitor, "/pricing")]);
    const response = await fetch(`${collector.url}/v1/me/score?writeKey=${WRITE_KEY}&anonymousId=${visitor}`);
    expect(await response.json()).toMatchObject({ contact: `anon:${visitor}`, score: 10 });
    expect(response.headers.get("cache-control")).toBe("private, no-cache");
  });
});

test("the script is served at a stable and at an immutable address", async () => {
  const script = await fetch(`${collector.url}/afterglow.js`);
  const text = await script.text();
  const etag = script.headers.get("etag") ?? "";
  expect(script.headers.get("content-type")).toContain("javascript");
  const hashed = await fetch(`${collector.url}/afterglow.${etag.replaceAll('"', "")}.js`);
  expect(await hashed.text()).toBe(text);
  expect(hashed.headers.get("cache-control")).toContain("immutable");
  const again = await fetch(`${collector.url}/afterglow.js`, { headers: { "if-none-match": etag } });
  expect(again.status).toBe(304);
});
