import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { newVisitor, pageVisit, type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

/** The bytes of a damaged file: no database. */
const GARBAGE = Buffer.alloc(8_192, "no database ");

async function filesOf(kind: "contact" | "directory" | "models"): Promise<string[]> {
  const folder = join(collector.stateDir, "objects", `afterglow-${kind}`);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sqlite"));
  // Besides the objects there is one file of the runtime's own.
  return files.filter((file) => !file.startsWith("metadata")).map((file) => join(folder, file));
}

async function expectUnavailable(response: Response): Promise<void> {
  const body = (await response.json()) as { error?: { code: string; message: string } };
  expect([response.status, body.error?.code]).toEqual([503, "unavailable"]);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(JSON.stringify(body)).not.toMatch(/SQLITE|internal|reference/);
}

/** Damages the file of an object, with its log, and mends it afterwards; workerd runs at neither. */
async function whileDamaged(file: string, work: () => Promise<void>): Promise<void> {
  const whole = new Map<string, Buffer>();
  await collector.killAndRestart(async () => {
    for (const name of [file, `${file}-wal`]) {
      const bytes = await readFile(name).catch(() => undefined);
      if (!bytes) continue;
      whole.set(name, bytes);
      await writeFile(name, GARBAGE);
    }
  });
  await work();
  await collector.killAndRestart(async () => {
    for (const [name, bytes] of whole) await writeFile(name, bytes);
  });
}

test("a contact whose file is damaged answers 503, alone, and is whole again with its file", async () => {
  const [broken, other] = [newVisitor(), newVisitor()];
  const before = new Set(await filesOf("contact"));
  await collector.batch([pageVisit(broken, "/pricing")]);
  const file = (await filesOf("contact")).find((name) => !before.has(name)) ?? "";
  await collector.batch([pageVisit(other, "/pricing")]);
  const events = [pageVisit(broken, "/pricing"), pageVisit(other, "/pricing")];
  await whileDamaged(file, async () => {
    for (const path of ["", "/score", "/timeline"]) {
      await expectUnavailable(await collector.read(`/v1/contacts/anon:${broken}${path}`));
      expect((await collector.read(`/v1/contacts/anon:${other}${path}`)).status).toBe(200);
    }
    // The batch is to be sent again, as long as one of its contacts cannot take its part; the other has.
    for (let i = 0; i < 3; i += 1) {
      await expectUnavailable(await collector.send({ writeKey: "wk_test", batch: events }));
    }
    const own = await fetch(`${collector.url}/v1/me/score?writeKey=wk_test&anonymousId=${broken}`);
    await expectUnavailable(own);
    expect((await collector.score(`anon:${other}`)).score).toBe(20);
  });
  expect((await collector.score(`anon:${broken}`)).score).toBe(10);
  expect(await collector.batch(events)).toMatchObject({ accepted: 1, duplicate: 1 });
  for (const visitor of [broken, other]) expect((await collector.score(`anon:${visitor}`)).score).toBe(20);
});

test("where the site's list of contacts is damaged, new ones are refused until it is mended", async () => {
  const [known, stranger] = [newVisitor(), newVisitor()];
  await collector.batch([pageVisit(known, "/pricing")]);
  const [file = ""] = await filesOf("directory");
  const events = [pageVisit(stranger, "/pricing")];
  await whileDamaged(file, async () => {
    await expectUnavailable(await fetch(`${collector.url}/healthz`));
    await expectUnavailable(await collector.send({ writeKey: "wk_test", batch: events }));
    await expectUnavailable(await collector.read(`/v1/contacts/anon:${stranger}/score`));
    // Who has been here before is counted without it.
    expect(await collector.batch([pageVisit(known, "/pricing")])).toMatchObject({ accepted: 1 });
    expect((await collector.score(`anon:${known}`)).score).toBe(20);
  });
  expect(await collector.batch(events)).toMatchObject({ accepted: 1 });
  expect((await collector.score(`anon:${stranger}`)).score).toBe(10);
});

test("where the site's models are damaged, events are counted and scores are not told", async () => {
  const visitor = newVisitor();
  await collector.putModel("own", { name: "Own", pages: { "/pricing": 7 } });
  await collector.batch([pageVisit(visitor, "/pricing")]);
  const [file = ""] = await filesOf("models");
  await whileDamaged(file, async () => {
    expect(await collector.batch([pageVisit(visitor, "/pricing")])).toMatchObject({ accepted: 1 });
    await expectUnavailable(await collector.read(`/v1/contacts/anon:${visitor}/score?model=own`));
    await expectUnavailable(await collector.read("/v1/models"));
    await expectUnavailable(
      await collector.request("PUT", "/v1/models/own", { name: "X" }, { "if-match": "*" }),
    );
  });
  expect((await collector.score(`anon:${visitor}`, "model=own&explain=1")).score).toBe(14);
});
