import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { startCollector } from "../../scripts/collector.ts";
import {
  newVisitor,
  pageVisit,
  SECRET_KEY,
  SIGNING_KEY,
  type TestCollector,
  WRITE_KEY,
} from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

interface Made {
  readonly keys: readonly { readonly kid: string; readonly kind: string; readonly key: string }[];
}

/** All that was answered, but where a key was made. */
const answers: string[] = [];

async function call(method: string, path: string, key?: string, body?: unknown, headers = {}) {
  const response = await fetch(collector.url + path, {
    method,
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status !== 201) answers.push(text, JSON.stringify([...response.headers]));
  const read = (text === "" ? {} : JSON.parse(text)) as { readonly error?: { readonly code: string } };
  return { status: response.status, code: read.error?.code, body: read, headers: response.headers };
}

async function makeSite(id: string, origins: readonly string[] = []) {
  const { status, body } = await call("POST", "/v1/sites", SECRET_KEY, { id, origins });
  expect(status).toBe(201);
  const [write, secret] = (body as Made).keys;
  if (!write || !secret) throw new Error("a site begins with two keys");
  return { id, write, secret };
}

const send = (key: string, visitor: string, headers = {}) =>
  call("POST", "/v1/batch", undefined, { writeKey: key, batch: [pageVisit(visitor, "/pricing")] }, headers);

describe("two sites of one deployment", () => {
  test("keep their contacts apart, and their keys hold wherever a client puts them, also after a crash", async () => {
    const [one, two] = [await makeSite("one"), await makeSite("two")];
    const visitor = newVisitor();
    const body = { batch: [pageVisit(visitor, "/pricing")] };
    const basic = { authorization: `Basic ${Buffer.from(`${one.write.key}:`).toString("base64")}` };
    expect((await send(one.write.key, visitor)).status).toBe(200);
    expect((await call("POST", `/v1/batch?writeKey=${one.write.key}`, undefined, body)).status).toBe(200);
    expect(
      (await call("POST", "/v1/batch", undefined, { batch: [pageVisit(visitor, "/")] }, basic)).status,
    ).toBe(200);
    expect((await call("GET", `/v1/projects/${one.write.key}/settings`)).status).toBe(200);
    const read = async (key: string) => {
      const { status, body: score } = await call("GET", `/v1/contacts/anon:${visitor}/score`, key);
      return status === 200 ? (score as { score?: number }).score : status;
    };
    expect([await read(one.secret.key), await read(two.secret.key), await read(SECRET_KEY)]).toEqual([
      21, 404, 404,
    ]);
    await collector.killAndRestart();
    expect([await read(one.secret.key), await read(two.secret.key), await read(SECRET_KEY)]).toEqual([
      21, 404, 404,
    ]);
    expect((await send(two.write.key, visitor)).status).toBe(200);
    expect([await read(one.secret.key), await read(two.secret.key)]).toEqual([21, 10]);
  });

  test("rotate a key: both hold for a while, and a revoked one does not from the next request on", async () => {
    const { secret, write } = await makeSite("turning");
    const path = `/v1/sites/turning/keys/${write.kid}`;
    const { body } = await call("POST", `${path}/rotate`, secret.key, { overlapDays: 1 });
    const next = (body as unknown as { key: string }).key;
    const visitor = newVisitor();
    expect([(await send(write.key, visitor)).status, (await send(next, visitor)).status]).toEqual([200, 200]);
    expect((await call("DELETE", path, secret.key)).status).toBe(204);
    expect([(await send(write.key, visitor)).code, (await send(next, visitor)).status]).toEqual([
      "invalid_key",
      200,
    ]);
    await collector.killAndRestart();
    expect([(await send(write.key, visitor)).code, (await send(next, visitor)).status]).toEqual([
      "invalid_key",
      200,
    ]);
  });

  test("take from their own pages only; a preflight, which has no key, is answered for all of them", async () => {
    const origin = "https://www.bakery.example";
    const { write } = await makeSite("bakery", [origin]);
    const visitor = newVisitor();
    const own = await send(write.key, visitor, { origin });
    expect([own.status, own.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
    const other = await send(write.key, visitor, { origin: "https://evil.example" });
    expect([other.status, other.code]).toEqual([403, "origin_not_allowed"]);
    expect((await send(WRITE_KEY, visitor, { origin: "https://evil.example" })).status).toBe(200);
    const preflight = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await call("OPTIONS", "/v1/batch", undefined, undefined, preflight);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
  });
});

test("made-up keys make no object, however many sites and visitors they name", async () => {
  await send(WRITE_KEY, newVisitor());
  const folder = join(collector.stateDir, "objects");
  const objects = async () =>
    (await readdir(folder, { recursive: true })).filter(
      // A site has one index, which hears of its first contact a little later.
      (name) => name.endsWith(".sqlite") && !name.startsWith("afterglow-index"),
    );
  const before = (await objects()).toSorted();
  for (let i = 0; i < 50; i += 1) {
    const forged = `wk_ghost-${i}.${"0".repeat(16)}.${"A".repeat(24)}`;
    expect((await send(forged, newVisitor())).code).toBe("invalid_key");
    const secret = forged.replace("wk", "sk");
    expect((await call("GET", `/v1/contacts/anon:${newVisitor()}`, secret)).code).toBe("unknown_key");
    expect((await call("PUT", `/v1/models/m${i}`, secret, {}, { "if-none-match": "*" })).code).toBe(
      "unknown_key",
    );
  }
  expect((await objects()).toSorted()).toEqual(before);
  expect(before.length).toBeGreaterThan(3);
});

test("without a signing key no site can be made, and the answer says what to set", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "afterglow-unsigned-"));
  const unsigned = await startCollector({ port: 0, stateDir, writeKey: WRITE_KEY, secretKey: SECRET_KEY });
  try {
    const ask = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${SECRET_KEY}` };
      const response = await fetch(unsigned.url + path, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return [response.status, await response.text()];
    };
    expect(await ask("POST", "/v1/sites", { id: "shop" })).toEqual([
      409,
      expect.stringContaining("wrangler secret put SIGNING_KEY"),
    ]);
    expect((await ask("POST", "/v1/sites/main/keys", { kind: "write" }))[0]).toBe(409);
    expect(await ask("GET", "/v1/sites")).toEqual([200, expect.stringContaining('"main"')]);
    expect((await ask("PATCH", "/v1/sites/main", { origins: ["https://a.example"] }))[0]).toBe(200);
  } finally {
    await unsigned.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
});

test("npm start makes a signing key beside the keys of an earlier release, keeps it, and never shows it", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "afterglow-start-"));
  const earlier = { writeKey: "wk_of_an_earlier_release", secretKey: "sk_of_an_earlier_release" };
  await writeFile(join(stateDir, "keys.json"), JSON.stringify(earlier));
  try {
    let key = earlier.secretKey;
    const kept: string[] = [];
    for (const id of ["first", "second"]) {
      const started = await start(stateDir);
      const headers = { authorization: `Bearer ${earlier.secretKey}` };
      const body = JSON.stringify({ id });
      const made = await fetch(`${started.url}/v1/sites`, { method: "POST", headers, body });
      const { keys } = (await made.json()) as Made;
      const models = await fetch(`${started.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
      expect([made.status, models.status]).toEqual([201, 200]);
      key = keys[1]?.key ?? "";
      const text = await readFile(join(stateDir, "keys.json"), "utf8");
      const { signingKey } = JSON.parse(text) as { signingKey: string };
      kept.push(text);
      expect(signingKey.length).toBeGreaterThanOrEqual(43);
      expect(started.said()).toContain(earlier.secretKey);
      expect(started.said()).not.toContain(signingKey);
      await started.stop();
    }
    expect(kept[0]).toBe(kept[1]);
    expect(JSON.parse(kept[0] ?? "")).toMatchObject(earlier);
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
});

async function start(stateDir: string) {
  const port = await freePort();
  const { WRITE_KEY: _, SECRET_KEY: _secret, SIGNING_KEY: _signing, ...rest } = process.env;
  const child: ChildProcess = spawn(process.execPath, ["scripts/start.ts"], {
    env: { ...rest, PORT: String(port), STATE_DIR: stateDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("\nready ")) resolve(`http://localhost:${port}`);
      });
    }
    child.once("exit", () => reject(new Error(`it ended before it was ready: ${output}`)));
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { url: await ready, said: () => output, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// The last one: it looks at all that was answered before.
test("no secret is in an answer or in the log, also where an object cannot be read", async () => {
  const { secret, write } = await makeSite("broken");
  const visitor = newVisitor();
  await send(write.key, visitor);
  const folder = join(collector.stateDir, "objects", "afterglow-contact");
  await collector.killAndRestart(async () => {
    // One of the files is of workerd's own.
    const names = (await readdir(folder)).filter((name) => !name.startsWith("metadata"));
    for (const name of names) await writeFile(join(folder, name), "no database".repeat(1_000));
  });
  expect((await send(write.key, visitor)).status).toBe(503);
  expect((await call("GET", `/v1/contacts/anon:${visitor}`, secret.key)).status).toBe(503);
  expect((await call("GET", `/v1/contacts/${secret.key}`, secret.key)).code).toBe("invalid_ref");
  expect((await call("GET", `/v1/me/score?writeKey=${secret.key}`)).code).toBe("invalid_key");
  expect((await call("POST", `/v1/batch?writeKey=${SECRET_KEY}`, undefined, { batch: [] })).code).toBe(
    "invalid_key",
  );
  const html = await (await fetch(`${collector.url}/demo/`)).text();
  const log = collector.said();
  expect(log).toContain("Error");
  expect(answers.length).toBeGreaterThan(300);
  for (const key of [secret.key, SECRET_KEY, SIGNING_KEY]) {
    expect(log).not.toContain(key);
    expect(html).not.toContain(key);
    expect(answers.filter((text) => text.includes(key))).toEqual([]);
  }
});
