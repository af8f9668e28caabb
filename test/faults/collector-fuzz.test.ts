import { gzipSync } from "node:zlib";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { newVisitor, pageVisit, SECRET_KEY, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { anyBodyOf, anyDamage, runs as runsOf } from "../support/hostile.ts";
import { withCollector } from "../support/own-collector.ts";
import { sayOnWire } from "../support/wire.ts";

let collector: TestCollector;
const visitors = [newVisitor(), newVisitor()] as const;
withCollector(async (own) => {
  collector = own;
  await collector.batch(visitors.map((visitor) => pageVisit(visitor, "/pricing")));
});

const runs = (count: number) => runsOf(count, process.env["PROPERTY_RUNS"]);
const encoder = new TextEncoder();

/** 200, or refused with the contract's error body; never a fault of ours. */
async function expectAnswer(response: Response): Promise<void> {
  const text = await response.text();
  if (response.status === 200) {
    expect(JSON.parse(text)).toMatchObject({ success: true, rejected: expect.any(Array) as unknown });
    return;
  }
  expect(response.status, text).toBeGreaterThanOrEqual(400);
  expect(response.status, text).toBeLessThan(500);
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  expect(error.code).toMatch(/^[a-z_]+$/);
  expect(error.message.length).toBeGreaterThan(20);
}

/** What the contacts have is told as ever, whatever was sent about them. */
async function expectReadable(): Promise<void> {
  for (const visitor of visitors) {
    for (const ref of [`anon:${visitor}`, `user:${visitor}`]) {
      for (const what of ["", "/timeline", "/score?explain=1"]) {
        const response = await collector.read(`/v1/contacts/${ref}${what}`);
        const text = await response.text();
        expect([
          ref,
          what,
          ref.startsWith("user:") && response.status === 404 ? 200 : response.status,
        ]).toEqual([ref, what, 200]);
        JSON.parse(text);
      }
    }
  }
}

const anyKey = fc.constantFrom(WRITE_KEY, SECRET_KEY);
const anyText = anyBodyOf(...visitors).chain((body) =>
  anyKey.map((writeKey) => JSON.stringify({ ...body, writeKey })),
);
const anyBytes = anyText.map((text) => encoder.encode(text));
const packed = anyBytes.map((bytes) => new Uint8Array(gzipSync(bytes, { level: 1 })));
const deep = fc
  .tuple(
    fc.constantFrom("[", '{"a":', '{"batch":[', '{"properties":{"a":'),
    fc.integer({ min: 1, max: 60_000 }),
  )
  .map(([open, times]) => {
    const closed = open
      .replace(/[^[{]/g, "")
      .split("")
      .toReversed()
      .join("")
      .replaceAll("[", "]")
      .replaceAll("{", "}");
    const value = `${open.repeat(times)}1${closed.repeat(times)}`;
    const event = `{"type":"track","event":"e","anonymousId":"${visitors[0]}","timestamp":"2026-11-23","properties":{"p":${value}},"traits":${value},"context":{"page":${value}}}`;
    return encoder.encode(`{"writeKey":"${WRITE_KEY}","batch":[${event},${value}]}`);
  });
const twice = anyText.map((text) => encoder.encode(`${text.slice(0, -1)},${text.slice(1)}`));

const anyWire = fc.oneof(
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  { weight: 4, arbitrary: anyBytes },
  { weight: 3, arbitrary: anyDamage(anyBytes) },
  { weight: 2, arbitrary: packed },
  { weight: 3, arbitrary: anyDamage(packed) },
  { weight: 1, arbitrary: packed.map((bytes) => new Uint8Array(gzipSync(bytes))) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: twice },
);

const anyHeaders = fc.record(
  {
    "content-type": fc.constantFrom(
      "application/json",
      "text/plain",
      "application/x-www-form-urlencoded",
      "image/png",
      ";;",
      "multipart/form-data",
    ),
    "content-encoding": fc.constantFrom("gzip", "br", "deflate", "identity", "gzip, gzip", "x"),
    authorization: fc.oneof(
      fc.constantFrom(
        "Basic %%%",
        "Basic",
        "Bearer",
        "Bearer  ",
        `bearer ${WRITE_KEY}`,
        "Digest x",
        "Basic Og==",
        "Basic 4pyT",
        `Bearer ${"x".repeat(5_000)}`,
        "Bearer \u00ff",
      ),
      anyKey.map((key) => `Basic ${btoa(`${key}:`)}`),
      anyKey.map((key) => `Bearer ${key}`),
    ),
  },
  { requiredKeys: [] },
);

const anyPath = fc.oneof(
  { weight: 3, arbitrary: fc.constant("/v1/batch") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ..."b import page p track t identify i alias a group g screen s"
        .split(" ")
        .map((name) => `/v1/${name}`),
      `/v1/batch?writeKey=${WRITE_KEY}`,
      "/v1/batch?writeKey=%ff%&writeKey=x&=&&",
      "/v1/batch/",
    ),
  },
);

describe("any bytes", () => {
  test("sent as a batch are taken or refused with what to change, and cost nobody their facts", async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(
        anyPath,
        anyWire,
        anyHeaders,
        fc.boolean(),
        async (path, bytes, headers, isChunked) => {
          const body = isChunked ? new Blob([bytes.slice()]).stream() : bytes.slice();
          const init = { method: "POST", body, headers, duplex: "half" } as RequestInit;
          const response = await fetch(collector.url + path, init);
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
          await expectAnswer(response);
        },
      ),
      runs(400),
    );
    await expectReadable();
    // A property that only ever sends what is refused at the door would prove little.
    for (const status of [200, 400, 401]) expect(statuses.get(status) ?? 0).toBeGreaterThan(10);
  });

  const anyPiece = fc.oneof(
    fc.constantFrom(
      "v1",
      "contacts",
      "models",
      "me",
      "score",
      "timeline",
      "batch",
      "presets",
      "adjustments",
      "resets",
      "versions",
      "preview",
      "demo",
      "projects",
      "settings",
      "sourceConfig",
      "afterglow.js",
      "starter",
    ),
    fc.constantFrom(
      "%",
      "%ff",
      "%00",
      "%E0%A4%A",
      "..",
      ".",
      "",
      "anon:",
      "anon:%",
      `anon:${visitors[0]}`,
      "user:%F0%9F%98%80",
      "__proto__",
      "constructor",
      "%2F",
      "a".repeat(3_000),
    ),
  );
  const anyQuery = fc.array(
    fc.tuple(
      fc.constantFrom("at", "model", "explain", "writeKey", "anonymousId", "version", "note", "%ff", ""),
      fc.constantFrom(
        "",
        "1",
        "%",
        "%ff",
        "2026-11-23",
        "9999-12-31",
        "275760-09-13",
        "-1",
        "1e9",
        "__proto__",
        WRITE_KEY,
        visitors[0],
        "x".repeat(2_000),
      ),
    ),
    { maxLength: 3 },
  );

  test("as an address are served or refused, by every method", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"),
        fc.array(anyPiece, { maxLength: 5 }),
        anyQuery,
        anyHeaders,
        async (method, pieces, query, headers) => {
          const path = `/${pieces.join("/")}?${query.map((pair) => pair.join("=")).join("&")}`;
          const lines = Object.entries({ authorization: `Bearer ${SECRET_KEY}`, ...headers }).map((pair) =>
            pair.join(": "),
          );
          const length = method.startsWith("P") ? ["Content-Length: 2"] : [];
          const first = [
            `${method} ${path} HTTP/1.1`,
            "Host: site",
            "Connection: close",
            ...lines,
            ...length,
            "",
            "",
          ].join("\r\n");
          const answer = await sayOnWire(collector.url, { first: length.length > 0 ? `${first}{}` : first });
          expect(answer.slice(0, 200)).toMatch(/^HTTP\/1.1 [234]\d\d /);
          const [, body = ""] = answer.split("\r\n\r\n", 2);
          if (/^HTTP\/1.1 4/.test(answer) && method !== "HEAD") {
            expect(JSON.parse(body), answer).toMatchObject({
              error: { code: expect.any(String) as unknown },
            });
          }
        },
      ),
      runs(300),
    );
    await expectReadable();
  });
});
