import { expect, test, vi } from "vitest";

import { PULLED_FOR_A_READER } from "../../worker/domain/index/index-limits.ts";
import { backend, named, type TestSite } from "./people.ts";
import { list, names, newRankedSite, type Row } from "./ranked-site.ts";
import { send } from "./two-sites.ts";
import { watch, worker } from "./watching.ts";

const stated = (userId: string, traits: object) => ({
  type: "identify",
  messageId: named("t"),
  userId,
  traits,
});

/** Waits until the index knows of so many, of whom so many wait to be asked. */
async function untilKnown(site: TestSite, contacts: number, waiting: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { body } = await send("GET", "/v1/contacts/index", { key: site.secretKey });
      expect(body["shards"]).toMatchObject([{ contacts, waiting }]);
    },
    { timeout: 30_000 },
  );
}

test("a list shows what is known of a contact by now, also where it was asked a moment ago", async () => {
  const site = await newRankedSite("fresh-list");
  await backend(site, stated("ann", { plan: "free" }), stated("bob", { plan: "free" }));
  await untilKnown(site, 2, 2);
  const plans = async () =>
    Object.fromEntries((await list(site)).rows.map(({ contact, traits }) => [contact, traits["plan"]]));
  expect(await plans()).toEqual({ "user:ann": "free", "user:bob": "free" });
  await backend(site, stated("ann", { plan: "pro" }));
  await vi.waitFor(async () => expect(await plans()).toEqual({ "user:ann": "pro", "user:bob": "free" }));
});

test("who watches those with a trait is told as soon as a contact has it, and has it no more", async () => {
  const site = await newRankedSite("fresh-live");
  await backend(site, stated("ann", { plan: "free" }));
  await untilKnown(site, 1, 1);
  // So that there is a row of it.
  expect((await list(site, "?trait.plan=free")).rows).toHaveLength(1);
  const [some, all] = [await watch(site, "?trait.plan=pro"), await watch(site)];
  await backend(site, stated("ann", { plan: "pro" }));
  const pro = { contact: "user:ann", traits: { plan: "pro" } };
  await vi.waitFor(() => expect(all.told.at(-1)).toMatchObject(pro));
  await vi.waitFor(() => expect(some.told.at(-1)).toMatchObject(pro));
  await backend(site, stated("ann", { plan: "free" }));
  await vi.waitFor(() => expect(all.told.at(-1)).toMatchObject({ traits: { plan: "free" } }));
  await vi.waitFor(() => expect(some.told.at(-1)).toEqual({ type: "unlisted", contact: "user:ann" }));
});

test("a file and a list by a trait leave nobody out in silence who could not be asked yet", async () => {
  const site = await newRankedSite("fresh-many");
  const people = Array.from({ length: PULLED_FOR_A_READER + 30 }, (_, i) => `p${i}`);
  const state = async (traits: object) => {
    for (let from = 0; from < people.length; from += 100) {
      const some = people.slice(from, from + 100).map((id) => stated(id, traits));
      expect((await backend(site, ...some)).body).toMatchObject({ accepted: some.length });
    }
    await untilKnown(site, people.length, people.length);
  };
  await state({ plan: "pro" });
  const address = "http://collector/v1/contacts/export?format=ndjson&trait.plan=pro";
  const headers = { authorization: `Bearer ${site.secretKey}` };
  const text = await (await worker.fetch(address, { headers })).text();
  const rows = text
    .trim()
    .split("\n")
    .map((row) => JSON.parse(row) as Row);
  expect(names(rows).toSorted()).toEqual(people.map((id) => `user:${id}`).toSorted());
  await state({ plan: "free" });
  const counted = async () => {
    const path = "/v1/contacts/counts?trait.plan=free";
    const { body } = await send("GET", path, { key: site.secretKey });
    return [body["contacts"], (body["freshness"] as { unnamed: number }).unnamed] as const;
  };
  const [contacts = 0, unnamed] = (await counted()) as readonly number[];
  expect([contacts, unnamed]).toEqual([PULLED_FOR_A_READER, 30]);
  expect(await counted()).toEqual([people.length, 0]);
}, 180_000);
