import { afterAll, beforeAll, expect, test } from "vitest";

import { HOT, nobodysCookies, visitor } from "../support/edge-page.ts";
import { type EdgeSite, startEdgeSite } from "../support/edge.ts";

/** A Worker that is bound to the collector's objects as well as to the collector. */
let site: EdgeSite;
/** How often the collector itself has been asked. */
let asked = 0;
beforeAll(async () => {
  site = await startEdgeSite();
  site.answer((_, response) => {
    asked += 1;
    response.end();
  });
});
afterAll(() => site.close());

async function read(path: string, cookie?: string): Promise<unknown> {
  return (await site.get(path, cookie)).json();
}

async function timesAsked(work: () => Promise<unknown>): Promise<number> {
  const before = asked;
  await work();
  return asked - before;
}

test("the collector is asked once who a visitor is, and then the contact itself, up to the moment", async () => {
  const x = visitor();
  const cookie = await site.visit(x, ...HOT);
  for (const path of ["/lead", "/contact"]) {
    expect(await read(`/direct${path}`, `a=b; ${cookie}; c=d`)).toEqual(await read(path, cookie));
  }
  const again = await timesAsked(async () => {
    for (const path of ["/lead", "/contact", "/contact"]) await read(`/direct${path}`, cookie);
    await site.visit(x, "/about");
    expect(await read("/direct/contact", cookie)).toMatchObject({
      contact: `anon:${x}`,
      score: 61,
      band: "hot",
    });
  });
  expect(again).toBe(0);
  const other = await site.visit(visitor(), "/");
  const first = await timesAsked(async () =>
    expect(await read("/direct/contact", other)).toMatchObject({ score: 1, from: "contact" }),
  );
  expect(first).toBe(1);
});

test("a contact that has been merged into another one is that one's lead", async () => {
  const x = visitor();
  const cookie = await site.visit(x, ...HOT);
  await read("/direct/contact", cookie);
  const userId = `edge-${x}`;
  const event = { type: "identify", messageId: `merge-${x}`, anonymousId: x, userId };
  const merged = await site.collector.request("POST", "/v1/batch", { batch: [event] });
  expect(merged.status).toBe(200);
  const into = `user:${userId}`;
  expect(await read("/direct/contact", cookie)).toMatchObject({ contact: into, score: 60 });
  expect(await read("/direct/contact", cookie)).toEqual(await read("/contact", cookie));
});

test("no object is asked, and by that made, of a forged, foreign or missing cookie, or of who is not known", async () => {
  const x = visitor();
  const cookie = await site.visit(x, "/pricing");
  await read("/direct/contact", cookie);
  const objects = await site.contactObjects();
  for (const none of nobodysCookies(cookie)) {
    for (const path of ["/direct/lead", "/direct/contact"]) {
      expect([none, path, await read(path, none)]).toEqual([none, path, null]);
    }
  }
  const gone = await site.collector.request("DELETE", `/v1/contacts/anon:${x}`);
  expect(gone.status).toBe(200);
  const times = await timesAsked(async () => {
    for (let n = 0; n < 3; n += 1) expect(await read("/direct/contact", cookie)).toBe(null);
  });
  // At first after the object, which has nothing any more.
  expect(times).toBe(3);
  expect(await site.contactObjects()).toBe(objects);
});

test("a genuine cookie behind another host's of the same name is found", async () => {
  const x = visitor();
  const cookie = await site.visit(x, "/pricing");
  const [name = ""] = cookie.split("=");
  for (let n = 0; n < 2; n += 1) {
    expect(await read("/direct/contact", `${name}=${visitor()}.${"A".repeat(24)}; ${cookie}`)).toMatchObject({
      contact: `anon:${x}`,
    });
  }
});

test("of some models those are told, by turns with all; of one that there is not the owner is told", async () => {
  const x = visitor();
  const cookie = await site.visit(x, "/pricing");
  for (let n = 0; n < 2; n += 1) {
    expect(await read("/direct/wrong", cookie)).toEqual({
      lead: null,
      problems: ['Error: The site "main" has none of the models ["gone"]. Name some that it has.'],
    });
    expect(await read("/direct/contact", cookie)).toMatchObject({ contact: `anon:${x}`, model: "starter" });
  }
});
