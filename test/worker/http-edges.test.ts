import { runInDurableObject } from "cloudflare:test";
import { env as bindings, exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";

import { dayToIso, dayOf } from "../../shared/day.ts";
import type { Env } from "../../worker/env.ts";
import { objectsOf } from "../../worker/site-objects.ts";

const env = bindings as unknown as Env;
const worker = (exports as unknown as { readonly default: Fetcher }).default;

const CREATE = { "if-none-match": "*" };

interface Refused {
  readonly code: string;
  readonly message: string;
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return worker.fetch(`http://site${path}`, {
    method,
    headers: { authorization: "Bearer sk_test", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

async function refused(response: Response): Promise<[status: number, error: Refused]> {
  return [response.status, ((await response.json()) as { error: Refused }).error];
}

describe("a method that is not served", () => {
  test("is told from an address that is not", async () => {
    for (const [method, path, allow] of [
      ["POST", "/v1/models", "GET, HEAD, OPTIONS"],
      ["PATCH", "/v1/models/starter", "GET, HEAD, PUT, DELETE, OPTIONS"],
      ["GET", "/v1/models/starter/preview", "POST, OPTIONS"],
      ["PUT", "/v1/presets/starter", "GET, HEAD, OPTIONS"],
      ["GET", "/v1/batch", "POST, OPTIONS"],
      ["DELETE", "/v1/contacts/user:1/score", "GET, HEAD, OPTIONS"],
      ["PUT", "/demo/thanks", "GET, HEAD, POST"],
      ["POST", "/healthz", "GET, HEAD"],
    ] as const) {
      const response = await request(method, path);
      expect([method, path, response.headers.get("allow")]).toEqual([method, path, allow]);
      const [status, { code, message }] = await refused(response);
      expect([status, code]).toEqual([405, "method_not_allowed"]);
      expect(message).toContain(method);
      expect(message).toContain(allow);
    }
    const head = await request("HEAD", "/v1/batch");
    expect([head.status, head.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    for (const [method, path] of [
      ["GET", "/v1/nothing"],
      ["PUT", "/v1/nothing"],
      ["GET", "/demo/nothing"],
      ["GET", "/v1/models/starter/nothing"],
      ["POST", "/nothing"],
    ] as const) {
      const response = await request(method, path);
      expect(response.headers.get("allow")).toBeNull();
      expect(await refused(response)).toMatchObject([404, { code: "not_found" }]);
    }
    expect((await request("HEAD", "/v1/models/starter")).status).toBe(200);
  });
});

describe("a body", () => {
  test("with a key that is not known is refused, and the nearest one is named", async () => {
    const draft = { name: "Draft" };
    const preview = async (body: unknown) =>
      refused(await request("POST", "/v1/models/starter/preview", body));
    expect(await preview({ draft, contcats: ["user:1"] })).toMatchObject([
      400,
      { code: "invalid_request", message: expect.stringContaining('"contacts"') as unknown },
    ]);
    expect(await preview({ draft, contacts: [], At: "2026-11-23" })).toMatchObject([
      400,
      { message: expect.stringContaining('did you mean "at"') as unknown },
    ]);
    expect(
      await refused(await request("POST", "/v1/models/starter/restore", { version: 1, note: "why" }, CREATE)),
    ).toMatchObject([400, { message: expect.stringContaining('"note"') as unknown }]);
  });

  test("of a model with a key that is written twice is refused with its place", async () => {
    const put = (text: string) => request("PUT", "/v1/models/twice", text, CREATE);
    const twice =
      '{"name":"Twice","groups":[{"rules":[]},{"rules":[{"id":"a","points":1,"when":"x","poi\\u006ets":2}]}]}';
    expect(await refused(await put(twice))).toMatchObject([
      422,
      {
        code: "invalid_model",
        issues: [
          {
            path: "groups[1].rules[0].points",
            message: expect.stringContaining("more than once") as unknown,
          },
        ],
      },
    ]);
    expect((await put('{"name":"Twice","about":"{\\"name\\":1,\\"name\\":2}"}')).status).toBe(201);
  });

  test("that changes nothing says so", async () => {
    const put = async (path: string, headers: Record<string, string>) =>
      (await request("PUT", `/v1/models/same${path}`, { name: "Same" }, headers)).json();
    expect(await put("", CREATE)).toMatchObject({ version: 1, changed: true });
    expect(await put("?note=why", { "if-match": '"1"' })).toMatchObject({ version: 1, changed: false });
    expect(await (await request("GET", "/v1/models/same/versions")).json()).toEqual({
      versions: [{ version: 1, at: expect.any(String) as unknown, name: "Same" }],
    });
  });
});

describe("the id of a model", () => {
  test("that is none is named, with what is wrong", async () => {
    const get = async (id: string) => {
      const [status, { code, message }] = await refused(await request("GET", `/v1/models/${id}`));
      expect([status, code]).toEqual([400, "invalid_model_id"]);
      return message;
    };
    expect(await get("%20abc")).toContain('" abc" begins or ends with a space; did you mean "abc"?');
    expect(await get("a.b")).toContain('"a.b"');
    expect((await get("a".repeat(10_000))).length).toBeLessThan(400);
  });

  test("is cut where it is repeated", async () => {
    const response = await request("PUT", "/v1/models/cut", { name: "Cut", id: "a".repeat(200_000) }, CREATE);
    expect(response.status).toBe(422);
    const text = await response.text();
    expect(text).toContain('wants \\"cut\\"');
    expect(text.length).toBeLessThan(1_000);
  });
});

describe("an adjustment", () => {
  const said = { reason: "met at the fair", author: "ann" };
  const today = dayOf(Date.now());
  const iso = (days: number) => dayToIso(today + days);
  let contacts = 0;

  async function newContact() {
    contacts += 1;
    const ref = `user:adjusted-${contacts}`;
    const event = { type: "track", event: "Signed Up", userId: ref.slice(5), messageId: "m" };
    await request("POST", "/v1/batch", { batch: [event] });
    const post = (what: string, body: object, key: string = crypto.randomUUID()) =>
      request("POST", `/v1/contacts/${ref}/${what}`, { ...said, ...body }, { "idempotency-key": key });
    const score = async (model: string) =>
      ((await (await request("GET", `/v1/contacts/${ref}/score?model=${model}`)).json()) as { score: number })
        .score;
    return { ref, post, score };
  }

  test("that a reset would clear is refused, with the day from which on it counts", async () => {
    await request("PUT", "/v1/models/left", { name: "Left", axes: { a: {}, b: {} } }, CREATE);
    await request("PUT", "/v1/models/right", { name: "Right", axes: { a: {} } }, CREATE);
    const { post, score } = await newContact();
    // What comes before the reset is taken, and told again as a repeat.
    expect((await post("adjustments", { points: 5, axis: "a", at: iso(-2) }, "k")).status).toBe(200);
    expect((await post("resets", { model: "left", axis: "a", at: iso(-2) })).status).toBe(200);
    expect(
      await (await post("adjustments", { points: 5, axis: "a", at: iso(-2) }, "k")).json(),
    ).toMatchObject({ accepted: 0, duplicate: 1 });

    for (const at of [iso(-2), iso(-5)]) {
      const [status, error] = await refused(
        await post("adjustments", { points: 7, model: "left", axis: "a", at }),
      );
      expect([status, error.code]).toEqual([409, "cleared_by_reset"]);
      expect(error.message).toContain(`reset on ${iso(-2)}`);
      expect(error.message).toContain(`"at": "${iso(-1)}"`);
    }
    expect([await score("left"), await score("right")]).toEqual([0, 5]);
    // The day after, another axis, and what counts in another model.
    expect((await post("adjustments", { points: 1, model: "left", axis: "a", at: iso(-1) })).status).toBe(
      200,
    );
    expect((await post("adjustments", { points: 2, model: "left", axis: "b", at: iso(-2) })).status).toBe(
      200,
    );
    expect((await post("adjustments", { points: 3, axis: "a", at: iso(-2) })).status).toBe(200);
    expect([await score("left"), await score("right")]).toEqual([3, 8]);

    expect((await post("resets", {})).status).toBe(200);
    const [status, error] = await refused(await post("adjustments", { points: 7 }));
    expect([status, error.code]).toEqual([409, "cleared_by_reset"]);
    expect(error.message).toContain(`Send it on ${iso(1)}`);
    expect((await post("resets", {})).status).toBe(200);
  });

  test("is cleared by a model's own reset, too", async () => {
    const own = { name: "Own", reset: "Unsubscribed", events: { "Signed Up": 10 } };
    await request("PUT", "/v1/models/own-reset", own, CREATE);
    const { ref, post, score } = await newContact();
    const event = { type: "track", event: "Unsubscribed", userId: ref.slice(5), messageId: "u" };
    await request("POST", "/v1/batch", { batch: [event] });
    const adjustment = { points: 7, model: "own-reset" };
    expect(await refused(await post("adjustments", adjustment))).toMatchObject([
      409,
      { code: "cleared_by_reset" },
    ]);
    expect((await post("adjustments", { ...adjustment, model: "starter" })).status).toBe(200);
    expect(await score("own-reset")).toBe(0);
  });
});

test("what cannot be written now is to be sent again, whatever it is", async () => {
  const site = objectsOf(env, "main").models();
  const sql = (statement: string) =>
    runInDurableObject(site, (_, state) => void state.storage.sql.exec(statement));
  await sql("CREATE TRIGGER full BEFORE INSERT ON versions BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  const response = await request("PUT", "/v1/models/broken", { name: "Broken" }, CREATE);
  await sql("DROP TRIGGER full");
  expect(response.headers.get("retry-after")).toBe("5");
  const [status, { code, message }] = await refused(response);
  expect([status, code]).toEqual([503, "unavailable"]);
  expect(message).not.toContain("contact");
  expect(message).toContain("Send the same request again");
  expect((await request("PUT", "/v1/models/broken", { name: "Broken" }, CREATE)).status).toBe(201);
});
