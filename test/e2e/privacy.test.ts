import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { textsOnDisk } from "../support/bytes-on-disk.ts";
import { newVisitor, pageVisit, SECRET_KEY, type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

const path = (ref: string) => `/v1/contacts/${encodeURIComponent(ref)}`;

/** Somebody of whom much is held: in the hot row and in packed ones, with traits, claims and a score by hand. */
async function newcomer() {
  const id = newVisitor();
  const secrets = ["title", "email", "claim", "reason", "referrer"].map((what) => `${what}-of-${id}`);
  const [title, email, claim, reason, referrer] = secrets;
  const visits = Array.from({ length: 120 }, (_, i) =>
    pageVisit(id, `/a-long-path-that-fills-the-row-of-${id}/${i}`, {
      context: { page: { referrer: `https://${referrer}.example/` }, campaign: { name: title } },
    }),
  );
  for (let i = 0; i < visits.length; i += 12) await collector.batch(visits.slice(i, i + 12));
  await collector.batch([
    { type: "identify", anonymousId: id, userId: claim, messageId: `i-${id}`, traits: { email } },
  ]);
  const byHand = { points: 5, reason, author: "ann" };
  expect((await collector.request("POST", `${path(`anon:${id}`)}/adjustments`, byHand)).status).toBe(200);
  return { ref: `anon:${id}`, id, texts: [id, ...secrets] };
}

test("nothing of a deleted contact is left in any byte on disk, and its neighbours are whole", async () => {
  const others = Array.from({ length: 60 }, newVisitor);
  const send = (ids: readonly string[]) =>
    Promise.all(ids.map((id) => collector.batch([pageVisit(id, "/")])));
  await send(others.slice(0, 30));
  const people = [await newcomer(), await newcomer(), await newcomer()];
  await send(others.slice(30));
  const texts = people.flatMap((person) => person.texts);
  // Else there would be nothing to find.
  expect((await textsOnDisk(collector.stateDir, texts)).length).toBeGreaterThanOrEqual(texts.length);

  for (const { ref } of people) expect((await collector.request("DELETE", path(ref))).status).toBe(200);
  for (const { id } of people) {
    expect(await collector.batch([pageVisit(id, `/late-of-${id}`)])).toMatchObject({
      accepted: 0,
      rejected: [{ reason: "deleted_contact" }],
    });
  }
  expect(await textsOnDisk(collector.stateDir, texts)).toEqual([]);
  const kept = await contactFiles();
  await collector.killAndRestart();
  // Not even an empty file with a name that tells of somebody; and all that hold something.
  expect(await contactFiles()).toBe(kept - people.length);
  expect(await textsOnDisk(collector.stateDir, texts)).toEqual([]);
  expect(texts.filter((text) => collector.said().includes(text))).toEqual([]);
  for (const { ref } of people) expect((await collector.read(path(ref))).status).toBe(404);
  for (const id of others) expect((await collector.read(path(`anon:${id}`))).status).toBe(200);
});

async function contactFiles(): Promise<number> {
  const names = await readdir(join(collector.stateDir, "objects", "afterglow-contact"));
  return names.filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)).length;
}

test("a machine of one's own is in no jurisdiction, and npm start says so", async () => {
  const env = { ...process.env, JURISDICTION: "eu", STATE_DIR: join(collector.stateDir, "never-made") };
  const start = promisify(execFile)(process.execPath, ["scripts/start.ts"], { env });
  await expect(start).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("JURISDICTION says where Cloudflare keeps a deployment's objects"),
  });
});

test("no address of a sender is kept or said", async () => {
  const [v4, v6] = ["203.0.113.77", "2001:db8:77::1234"];
  const id = newVisitor();
  const headers = {
    "cf-connecting-ip": v4,
    "x-forwarded-for": `${v4}, ${v6}`,
    "x-real-ip": v6,
    "true-client-ip": v4,
    forwarded: `for="[${v6}]"`,
  };
  const context = { ip: v4, page: { url: "https://shop.example/" } };
  const batch = [pageVisit(id, "/pricing", { context })];
  expect((await collector.send({ writeKey: "wk_test", batch, context }, headers)).status).toBe(200);
  const server = { batch: [{ type: "identify", userId: id, context: { ip: v6 }, traits: { plan: "pro" } }] };
  const authorization = `Bearer ${SECRET_KEY}`;
  expect((await collector.send(server, { ...headers, authorization })).status).toBe(200);
  // Also where something goes wrong, and is told.
  expect((await collector.send("{", { ...headers, authorization })).status).toBe(400);
  expect((await collector.send({ batch: [{ type: "page" }] }, headers)).status).toBe(401);
  await collector.request("DELETE", path(`user:${id}`), undefined, headers);
  expect(await textsOnDisk(collector.stateDir, [v4, v6])).toEqual([]);
  expect([v4, v6].filter((address) => collector.said().includes(address))).toEqual([]);
  expect(await textsOnDisk(collector.stateDir, [id])).not.toEqual([]);
});
