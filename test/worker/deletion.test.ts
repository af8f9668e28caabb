import {
  evictDurableObject,
  listDurableObjectIds,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { describe, expect, test } from "vitest";

import type { Ref } from "../../shared/event.ts";
import type { Rejected } from "../../shared/wire.ts";
import { contactObjectId, objectsOf } from "../../worker/site-objects.ts";
import { newContact } from "./new-contact.ts";
import { beacon, env, newSite, page, send } from "./two-sites.ts";

const DAY_MS = 86_400_000;
const SECRET = { key: "sk_test" };

let made = 0;
function newVisitor(): string {
  made += 1;
  return `deleted-visitor-${made}`;
}

function path(ref: string, more = ""): string {
  return `/v1/contacts/${encodeURIComponent(ref)}${more}`;
}

const directory = () => objectsOf(env, "main").directory();
const contact = (ref: Ref) => objectsOf(env, "main").contact(ref);

/** All rows of an object, of all tables that are ours. */
async function rowsOf(stub: DurableObjectStub) {
  return runInDurableObject(stub as never, (_: unknown, state: DurableObjectState) => {
    const tables = state.storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return tables.flatMap(({ name }) => state.storage.sql.exec(`SELECT * FROM ${name}`).toArray());
  });
}

async function alarmOf(ref: Ref) {
  return runInDurableObject(contact(ref), (_, state) => state.storage.getAlarm());
}

async function inDirectory<T>(work: (sql: SqlStorage) => T): Promise<T> {
  return runInDurableObject(directory(), (_, state) => work(state.storage.sql));
}

function rejectedOf(body: Record<string, unknown>): string[] {
  return (body["rejected"] as Rejected[]).map(({ reason }) => reason);
}

async function sendUser(userId: string, ...at: number[]) {
  const batch = at.map((time) => ({
    type: "track",
    event: "Ordered",
    userId,
    messageId: crypto.randomUUID(),
    timestamp: new Date(time).toISOString(),
  }));
  return send("POST", "/v1/batch", { ...SECRET, body: { batch } });
}

describe("a deleted contact", () => {
  test("is gone from everything that can be asked, and its receipt is the same again", async () => {
    const id = newVisitor();
    const ref: Ref = `anon:${id}`;
    await beacon("wk_test", [page(id, "/pricing")]);
    expect((await rowsOf(contact(ref))).length).toBe(1);
    expect(await alarmOf(ref)).toBeGreaterThan(Date.now());

    const first = await send("DELETE", path(ref), SECRET);
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      contact: ref,
      deletedAt: expect.any(String),
      receipt: expect.stringMatching(/^[0-9a-f-]{36}$/),
      hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      expires: expect.any(String),
    });
    const { deletedAt, expires } = first.body as { deletedAt: string; expires: string };
    expect(Date.parse(expires) - Date.parse(deletedAt)).toBe(30 * DAY_MS);
    for (const more of ["", "/score", "/timeline", "/export"]) {
      expect((await send("GET", path(ref, more), SECRET)).code, more).toBe("unknown_contact");
    }
    const byHand = { points: 5, reason: "fair", author: "ann" };
    const adjusted = await send("POST", path(ref, "/adjustments"), { ...SECRET, body: byHand });
    expect(adjusted.code).toBe("unknown_contact");
    expect(await rowsOf(contact(ref))).toEqual([]);
    expect(await alarmOf(ref)).toBeNull();
    expect(JSON.stringify(await rowsOf(directory() as never))).not.toContain(id);

    expect((await send("DELETE", path(ref), SECRET)).body).toEqual(first.body);
    await evictDurableObject(directory());
    expect((await send("DELETE", path(ref), SECRET)).body).toEqual(first.body);
  });

  test("stays deleted when its browser goes on sending; its neighbours are counted", async () => {
    const [gone, there] = [newVisitor(), newVisitor()];
    const visit = page(gone, "/late");
    await beacon("wk_test", [page(gone, "/pricing"), page(there, "/")]);
    await send("DELETE", path(`anon:${gone}`), SECRET);
    const late = await beacon("wk_test", [visit]);
    expect([late.status, late.body["accepted"], rejectedOf(late.body)]).toEqual([
      200,
      0,
      ["deleted_contact"],
    ]);
    const mixed = await beacon("wk_test", [page(there, "/a"), visit, page(there, "/b"), page(gone, "/new")]);
    expect([mixed.status, mixed.body["accepted"]]).toEqual([200, 2]);
    expect(mixed.body["rejected"]).toMatchObject([
      { index: 1, reason: "deleted_contact", messageId: visit.messageId },
      { index: 3, reason: "deleted_contact" },
    ]);
    expect(await rowsOf(contact(`anon:${gone}`))).toEqual([]);
    expect((await send("GET", path(`anon:${gone}`), SECRET)).status).toBe(404);
    const own = await send("GET", `/v1/me/score?anonymousId=${gone}`, { key: "wk_test" });
    expect(own.code).toBe("unknown_contact");
  });

  test("of the site's own begins anew with what happens after it, and with nothing from before", async () => {
    const user = newVisitor();
    const before = Date.now() - DAY_MS;
    await sendUser(user, before);
    const first = await send("DELETE", path(`user:${user}`), SECRET);
    const deletedAt = Date.parse(first.body["deletedAt"] as string);
    expect(rejectedOf((await sendUser(user, before)).body)).toEqual(["deleted_contact"]);
    expect((await send("GET", path(`user:${user}`), SECRET)).status).toBe(404);

    // A clock that is some minutes fast is taken as now, which is later than the deletion.
    const fast = deletedAt + 4 * 60_000;
    const anew = await sendUser(user, before, fast, deletedAt);
    expect([anew.body["accepted"], rejectedOf(anew.body)]).toEqual([
      1,
      ["deleted_contact", "deleted_contact"],
    ]);
    await evictDurableObject(contact(`user:${user}`));
    expect(rejectedOf((await sendUser(user, before)).body)).toEqual(["deleted_contact"]);
    const { body } = await send("GET", path(`user:${user}`, "/export"), SECRET);
    expect(body).toMatchObject({ deletedBefore: first.body["deletedAt"] });
    expect((body["days"] as { facts: unknown[] }[]).map(({ facts }) => facts)).toMatchObject([
      [{ count: 1 }],
    ]);

    // What is left of the first deletion does not delete the one who came after it.
    await contact(`user:${user}`).erase(deletedAt);
    expect((await send("GET", path(`user:${user}`), SECRET)).status).toBe(200);
    const second = await send("DELETE", path(`user:${user}`), SECRET);
    expect(second.body["receipt"]).not.toBe(first.body["receipt"]);
    expect((await send("GET", path(`user:${user}`), SECRET)).status).toBe(404);
  });

  test("of another site, and one that never was, is 404 and makes no object", async () => {
    const id = newVisitor();
    await beacon("wk_test", [page(id, "/")]);
    const other = await newSite("deletes");
    expect((await send("DELETE", path(`anon:${id}`), { key: other.secretKey })).code).toBe("unknown_contact");
    expect((await send("DELETE", path(`anon:${id}`), { key: "wk_test" })).code).toBe("secret_key_required");
    expect((await send("GET", path(`anon:${id}`), SECRET)).status).toBe(200);
    const before = (await listDurableObjectIds(env.CONTACT as never)).length;
    expect((await send("DELETE", path(`anon:${newVisitor()}`), SECRET)).code).toBe("unknown_contact");
    expect(await listDurableObjectIds(env.CONTACT as never)).toHaveLength(before);
    expect((await send("DELETE", path("nobody"), SECRET)).code).toBe("invalid_ref");
    const allowed = await send("PUT", path(`anon:${id}`), SECRET);
    expect([allowed.code, allowed.headers.get("allow")]).toEqual([
      "method_not_allowed",
      "GET, HEAD, DELETE, OPTIONS",
    ]);
  });
});

describe("a deletion that was broken off after its tombstone", () => {
  /** As a kill leaves it: the tombstone is written, and the contact has its rows. */
  async function brokenOff() {
    const id = newVisitor();
    const ref: Ref = `anon:${id}`;
    await beacon("wk_test", [page(id, "/pricing")]);
    const { hash } = await directory().about(ref);
    const object = contactObjectId(env, "main", ref);
    await inDirectory((sql) =>
      sql.exec(
        "INSERT INTO deleted (hash, receipt, at, object) VALUES (?, 'r', ?, ?)",
        hash,
        Date.now(),
        object,
      ),
    );
    return { id, ref };
  }

  test("is not shown, and the alarm finishes it", async () => {
    const { ref } = await brokenOff();
    expect(await directory().has(ref)).toBe(false);
    await runInDurableObject(directory(), (_, state) => state.storage.setAlarm(Date.now() + DAY_MS));
    expect(await runDurableObjectAlarm(directory())).toBe(true);
    expect(await rowsOf(contact(ref))).toEqual([]);
    expect(
      await inDirectory((sql) => sql.exec("SELECT * FROM deleted WHERE object IS NOT NULL").toArray()),
    ).toEqual([]);
    expect((await send("DELETE", path(ref), SECRET)).body).toMatchObject({ receipt: "r" });
  });

  test("is finished by the next request, with the receipt that it had", async () => {
    const { id, ref } = await brokenOff();
    expect((await send("DELETE", path(ref), SECRET)).body).toMatchObject({ receipt: "r" });
    expect(await rowsOf(contact(ref))).toEqual([]);
    expect(rejectedOf((await beacon("wk_test", [page(id, "/")])).body)).toEqual(["deleted_contact"]);
  });
});

test("a tombstone goes when no late event can come any more, and the visitor may begin anew", async () => {
  const id = newVisitor();
  await beacon("wk_test", [page(id, "/")]);
  const { body } = await send("DELETE", path(`anon:${id}`), SECRET);
  await inDirectory((sql) =>
    sql.exec("UPDATE deleted SET at = at - ? WHERE hash = ?", 30 * DAY_MS, body["hash"] as string),
  );
  const hashes = () =>
    inDirectory((sql) =>
      sql
        .exec("SELECT hash FROM deleted")
        .toArray()
        .map(({ hash }) => hash),
    );
  expect(await hashes()).toContain(body["hash"]);
  await runInDurableObject(directory(), (_, state) => state.storage.setAlarm(Date.now() + DAY_MS));
  await runDurableObjectAlarm(directory());
  expect(await hashes()).not.toContain(body["hash"]);
  expect((await beacon("wk_test", [page(id, "/")])).body["accepted"]).toBe(1);
});

test("deleted while its first events come, a contact is there whole or not at all", async () => {
  const outcomes = new Set<string>();
  for (let round = 0; round < 40; round += 1) {
    const id = newVisitor();
    const ref: Ref = `anon:${id}`;
    await directory().register(ref, Date.now());
    const makers = [() => beacon("wk_test", [page(id, "/")]), () => send("DELETE", path(ref), SECRET)];
    if (round % 2 === 0) makers.reverse();
    await Promise.all([...makers.map((make) => make()), beacon("wk_test", [page(id, "/again")])]);
    expect([ref, await rowsOf(contact(ref))]).toEqual([ref, []]);
    expect(await directory().has(ref)).toBe(false);
    outcomes.add(String(rejectedOf((await beacon("wk_test", [page(id, "/late")])).body)));
  }
  expect([...outcomes]).toEqual(["deleted_contact"]);
});

test("deleted between its entry and its first row, it does not come to be after all", async () => {
  const { ref, contact: own, ingest, intake, page: view } = newContact();
  const { hash } = await directory().about(ref);
  const hold = { directory: true, contact: false };
  const heldDirectory = runInDurableObject(directory(), (_, state) =>
    state.blockConcurrencyWhile(() => when(() => !hold.directory)),
  );
  // Waits for the directory with its first event, and hears of its entry only after it was deleted.
  const now = Date.now();
  const first = ingest(intake(now, view("/", now)));
  for (let i = 0; i < 20; i += 1) await own.describe();
  const heldContact = runInDurableObject(own, (instance, state) =>
    state.blockConcurrencyWhile(async () => {
      hold.contact = true;
      await when(() => !hold.contact);
      await instance.erase(Date.now());
    }),
  );
  await when(() => hold.contact);
  hold.directory = false;
  await heldDirectory;
  while (!(await directory().has(ref))) await scheduler.wait(1);
  await inDirectory((sql) => {
    sql.exec("INSERT INTO deleted (hash, receipt, at, object) VALUES (?, 'r', ?, NULL)", hash, Date.now());
  });
  hold.contact = false;
  await heldContact;
  expect(await first).toMatchObject({ accepted: 0, rejected: [{ reason: "deleted_contact" }] });
  expect(await rowsOf(contact(ref))).toEqual([]);
});

async function when(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await scheduler.wait(1);
}

test("refs that a directory kept in plain before become keyed hashes", async () => {
  const site = await newSite("older");
  const plain = objectsOf(env, site.id).directory();
  await runInDurableObject(plain, (_, state) => {
    state.storage.sql.exec("CREATE TABLE contacts (ref TEXT PRIMARY KEY) WITHOUT ROWID");
    state.storage.sql.exec("INSERT INTO contacts (ref) VALUES ('user:ann'), ('anon:ben')");
  });
  expect(await plain.isEmpty()).toBe(false);
  expect([await plain.has("user:ann"), await plain.has("anon:ben"), await plain.has("anon:cid")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(JSON.stringify(await rowsOf(plain as never))).not.toMatch(/ann|ben/);
  expect(await plain.isEmpty()).toBe(false);
});
