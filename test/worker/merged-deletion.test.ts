import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";

import type { Ref } from "../../shared/event.ts";
import type { Rejected } from "../../shared/wire.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import {
  backend,
  browse,
  describeOf,
  identify,
  named,
  pagesOf,
  siteWithTokens,
  split,
  type TestSite,
  token,
  visit,
  warned,
} from "./people.ts";
import { env, send } from "./two-sites.ts";

const DAY_MS = 86_400_000;

let site: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("merged-deletion");
});

type Stub = Parameters<typeof evictDurableObject>[0];

const contact = (ref: Ref) => objectsOf(env, site.id).contact(ref);
const directory = () => objectsOf(env, site.id).directory();
const path = (ref: Ref, more = "") => `/v1/contacts/${encodeURIComponent(ref)}${more}`;
const remove = (ref: Ref) => send("DELETE", path(ref), { key: site.secretKey });
const read = (ref: Ref, more = "") => send("GET", path(ref, more), { key: site.secretKey });

/** All rows of an object, of all tables that are ours. */
async function rowsOf(stub: Stub): Promise<unknown[]> {
  return runInDurableObject(stub, (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return tables.flatMap(({ name }) => sql.exec(`SELECT * FROM ${name}`).toArray());
  });
}

const rows = (ref: Ref) => rowsOf(contact(ref));

function inDirectory(statement: string): Promise<unknown> {
  return runInDurableObject(directory(), (_, { storage }) => void storage.sql.exec(statement));
}

function ofUser(userId: string, at: number, shown: string) {
  const timestamp = new Date(at).toISOString();
  return { type: "page", messageId: named("m"), userId, timestamp, properties: { path: shown } };
}

function reasons({ body }: { readonly body: Record<string, unknown> }): string[] {
  return (body["rejected"] as Rejected[]).map(({ reason }) => reason);
}

/** A user with a phone, into whom another user with a laptop has been merged. */
async function newFamily() {
  const [user, old, phone, laptop] = [named("user"), named("old"), named("phone"), named("laptop")];
  await browse(site, visit(phone, "/phone"), identify(phone, user, await token(site, user)));
  await browse(site, visit(laptop, "/laptop"), identify(laptop, old, await token(site, old)));
  await backend(site, { type: "alias", messageId: named("m"), previousId: old, userId: user });
  const refs: readonly Ref[] = [`user:${user}`, `user:${old}`, `anon:${phone}`, `anon:${laptop}`];
  expect(Object.keys(await pagesOf(site, refs[3] as Ref)).toSorted()).toEqual(
    [`anon:${phone} /phone`, `anon:${laptop} /laptop`].toSorted(),
  );
  return { user, old, phone, laptop, refs, names: [user, old, phone, laptop] };
}

type Family = Awaited<ReturnType<typeof newFamily>>;

async function expectGone({ refs, names, phone, laptop }: Family): Promise<void> {
  for (const ref of refs) {
    expect([ref, (await read(ref)).code]).toEqual([ref, "unknown_contact"]);
    expect([ref, await rows(ref)]).toEqual([ref, []]);
    expect([ref, await directory().has(ref)]).toEqual([ref, false]);
  }
  const kept = JSON.stringify(await rowsOf(directory()));
  expect(names.filter((name) => kept.includes(name))).toEqual([]);
  for (const visitor of [phone, laptop]) {
    expect(reasons(await browse(site, visit(visitor, "/late")))).toEqual(["deleted_contact"]);
  }
}

describe("a contact that others have been merged into", () => {
  test.each([0, 1, 2, 3])("is deleted whole, whichever of its refs is named (%i)", async (which) => {
    const family = await newFamily();
    const { refs } = family;
    const first = await remove(refs[which] as Ref);
    expect([first.status, first.body["contact"]]).toEqual([200, refs[which]]);
    await expectGone(family);
    const receipts = await Promise.all(refs.map((ref) => remove(ref)));
    expect(receipts[which]?.body).toEqual(first.body);
    expect(new Set(receipts.map(({ body }) => body["receipt"])).size).toBe(1);
    expect(new Set(receipts.map(({ body }) => body["hash"])).size).toBe(4);
  });

  test("begins anew alone, and merges nobody who was deleted with it", async () => {
    const family = await newFamily();
    const { user, old, phone } = family;
    const now = Date.now();
    await remove(`user:${user}`);
    const again = await browse(site, identify(phone, user, await token(site, user)));
    expect([reasons(again), warned(again)]).toEqual([["deleted_contact"], ["deleted_contact"]]);
    expect(await rows(`anon:${phone}`)).toEqual([]);
    expect((await backend(site, ofUser(user, Date.now() + 1000, "/anew"))).body).toMatchObject({
      accepted: 1,
    });
    expect(await pagesOf(site, `user:${user}`)).toEqual({ [`user:${user} /anew`]: 1 });
    expect((await describeOf(site, `user:${user}`)).merged).toEqual([]);
    // A user merged into another one goes on refusing what is from before its deletion.
    await backend(site, ofUser(old, Date.now() + 1000, "/old-anew"));
    const other = named("other");
    await backend(site, { type: "alias", messageId: named("m"), previousId: old, userId: other });
    expect(reasons(await backend(site, ofUser(old, now - DAY_MS, "/before")))).toEqual(["deleted_contact"]);
    expect(await pagesOf(site, `user:${other}`)).toEqual({ [`user:${old} /old-anew`]: 1 });
    // And what its new visitors did before then is theirs.
    const tablet = named("tablet");
    await browse(site, identify(tablet, user, await token(site, user)));
    const early = { ...visit(tablet, "/early"), timestamp: new Date(now - DAY_MS).toISOString() };
    expect((await browse(site, early)).body).toMatchObject({ accepted: 1 });
  });

  const STOPS = {
    "the tombstones": "INSERT ON deleted",
    "the aliases' end": "DELETE ON merged",
    "the first entry's end": "DELETE ON known",
    "the third entry's end":
      "UPDATE ON deleted WHEN NEW.object IS NULL AND (SELECT COUNT(*) FROM deleted WHERE object IS NOT NULL) = 2",
  } as const;

  test.each(Object.keys(STOPS) as (keyof typeof STOPS)[])(
    "and whose deletion ends before %s is whole, or is deleted to the end",
    async (stop) => {
      for (const finish of ["again", "alarm"] as const) {
        const family = await newFamily();
        const { refs } = family;
        await inDirectory(
          `CREATE TRIGGER stop BEFORE ${STOPS[stop]} BEGIN SELECT RAISE(ABORT, 'killed'); END`,
        );
        expect((await remove(refs[2] as Ref)).status).toBeGreaterThanOrEqual(500);
        await evictDurableObject(directory());
        await Promise.all(refs.map((ref) => evictDurableObject(contact(ref))));
        await inDirectory("DROP TRIGGER stop");
        const isWhole = stop === "the tombstones" || stop === "the aliases' end";
        for (const ref of refs) expect([ref, (await read(ref)).status]).toEqual([ref, isWhole ? 200 : 404]);
        if (isWhole) expect(Object.keys(await pagesOf(site, refs[3] as Ref))).toHaveLength(2);
        if (finish === "again" || isWhole) expect((await remove(refs[1] as Ref)).status).toBe(200);
        else {
          await runInDurableObject(directory(), (_, { storage }) => storage.setAlarm(Date.now() + DAY_MS));
          expect(await runDurableObjectAlarm(directory())).toBe(true);
        }
        await expectGone(family);
      }
    },
  );

  test("deleted beside merges, splits and visits, each is there or gone, and what is gone has left nothing", async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 24; round += 1) {
      const family = await newFamily();
      const { user, phone, laptop, refs } = family;
      const tablet = named("tablet");
      const all: readonly Ref[] = [...refs, `anon:${tablet}`];
      const proof = await token(site, user);
      const acts = [
        () => browse(site, visit(phone, "/a")),
        () => browse(site, visit(tablet, "/b"), identify(tablet, user, proof)),
        () => split(site, `user:${user}`, `anon:${phone}`),
        () => browse(site, visit(laptop, "/c")),
        () => browse(site, identify(phone, user, proof)),
      ];
      // The deletion is asked for when so many of the others have been answered.
      let left = round % (acts.length + 1);
      const answers: { readonly status: number }[] = [];
      let isDue = () => {};
      const due = new Promise<void>((resolve) => (isDue = resolve));
      const answered = () => left-- === 0 && isDue();
      answered();
      const others = acts.map(async (act) => {
        answers.push(await act());
        answered();
      });
      await due;
      answers.push(await remove(refs[round % refs.length] as Ref));
      await Promise.all(others);
      expect(answers.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
      for (const ref of all) {
        const isThere = await directory().has(ref);
        expect([round, ref, (await read(ref)).status]).toEqual([round, ref, isThere ? 200 : 404]);
        if (!isThere) expect([round, ref, await rows(ref)]).toEqual([round, ref, []]);
        seen.add(`${ref.replace(/-\d+$/, "")} ${isThere}`);
      }
      for (const ref of all) await remove(ref);
      for (const ref of all) expect([round, ref, await rows(ref)]).toEqual([round, ref, []]);
    }
    // Else nothing would have been tried.
    expect([...seen]).toEqual(
      expect.arrayContaining(["user:user true", "user:user false", "anon:laptop false"]),
    );
  }, 60_000);

  test("tells in its export all that is held about each of them", async () => {
    const { user, phone, laptop, refs } = await newFamily();
    await split(site, refs[0] as Ref, refs[2] as Ref);
    await browse(site, identify(phone, user, await token(site, user)));
    const { body } = await read(`anon:${laptop}`, "/export");
    expect(body).toMatchObject({
      contact: `user:${user}`,
      refs: expect.arrayContaining([...refs]),
      merged: expect.arrayContaining(
        refs.slice(1).map((source) => ({
          source,
          into: expect.any(String),
          at: expect.any(String),
          merge: expect.any(String),
          directory: { hash: expect.stringMatching(/^[0-9a-f]{32}$/), isKnown: true },
        })),
      ),
      links: { undone: [{ source: refs[2] }], movingTo: null, givingBackTo: null },
      limit: { fullAt: expect.any(String) },
      claims: expect.arrayContaining([expect.objectContaining({ source: `anon:${phone}` })]),
    });
    expect(body["merged"]).toHaveLength(3);
  });
});

describe("of a contact that others have been merged into", () => {
  /** As if nothing had come for so long. */
  async function idleFor(ref: Ref, days: number, more = ""): Promise<void> {
    const day = Math.floor(Date.now() / DAY_MS) - days;
    await runInDurableObject(contact(ref), (_, { storage }) => {
      storage.sql.exec(`UPDATE ledger SET data = json_set(data, '$.day', ${day} ${more}) WHERE part = 0`);
    });
    await evictDurableObject(contact(ref));
  }

  test("nobody is purged because of being idle", async () => {
    const { refs } = await newFamily();
    await idleFor(refs[0] as Ref, 400);
    expect(await runDurableObjectAlarm(contact(refs[0] as Ref))).toBe(true);
    for (const ref of refs) {
      await runDurableObjectAlarm(contact(ref));
      expect([ref, (await read(ref)).status]).toEqual([ref, 200]);
    }
  });

  test.each(["whole", "broken off"])("all go when the site keeps nothing of that time (%s)", async (how) => {
    const other = await siteWithTokens(`kept-${how.replace(" ", "-")}`);
    const before = site;
    site = other;
    try {
      const { user, phone, refs } = await newFamily();
      const settings = { retentionDays: 100 };
      await send("PATCH", `/v1/sites/${site.id}`, { key: site.secretKey, body: { settings } });
      await idleFor(refs[0] as Ref, 102, how === "whole" ? "" : ", '$.unlisted', json('true')");
      if (how === "whole") {
        expect(await runDurableObjectAlarm(contact(refs[0] as Ref))).toBe(true);
      } else {
        // As a kill leaves it: marked, and the first of the others gone.
        await runInDurableObject(contact(`anon:${phone}`), (_, { storage }) => storage.deleteAll());
        await evictDurableObject(contact(`anon:${phone}`));
        await backend(site, ofUser(user, Date.now(), "/anew"));
        expect(await pagesOf(site, `user:${user}`)).toEqual({ [`user:${user} /anew`]: 1 });
      }
      for (const ref of how === "whole" ? refs : refs.slice(1)) {
        expect([ref, await rows(ref)]).toEqual([ref, []]);
        expect([ref, await directory().has(ref)]).toEqual([ref, false]);
      }
      // Who comes back is new.
      expect((await browse(site, visit(phone, "/back"))).body).toMatchObject({ accepted: 1 });
      expect(await pagesOf(site, `anon:${phone}`)).toEqual({ [`anon:${phone} /back`]: 1 });
    } finally {
      site = before;
    }
  });
});
