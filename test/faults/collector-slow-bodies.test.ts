import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { newVisitor, pageVisit, SECRET_KEY, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { type Saying, sayOnWire } from "../support/wire.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

const MB = 1024 * 1024;

/** What workerd has in memory; nothing where the system does not tell. */
async function memory(): Promise<number> {
  const status = await readFile(`/proc/${collector.pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

const HEAD = `POST /v1/batch HTTP/1.1\r\nHost: site\r\nAuthorization: Bearer ${WRITE_KEY}\r\n`;
const trickled = { everyMs: 500 };

/** Each on 40 connections at a time. */
const SLOW_BODIES: Record<string, Saying> = {
  "less of a body than was said": { first: `${HEAD}Content-Length: 1000\r\n\r\n{` },
  "a body that trickles": { first: `${HEAD}Content-Length: 500000\r\n\r\n{`, more: " ", ...trickled },
  "a chunked body that never ends": {
    first: `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
    more: "1\r\n \r\n",
    ...trickled,
  },
  "half a chunk": { first: `${HEAD}Transfer-Encoding: chunked\r\n\r\nffff\r\n{` },
  "a body that is too large, and trickles": {
    first: `${HEAD}Content-Length: 900000000\r\n\r\n{`,
    more: " ",
    ...trickled,
  },
};

/** These never reach the Worker: workerd itself ends them. */
const SLOW_HEADERS: Record<string, Saying> = {
  nothing: { first: "" },
  "half a header": { first: HEAD.slice(0, 40) },
  "headers that trickle": { first: HEAD, more: "X-More: 1\r\n", ...trickled },
};

test("clients that never come to an end hold up nobody, and are sent away", async () => {
  const saying = (sayings: Record<string, Saying>, times: number) =>
    Object.entries(sayings).flatMap(([name, each]) =>
      Array.from({ length: times }, async () => [name, await sayOnWire(collector.url, each)] as const),
    );
  const before = await memory();
  const slow = { areOver: false };
  const bodies = Promise.all(saying(SLOW_BODIES, 40));
  const headers = Promise.all(saying(SLOW_HEADERS, 40)).then((all) => {
    slow.areOver = true;
    return all;
  });
  let served = 0;
  do {
    const visitor = newVisitor();
    expect(await collector.batch([pageVisit(visitor, "/pricing")])).toMatchObject({ accepted: 1 });
    expect((await collector.score(`anon:${visitor}`)).score).toBe(10);
    served += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (!slow.areOver);
  expect(served).toBeGreaterThan(10);
  for (const [name, answer] of await headers) expect([name, answer]).toEqual([name, ""]);
  for (const [name, answer] of await bodies) {
    expect([name, answer.split("\r\n", 1)[0]]).toEqual([name, "HTTP/1.1 408 Request Timeout"]);
    expect(answer).toContain(
      '{"error":{"code":"body_too_slow","message":"The body did not come within 20 seconds.',
    );
  }
  expect((await memory()) - before).toBeLessThan(150 * MB);
});

test("headers without end are cut off", async () => {
  const before = await memory();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      sayOnWire(collector.url, { first: HEAD, more: `X-More: ${"x".repeat(4_000)}\r\n` }),
    ),
  );
  for (const answer of answers) expect(answer).toMatch(/^$|^HTTP\/1.1 4\d\d /);
  expect((await memory()) - before).toBeLessThan(50 * MB);
});

describe("a body that is too large", () => {
  test("is refused in an answer that its sender reads, up to 50 MB, with a length or without", async () => {
    const chunk = new Uint8Array(MB / 2).fill(0x20);
    const chunked = () => {
      let left = 100;
      return new ReadableStream({
        pull(controller) {
          if (left === 0) return controller.close();
          left -= 1;
          controller.enqueue(chunk);
        },
      });
    };
    const post = (body: RequestInit["body"]) =>
      fetch(`${collector.url}/v1/batch`, {
        method: "POST",
        body: body ?? null,
        duplex: "half",
      } as RequestInit);
    for (let i = 0; i < 2; i += 1) {
      for (const body of [chunked(), new Uint8Array(50 * MB)]) {
        const response = await post(body);
        expect([response.status, await response.json()]).toMatchObject([
          413,
          { error: { code: "too_large" } },
        ]);
      }
    }
  });

  test("is read to its end also where its key or its address is refused, so that this is heard", async () => {
    const body = new Uint8Array(5 * MB);
    for (const [path, key, refusal] of [
      ["/v1/batch", "wk_wrong", [401, "invalid_key"]],
      ["/v1/nothing", WRITE_KEY, [404, "not_found"]],
      ["/v1/presets", SECRET_KEY, [405, "method_not_allowed"]],
      ["/v1/models/a.b/preview", SECRET_KEY, [400, "invalid_model_id"]],
    ] as const) {
      for (let i = 0; i < 2; i += 1) {
        const headers = { authorization: `Bearer ${key}` };
        const response = await fetch(collector.url + path, { method: "POST", body, headers });
        const { error } = (await response.json()) as { error: { code: string } };
        expect([response.status, error.code]).toEqual(refusal);
      }
    }
  });

  test("when unpacked is not unpacked", async () => {
    // 240 MB in 233 KB, and forty at a time. Gigabytes are too large already packed.
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(240 * MB, " "), { level: 9 }));
    const huge = new Uint8Array(Buffer.concat(Array.from({ length: 40 }, () => bomb)));
    expect([bomb.length < 512 * 1024, huge.length > 512 * 1024]).toEqual([true, true]);
    const before = await memory();
    const post = async (body: Uint8Array<ArrayBuffer>) => {
      const response = await fetch(`${collector.url}/v1/batch`, { method: "POST", body });
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    const answers = await Promise.all([...Array.from({ length: 40 }, () => post(bomb)), post(huge)]);
    for (const answer of answers) expect(answer).toEqual([413, "too_large"]);
    expect((await memory()) - before).toBeLessThan(150 * MB);
  });
});
