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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("alias" as const), who: user, as: user }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("split visitor" as const), who: visitor, as: user }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("split user" as const), who: user, as: user }) },
);

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
      const pages = await Promise.all(names.map((ref) => pagesOf(site, ref)));
      const found = new Map<string, number>();
      for (const [i, ref] of names.entries()) {
        // Another name of a contact leads to all that the contact has.
        const root = names.indexOf(roots[i] as Ref);
        expect([ref, pages[i]]).toEqual([ref, pages[root]]);
        if (root !== i) continue;
        for (const [key, count] of Object.entries(pages[i] ?? {})) {
          found.set(key, (found.get(key) ?? 0) + count);
          // It is where the directory says its visitor is.
          expect(roots[names.indexOf(key.split(" ")[0] as Ref)]).toBe(ref);
        }
      }
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(counts));
    }),
    { numRuns: 25 },
  );
}, 120_000);
