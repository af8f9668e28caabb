import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";

import type { Ref } from "../../shared/event.ts";
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
} from "./people.ts";
import { env, send } from "./two-sites.ts";

let site: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("broken-off");
});

type Stub = Parameters<typeof evictDurableObject>[0];

/** Where a write is refused, as if the process had ended just before it. */
interface Stop {
  readonly at: "visitor" | "user" | "directory";
  readonly when: string;
}

const MERGE: Readonly<Record<string, Stop>> = {
  "the visitor's intent": { at: "visitor", when: "INSERT ON ledger WHEN NEW.part = -1" },
  "the directory's decision": { at: "directory", when: "INSERT ON merged" },
  "the directory's other half": { at: "directory", when: "DELETE ON known" },
  "the user's taking in": { at: "user", when: "INSERT ON ledger WHEN NEW.part > 0" },
  "the user's links": { at: "user", when: "INSERT ON ledger WHEN NEW.part = -1" },
  "the visitor's letting go": { at: "visitor", when: "DELETE ON ledger" },
};
const SPLIT: Readonly<Record<string, Stop>> = {
  "the user's intent": { at: "user", when: "INSERT ON ledger WHEN NEW.part = -1" },
  "the visitor's taking back": { at: "visitor", when: "INSERT ON ledger WHEN NEW.part >= 0" },
  "the visitor's links": { at: "visitor", when: "INSERT ON ledger WHEN NEW.part = -1" },
  "the directory's entry": { at: "directory", when: "DELETE ON merged" },
  "the user's letting go": {
    at: "user",
    when: `INSERT ON ledger WHEN NEW.part = -1 AND NEW.data NOT LIKE '%"returning"%'`,
  },
};

function newPair() {
  const [x, u] = [named("visitor"), named("user")];
  const anon: Ref = `anon:${x}`;
  const user: Ref = `user:${u}`;
  const stubs = {
    visitor: () => objectsOf(env, site.id).contact(anon) as unknown as Stub,
    user: () => objectsOf(env, site.id).contact(user) as unknown as Stub,
    directory: () => objectsOf(env, site.id).directory() as unknown as Stub,
  };
  const sql = (at: Stop["at"], statement: string) =>
    runInDurableObject(stubs[at](), (_, { storage }) => void storage.sql.exec(statement));
  const evictAll = () => Promise.all(Object.values(stubs).map((stub) => evictDurableObject(stub())));
  /** What is on disk after it is what a process that is killed there leaves. */
  const brokenOff = async (stop: Stop, act: () => Promise<{ readonly status: number }>) => {
    await sql(stop.at, `CREATE TRIGGER stop BEFORE ${stop.when} BEGIN SELECT RAISE(ABORT, 'killed'); END`);
    const { status } = await act();
    await evictAll();
    await sql(stop.at, "DROP TRIGGER stop");
    return status;
  };
  return { x, u, anon, user, stubs, brokenOff };
}

type Pair = ReturnType<typeof newPair>;

type Finisher = (pair: Pair, again: () => Promise<unknown>, step: string) => Promise<unknown>;

/** Who may come first after the end. */
const FINISHERS: Readonly<Record<string, Finisher>> = {
  "the same again": (_, again) => again(),
  "the alarm": async ({ stubs }, again, step) => {
    const rang = [await runDurableObjectAlarm(stubs.visitor()), await runDurableObjectAlarm(stubs.user())];
    expect(rang).toContain(true);
    // Before the intent there is nothing to be finished.
    if (step.endsWith("'s intent")) await again();
  },
  "an event of the visitor": async ({ x }, again) => {
    expect((await browse(site, visit(x, "/first-after"))).status).toBe(200);
    await again();
  },
  reads: async ({ anon, user }, again) => {
    await Promise.all([pagesOf(site, anon), pagesOf(site, user)]);
    await again();
  },
};

describe.each(Object.keys(FINISHERS))("finished by %s", (finisher) => {
  const finish: Finisher = FINISHERS[finisher] ?? (() => expect.unreachable());
  const extra = finisher === "an event of the visitor" ? 1 : 0;

  test.each(Object.keys(MERGE))("a merge that ends before %s is made once", async (step) => {
    const pair = newPair();
    const { x, u, anon, user } = pair;
    const before = visit(x, "/before");
    await browse(site, before);
    await backend(site, { type: "page", messageId: named("m"), userId: u, properties: { path: "/own" } });
    const says = identify(x, u, await token(site, u));
    const merge = () => browse(site, before, says, visit(x, "/with"));
    expect(await pair.brokenOff(MERGE[step] as Stop, () => browse(site, says))).toBe(503);
    await finish(pair, merge, step);
    const after = visit(x, "/after");
    await browse(site, after, says);
    expect((await browse(site, before, after, says)).body).toMatchObject({ accepted: 0, duplicate: 3 });
    const { [`${anon} /with`]: _, [`${anon} /first-after`]: first = 0, ...pages } = await pagesOf(site, user);
    expect([first, pages]).toEqual([
      extra,
      { [`${user} /own`]: 1, [`${anon} /before`]: 1, [`${anon} /after`]: 1 },
    ]);
    expect(await pagesOf(site, anon)).toEqual(await pagesOf(site, user));
    expect((await describeOf(site, anon)).merged).toMatchObject([{ source: anon, into: user }]);
    const directory = objectsOf(env, site.id).directory();
    expect([await directory.root(anon), await directory.has(anon), await directory.has(user)]).toEqual([
      await directory.root(user),
      true,
      true,
    ]);
  });

  test.each(Object.keys(SPLIT))("a split that ends before %s is made once", async (step) => {
    const pair = newPair();
    const { x, u, anon, user } = pair;
    const [before, after] = [visit(x, "/before"), visit(x, "/after")];
    await backend(site, { type: "page", messageId: named("m"), userId: u, properties: { path: "/own" } });
    await browse(site, before, identify(x, u, await token(site, u)));
    await browse(site, after);
    // That of the merge finds nothing to do.
    await runDurableObjectAlarm(pair.stubs.visitor());
    const undo = () => split(site, user, anon);
    expect(await pair.brokenOff(SPLIT[step] as Stop, undo)).toBe(503);
    await finish(pair, undo, step);
    expect((await undo()).body).toMatchObject({ split: false });
    expect((await browse(site, before, after)).body).toMatchObject({ accepted: 0, duplicate: 2 });
    await browse(site, visit(x, "/later"));
    const { [`${anon} /first-after`]: first = 0, ...pages } = await pagesOf(site, anon);
    expect([first, pages]).toEqual([
      extra,
      { [`${anon} /before`]: 1, [`${anon} /after`]: 1, [`${anon} /later`]: 1 },
    ]);
    expect(await pagesOf(site, user)).toEqual({ [`${user} /own`]: 1 });
    expect((await describeOf(site, user)).merged).toEqual([]);
    const directory = objectsOf(env, site.id).directory();
    expect(await directory.root(anon)).not.toBe(await directory.root(user));
  });
});

test("a split of a merge that the visitor has not let go of finishes that first", async () => {
  const pair = newPair();
  const { x, u, anon, user } = pair;
  const before = visit(x, "/before");
  await browse(site, before);
  const says = identify(x, u, await token(site, u));
  await pair.brokenOff(MERGE["the visitor's letting go"] as Stop, () => browse(site, says));
  expect((await split(site, user, anon)).body).toMatchObject({ split: true });
  expect((await browse(site, before)).body).toMatchObject({ accepted: 0, duplicate: 1 });
  expect(await pagesOf(site, anon)).toEqual({ [`${anon} /before`]: 1 });
  expect(await pagesOf(site, user)).toEqual({});
});

test("a merge that cannot go on holds up neither reads of others nor loses what comes meanwhile", async () => {
  const { x, u, user, anon, brokenOff } = newPair();
  await backend(site, { type: "page", messageId: named("m"), userId: u, properties: { path: "/own" } });
  await browse(site, visit(x, "/before"));
  const meanwhile = visit(x, "/meanwhile");
  const proof = await token(site, u);
  await brokenOff(MERGE["the user's taking in"] as Stop, async () => {
    expect((await browse(site, identify(x, u, proof))).status).toBe(503);
    // Nobody knows where it belongs now: to be sent again.
    expect((await browse(site, meanwhile)).status).toBe(503);
    expect((await send("GET", `/v1/contacts/user:${u}/score`, { key: site.secretKey })).status).toBe(200);
    return { status: 503 };
  });
  expect((await browse(site, meanwhile)).body).toMatchObject({ accepted: 1 });
  expect(await pagesOf(site, user)).toEqual({
    [`${user} /own`]: 1,
    [`${anon} /before`]: 1,
    [`${anon} /meanwhile`]: 1,
  });
});
