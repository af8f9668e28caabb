import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test } from "vitest";

import { launch, startCollector } from "../../scripts/collector.ts";
import { bytesOnDisk, textsOnDisk } from "../support/bytes-on-disk.ts";
import {
  SECRET_KEY,
  SIGNING_KEY,
  startTestCollector,
  type TestCollector,
  WRITE_KEY,
} from "../support/collector.ts";
import { type Behaviour, type Receiver, startReceiver } from "../support/receiver.ts";
import { until } from "../support/until.ts";

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

async function newReceiver(behaviour?: Behaviour): Promise<Receiver> {
  const receiver = await startReceiver(behaviour);
  ending.push(receiver.close);
  return receiver;
}

async function newCollector(allowPrivateDestinations = true): Promise<TestCollector> {
  const collector = await startTestCollector({ allowPrivateDestinations });
  ending.push(collector.close);
  return collector;
}

interface Made {
  readonly id: string;
  readonly secret: string;
}

async function make(collector: TestCollector, url: string): Promise<Made> {
  const response = await collector.request("POST", "/v1/webhooks", { type: "webhook", url });
  expect(response.status).toBe(201);
  return response.json() as Promise<Made>;
}

interface Listed {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly error?: string;
}

async function listed(collector: TestCollector, id: string): Promise<Listed[]> {
  const response = await collector.read(`/v1/webhooks/${id}/deliveries`);
  return ((await response.json()) as { deliveries: Listed[] }).deliveries;
}

const sendTest = (collector: TestCollector, id: string) =>
  collector.request("POST", `/v1/webhooks/${id}/test`);

describe("a receiver on the network", () => {
  test("gets what it can verify, within a moment, by the alarm alone", async () => {
    const [collector, receiver] = [await newCollector(), await newReceiver()];
    const { id, secret } = await make(collector, `${receiver.url}/hook?a=1`);
    await sendTest(collector, id);
    const [got] = await until(
      () => Promise.resolve(receiver.received),
      ({ length }) => length > 0,
    );
    expect([got?.method, got?.path]).toEqual(["POST", "/hook?a=1"]);
    expect(new Webhook(secret).verify(got?.body ?? "", got?.headers ?? {})).toMatchObject({
      type: "webhook.test",
    });
    await until(
      () => listed(collector, id),
      ([delivery]) => delivery?.status === "delivered",
    );
  });

  test("that never answers holds up nobody else, and is told to have been too slow", async () => {
    const collector = await newCollector();
    const [silent, quick] = [await newReceiver(() => undefined), await newReceiver()];
    const slow = await make(collector, silent.url);
    const { id } = await make(collector, quick.url);
    await sendTest(collector, slow.id);
    await until(
      () => Promise.resolve(silent.received),
      ({ length }) => length === 1,
    );
    for (let n = 1; n <= 5; n += 1) {
      await sendTest(collector, id);
      await until(
        () => Promise.resolve(quick.received),
        ({ length }) => length === n,
      );
    }
    // All of it while the first one still waits.
    expect(await listed(collector, slow.id)).toMatchObject([{ status: "pending", attempts: 0 }]);
    const [late] = await until(
      () => listed(collector, slow.id),
      ([delivery]) => delivery?.attempts === 1,
    );
    expect(late?.error).toBe("It did not answer within 15 seconds.");
  });

  test("whose answer has no end is read to a bound, and what cannot be reached is tried again", async () => {
    const collector = await newCollector();
    const endless = await newReceiver(() => ({ body: "a".repeat(50_000_000) }));
    const { id } = await make(collector, endless.url);
    await sendTest(collector, id);
    await until(
      () => listed(collector, id),
      ([delivery]) => delivery?.status === "delivered",
    );
    const closed = await startReceiver();
    await closed.close();
    const gone = await make(collector, closed.url);
    await sendTest(collector, gone.id);
    const [failed] = await until(
      () => listed(collector, gone.id),
      ([delivery]) => delivery?.attempts === 1,
    );
    expect(failed).toMatchObject({ status: "pending", error: "It could not be reached." });
  });
});

describe("without the flag for development", () => {
  test("this machine, networks of one's own and http are refused as a destination", async () => {
    const collector = await newCollector(false);
    const receiver = await newReceiver();
    for (const url of [receiver.url, "https://localhost/", "https://10.0.0.1/", "https://[::1]/"]) {
      const response = await collector.request("POST", "/v1/webhooks", { type: "webhook", url });
      const { error } = (await response.json()) as { error: { code: string; issues: unknown } };
      expect([response.status, error]).toMatchObject([
        400,
        { code: "invalid_webhook", issues: [{ path: "url", message: expect.stringMatching(/^wants /) }] },
      ]);
    }
  });

  test("workerd itself reaches nothing that is private, whatever the Worker would allow", async () => {
    const receiver = await newReceiver();
    const stateDir = await mkdtemp(join(tmpdir(), "afterglow-"));
    ending.push(() => rm(stateDir, { recursive: true, force: true }));
    const keys = { WRITE_KEY, SECRET_KEY, SIGNING_KEY };
    const first = await startCollector({
      port: 0,
      stateDir,
      writeKey: WRITE_KEY,
      secretKey: SECRET_KEY,
      signingKey: SIGNING_KEY,
    });
    await first.stop();
    // As a public name that stands for this machine would come that far.
    const { url, stop } = await launch(join(stateDir, "workerd.capnp"), {
      ...keys,
      ALLOW_PRIVATE_DESTINATIONS: "1",
    });
    ending.push(stop);
    const request = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${SECRET_KEY}` };
      const response = await fetch(url + path, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return (await response.json()) as { id: string; deliveries: Listed[] };
    };
    const { id } = await request("POST", "/v1/webhooks", { type: "webhook", url: receiver.url });
    await request("POST", `/v1/webhooks/${id}/test`);
    const { deliveries } = await until(
      () => request("GET", `/v1/webhooks/${id}/deliveries`),
      (page) => page.deliveries[0]?.attempts === 1,
    );
    expect([deliveries[0]?.error, receiver.received]).toEqual(["It could not be reached.", []]);
  });

  test("a destination that was made with it gets nothing any more", async () => {
    const [collector, receiver] = [await newCollector(), await newReceiver()];
    const { id } = await make(collector, receiver.url);
    await collector.killAndRestart(undefined, { allowPrivateDestinations: false });
    await sendTest(collector, id);
    const [delivery] = await until(
      () => listed(collector, id),
      ([each]) => each?.attempts === 1,
    );
    expect([delivery?.error, receiver.received]).toEqual([
      "Its address is not one that requests may go to: set another url.",
      [],
    ]);
  });
});

test("no secret of a destination is on disk in the clear, nor what opens it once it is deleted", async () => {
  const [collector, receiver] = [await newCollector(), await newReceiver()];
  const { id, secret } = await make(collector, `${receiver.url}/hidden-in-the-path`);
  const folder = join(collector.stateDir, "objects", "afterglow-deliveries");
  const database = await outOfMemory(folder);
  expect(await textsOnDisk(collector.stateDir, [secret, "hidden-in-the-path"])).toEqual([]);
  const key = keyIn(database);
  expect(await bytesOnDisk(folder, [key])).toHaveLength(1);
  expect((await collector.request("DELETE", `/v1/webhooks/${id}`)).status).toBe(204);
  await outOfMemory(folder);
  expect(await bytesOnDisk(folder, [key])).toEqual([]);
});

/** The one database of a folder, when its object has left memory and its log is written into it. */
async function outOfMemory(folder: string): Promise<string> {
  const [name = ""] = await until(
    async () => (await readdir(folder)).filter((file) => /^[0-9a-f]{64}\.sqlite/.test(file)),
    ({ length }) => length === 1,
  );
  return join(folder, name);
}

/** The only key in it. */
function keyIn(path: string): Buffer {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare("SELECT bytes FROM key_blocks").get();
  database.close();
  const bytes = Buffer.from((row?.["bytes"] ?? []) as Uint8Array);
  const at = bytes.findIndex((byte) => byte !== 0);
  expect(at).toBeGreaterThanOrEqual(4_096);
  return bytes.subarray(at, at + 8);
}
