import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";

import type { Ref } from "../../shared/event.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import {
  backend,
  browse,
  identify,
  named,
  pagesOf,
  siteWithTokens,
  split,
  type TestSite,
  token,
  visit,
} from "./people.ts";
import { env } from "./two-sites.ts";

let site: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("races");
});

const VISITORS = 3;
const USERS = 3;
const visitor = fc.nat(VISITORS - 1);
const user = fc.nat(USERS - 1);
const anyAct = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("visit" as const), who: visitor }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("again" as const), who: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sign in" as const), who: visitor, as: user }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("alias" as const), who: user, as: user }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("split visitor" as const), who: visitor, as: user }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("split user" as const), who: user, as: user }) },
);

const TIMES = Array.from({ length: 8 }, (_, i) => i);
/** As many as come while one step of a merge waits for the next. */
const AT_ONCE = 30;

function visitsOf(x: string, from: string) {
  return Array.from({ length: AT_ONCE }, (_, i) => visit(x, `/${from}-${i}`));
}

test("a visitor's very first events beside its sign-in are all counted, and once", async () => {
  for (const _ of TIMES) {
    const [x, u] = [named("visitor"), named("user")];
    const proof = await token(site, u);
    const [first, ...others] = visitsOf(x, "a");
    await Promise.all([
      browse(site, first),
      browse(site, identify(x, u, proof)),
      ...others.map((event) => browse(site, event)),
    ]);
    const pages = await pagesOf(site, `user:${u}`);
    expect([Object.keys(pages).length, new Set(Object.values(pages))]).toEqual([AT_ONCE, new Set([1])]);
  }
});

test("a visitor's events beside a split are all counted where it is then, and once", async () => {
  for (const _ of TIMES) {
    const [x, u] = [named("visitor"), named("user")];
    await browse(site, identify(x, u, await token(site, u)));
    await Promise.all(
      visitsOf(x, "a").flatMap((event, i) =>
        i === AT_ONCE / 2
          ? [split(site, `user:${u}`, `anon:${x}`), browse(site, event)]
          : [browse(site, event)],
      ),
    );
    const pages = await pagesOf(site, `anon:${x}`);
    expect([Object.keys(pages).length, new Set(Object.values(pages))]).toEqual([AT_ONCE, new Set([1])]);
    expect(await pagesOf(site, `user:${u}`)).toEqual({});
  }
});

test("users merged into each other at once, and in a ring, become one", async () => {
  const users = Array.from({ length: 4 }, () => named("ring"));
  for (const userId of users) {
    await backend(site, { type: "page", messageId: named("m"), userId, properties: { path: `/${userId}` } });
  }
  const ring = users.map((userId, i) => ({
    type: "alias",
    messageId: named("m"),
    previousId: users[(i + 1) % users.length],
    userId,
  }));
  const answers = await Promise.all(ring.map((alias) => backend(site, alias)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const directory = objectsOf(env, site.id).directory();
  const roots = await Promise.all(users.map((name) => directory.root(`user:${name}`)));
  expect(new Set(roots).size).toBe(1);
  for (const name of users) expect(Object.keys(await pagesOf(site, `user:${name}`))).toHaveLength(4);
});

test("visits, retries, sign-ins, merges of users and splits, all at once: each visit is counted once, where its visitor is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { minLength: 8, maxLength: 24 }), async (acts) => {
      const visitors = Array.from({ length: VISITORS }, () => named("visitor"));
      const users = Array.from({ length: USERS }, () => named("user"));
      const proofs = await Promise.all(users.map((name) => token(site, name)));
      const sent: ReturnType<typeof visit>[] = [];
      const counts = new Map<string, number>();
      const act = async (one: (typeof acts)[number]) => {
        const x = visitors[one.who] ?? "";
        const u = "as" in one ? (users[one.as] ?? "") : "";
        switch (one.kind) {
          case "visit": {
            const event = visit(x, `/${sent.length}`);
            sent.push(event);
            const key = `anon:${x} ${event.properties.path}`;
            counts.set(key, 1);
            return browse(site, event);
          }
          case "again": {
            const event = sent[one.who];
            return event && browse(site, event);
          }
          case "sign in":
            return browse(site, identify(x, u, proofs[one.as]));
          case "alias":
            return backend(site, {
              type: "alias",
              messageId: named("m"),
              previousId: users[one.who],
              userId: u,
            });
          case "split visitor":
            return split(site, `user:${u}`, `anon:${x}`);
          case "split user":
            return split(site, `user:${u}`, `user:${users[one.who]}`);
        }
      };
      const answers = await Promise.all(acts.map(act));
      for (const answer of answers) if (answer) expect([200, 404]).toContain(answer.status);
      await Promise.all(sent.map((event) => browse(site, event)));

      const names: Ref[] = [...visitors.map((x): Ref => `anon:${x}`), ...users.map((u): Ref => `user:${u}`)];
      const directory = objectsOf(env, site.id).directory();
      const roots = await Promise.all(names.map((ref) => directory.root(ref)));
      // The directory knows them by their hashes.
      const hashes = (await directory.aboutAll(names)).map(({ hash }) => hash);
      const pages = await Promise.all(names.map((ref) => pagesOf(site, ref)));
      const found = new Map<string, number>();
      for (const [i, ref] of names.entries()) {
        // Another name of a contact leads to all that the contact has.
        const root = hashes.indexOf(roots[i] ?? "");
        expect([ref, pages[i]]).toEqual([ref, pages[root]]);
        if (root !== i) continue;
        for (const [key, count] of Object.entries(pages[i] ?? {})) {
          found.set(key, (found.get(key) ?? 0) + count);
          // It is where the directory says its visitor is.
          expect(roots[names.indexOf(key.split(" ")[0] as Ref)]).toBe(hashes[i]);
        }
      }
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(counts));
    }),
    { numRuns: 25 },
  );
}, 120_000);
