import { beforeAll, describe, expect, test } from "vitest";

import {
  backend,
  browse,
  damage,
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
import { send } from "./two-sites.ts";

let site: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("people");
});

describe("a visitor with a token of the site's backend", () => {
  test("becomes the user, with all that it has done before and does after; each fact keeps its source", async () => {
    const [x, u] = [named("visitor"), named("ann")];
    await browse(site, visit(x, "/pricing"));
    await backend(site, { type: "page", messageId: "b1", userId: u, properties: { path: "/docs" } });
    const answer = await browse(site, identify(x, u, await token(site, u)));
    expect([answer.status, answer.body["accepted"], warned(answer)]).toEqual([200, 1, []]);
    await browse(site, visit(x, "/demo"));
    const pages = { [`user:${u} /docs`]: 1, [`anon:${x} /pricing`]: 1, [`anon:${x} /demo`]: 1 };
    expect(await pagesOf(site, `user:${u}`)).toEqual(pages);
    // The old id goes on leading there.
    expect(await pagesOf(site, `anon:${x}`)).toEqual(pages);
    expect(await describeOf(site, `anon:${x}`)).toMatchObject({
      contact: `user:${u}`,
      claims: [],
      merged: [{ source: `anon:${x}`, into: `user:${u}` }],
    });
  });

  test("is merged once, and what is sent again is counted once, also what was counted before", async () => {
    const [x, u] = [named("visitor"), named("ann")];
    const before = visit(x, "/pricing");
    const says = identify(x, u, await token(site, u));
    await browse(site, before);
    await browse(site, says);
    const again = await browse(site, before, says, before);
    expect(again.body).toMatchObject({ accepted: 0, duplicate: 3, rejected: [] });
    expect(await pagesOf(site, `user:${u}`)).toEqual({ [`anon:${x} /pricing`]: 1 });
  });

  test("is several devices of one user", async () => {
    const [phone, laptop, u] = [named("phone"), named("laptop"), named("ann")];
    const proof = await token(site, u);
    await Promise.all([
      browse(site, visit(phone, "/a"), identify(phone, u, proof)),
      browse(site, visit(laptop, "/b"), identify(laptop, u, proof)),
    ]);
    const pages = { [`anon:${phone} /a`]: 1, [`anon:${laptop} /b`]: 1 };
    expect(await pagesOf(site, `user:${u}`)).toEqual(pages);
    expect(await pagesOf(site, `anon:${laptop}`)).toEqual(pages);
  });

  test("stays with the first user; the second one's sign-in on the same device merges nothing", async () => {
    const [x, ann, bob] = [named("shared"), named("ann"), named("bob")];
    await browse(site, visit(x, "/a"), identify(x, ann, await token(site, ann)));
    const second = await browse(site, identify(x, bob, await token(site, bob)));
    expect(warned(second)).toEqual(["already_merged"]);
    expect(second.body).toMatchObject({ accepted: 1 });
    expect((await describeOf(site, `user:${bob}`)).status).toBe(404);
    // It is shown, as a claim, where the device's facts are.
    expect(await describeOf(site, `anon:${x}`)).toMatchObject({
      contact: `user:${ann}`,
      claims: [`user:${bob}`],
    });
  });

  test("sees its own facts only; with the token also where the whole contact stands", async () => {
    const [x, u] = [named("visitor"), named("ann")];
    await browse(site, visit(x, "/pricing"));
    const events = Array.from({ length: 9 }, (_, i) => ({
      type: "track",
      event: "Form Submitted",
      messageId: `${u}-${i}`,
      userId: u,
      properties: { form: `demo-${i}`, path: "/pricing" },
    }));
    await backend(site, ...events);
    const proof = await token(site, u);
    const merged = await browse(site, identify(x, u, proof));
    const whole = (await send("GET", `/v1/contacts/user:${u}/score`, { key: site.secretKey })).body;
    const address = `/v1/me/score?anonymousId=${x}&writeKey=${site.writeKey}`;
    const own = (await send("GET", address)).body;
    expect(own).toMatchObject({ contact: `anon:${x}`, score: 10, band: "cold" });
    expect([whole["score"] === own["score"], whole["band"] === own["band"]]).toEqual([false, false]);
    expect(JSON.stringify(own)).not.toContain(u);
    const verified = await send("GET", address, { headers: { "afterglow-token": proof } });
    expect(verified.body).toMatchObject({ contact: `anon:${x}`, score: 10, band: whole["band"] });
    // Another user's token is no key to this one.
    const other = await send("GET", address, {
      headers: { "afterglow-token": await token(site, named("bob")) },
    });
    expect(other.body).toEqual(own);
    expect(merged.body["snapshot"]).toMatchObject({ contact: `anon:${x}`, score: 10, band: whole["band"] });
    const later = await browse(site, visit(x, "/nothing"));
    expect(later.body["snapshot"]).toMatchObject({ contact: `anon:${x}`, band: "cold" });
  });
});

describe("a claim without proof", () => {
  test("annotates, and merges nothing", async () => {
    const [x, u] = [named("visitor"), named("ann")];
    await backend(site, { type: "page", messageId: "b2", userId: u, properties: { path: "/docs" } });
    const answer = await browse(site, visit(x, "/a"), identify(x, u));
    expect([answer.body["accepted"], warned(answer)]).toEqual([2, []]);
    expect(await describeOf(site, `anon:${x}`)).toMatchObject({
      contact: `anon:${x}`,
      claims: [`user:${u}`],
      merged: [],
    });
    expect(await pagesOf(site, `user:${u}`)).toEqual({ [`user:${u} /docs`]: 1 });
  });

  test("of an e-mail address merges where the site has chosen that, and can be undone", async () => {
    const trusting = await siteWithTokens("trusting", { mergeClaimedEmail: true });
    const [x, y, z] = [named("visitor"), named("visitor"), named("visitor")];
    const byTrait = { ...identify(y, ""), userId: undefined, traits: { email: "Ann@corp.example" } };
    await browse(trusting, visit(x, "/a"), identify(x, "ann@corp.example"));
    await browse(trusting, visit(y, "/b"), byTrait);
    await browse(trusting, visit(z, "/c"), identify(z, "42"));
    const pages = { [`anon:${x} /a`]: 1, [`anon:${y} /b`]: 1 };
    expect(await pagesOf(trusting, "user:ann@corp.example")).toEqual(pages);
    expect((await describeOf(trusting, `anon:${z}`)).contact).toBe(`anon:${z}`);
    const own = await send("GET", `/v1/me/score?anonymousId=${x}&writeKey=${trusting.writeKey}`);
    expect(own.body["contact"]).toBe(`anon:${x}`);
    expect((await split(trusting, "user:ann@corp.example", `anon:${y}`)).body).toMatchObject({ split: true });
    expect(await pagesOf(trusting, "user:ann@corp.example")).toEqual({ [`anon:${x} /a`]: 1 });
    expect(await pagesOf(trusting, `anon:${y}`)).toEqual({ [`anon:${y} /b`]: 1 });
  });
});

describe("the site's backend", () => {
  test("merges a visitor by an identify call with both ids", async () => {
    const [x, u, bob] = [named("visitor"), named("ann"), named("bob")];
    await browse(site, visit(x, "/a"));
    const both = { ...identify(x, u), messageId: named("m") };
    expect(warned(await backend(site, both))).toEqual([]);
    expect((await backend(site, both)).body).toMatchObject({ accepted: 0, duplicate: 1 });
    expect(await pagesOf(site, `user:${u}`)).toEqual({ [`anon:${x} /a`]: 1 });
    // Not two known users: the same device may be somebody else's by now.
    expect(warned(await backend(site, identify(x, bob)))).toEqual(["already_merged"]);
    // A visitor that comes later.
    const late = named("visitor");
    await backend(site, identify(late, u));
    await browse(site, visit(late, "/b"));
    expect(await pagesOf(site, `user:${u}`)).toEqual({ [`anon:${x} /a`]: 1, [`anon:${late} /b`]: 1 });
  });

  test("merges two known users, their visitors with them, and a visitor by its id alone", async () => {
    const [x, y, old, kept] = [named("visitor"), named("visitor"), named("old"), named("kept")];
    await browse(site, visit(x, "/a"), identify(x, old, await token(site, old)));
    await browse(site, visit(y, "/b"));
    const alias = (previousId: string, userId: string) => ({
      type: "alias",
      messageId: named("m"),
      previousId,
      userId,
    });
    expect(warned(await backend(site, alias(old, kept), alias(y, kept)))).toEqual([]);
    await browse(site, visit(x, "/c"));
    const pages = { [`anon:${x} /a`]: 1, [`anon:${y} /b`]: 1, [`anon:${x} /c`]: 1 };
    for (const ref of [`user:${kept}`, `user:${old}`, `anon:${x}`, `anon:${y}`]) {
      expect(await pagesOf(site, ref)).toEqual(pages);
    }
    // Round and round: they are one already.
    expect(warned(await backend(site, alias(kept, old), alias(kept, kept), alias(x, old)))).toEqual([]);
    expect((await describeOf(site, `user:${old}`)).contact).toBe(`user:${kept}`);
    // Split, the old user takes along what came with it.
    expect((await split(site, `anon:${x}`, `user:${old}`)).body).toMatchObject({ split: true });
    expect(await pagesOf(site, `anon:${x}`)).toEqual({ [`anon:${x} /a`]: 1, [`anon:${x} /c`]: 1 });
    expect((await describeOf(site, `anon:${x}`)).contact).toBe(`user:${old}`);
    expect(await pagesOf(site, `user:${kept}`)).toEqual({ [`anon:${y} /b`]: 1 });
  });

  test("follows users that are renamed, so far, and says where it stops", async () => {
    const names = Array.from({ length: 9 }, () => named("renamed"));
    const reasons: string[] = [];
    for (const [i, userId] of names.entries()) {
      const previousId = names[i - 1];
      await backend(site, { type: "page", messageId: named("m"), userId, properties: { path: `/${i}` } });
      if (previousId === undefined) continue;
      reasons.push(
        ...warned(await backend(site, { type: "alias", messageId: named("m"), previousId, userId })),
      );
    }
    expect(reasons).toEqual(["too_deeply_merged"]);
    expect(Object.values(await pagesOf(site, `user:${names[0]}`))).toHaveLength(7);
    // What was refused is as it was.
    expect(Object.values(await pagesOf(site, `user:${names[8]}`))).toHaveLength(2);
  });
});

describe("a split", () => {
  test("gives a visitor its facts back, and what is sent again is known there", async () => {
    const [x, u] = [named("visitor"), named("ann")];
    const events = [visit(x, "/a"), visit(x, "/b")];
    const [before, after] = events;
    await browse(site, before);
    await browse(site, identify(x, u, await token(site, u)));
    await browse(site, after);
    const [first, second] = [
      await split(site, `user:${u}`, `anon:${x}`),
      await split(site, `user:${u}`, `anon:${x}`),
    ];
    expect([first.body["split"], second.body["split"], second.status]).toEqual([true, false, 200]);
    expect((await split(site, `anon:${x}`, `anon:${x}`)).body).toMatchObject({ split: false });
    expect((await browse(site, before, after)).body).toMatchObject({ accepted: 0, duplicate: 2 });
    await browse(site, visit(x, "/c"));
    expect(await pagesOf(site, `anon:${x}`)).toEqual({
      [`anon:${x} /a`]: 1,
      [`anon:${x} /b`]: 1,
      [`anon:${x} /c`]: 1,
    });
    expect(await describeOf(site, `anon:${x}`)).toMatchObject({ contact: `anon:${x}`, merged: [] });
    expect(await pagesOf(site, `user:${u}`)).toEqual({});
    // And again the other way.
    await browse(site, identify(x, u, await token(site, u)));
    expect(Object.keys(await pagesOf(site, `user:${u}`))).toHaveLength(3);
  });

  test("of what was never merged is refused", async () => {
    const [x, u] = [named("visitor"), named("ann")];
    await browse(site, visit(x, "/a"));
    await backend(site, { type: "page", messageId: named("m"), userId: u });
    expect((await split(site, `user:${u}`, `anon:${x}`)).code).toBe("unknown_source");
    expect((await split(site, `user:${u}`, `user:${u}`)).code).toBe("unknown_source");
    expect((await split(site, `user:${u}`, "somebody")).code).toBe("invalid_split");
    expect((await split(site, `user:${named("nobody")}`, `anon:${x}`)).code).toBe("unknown_contact");
    expect(
      (await send("POST", `/v1/contacts/user:${u}/split`, { key: site.writeKey, body: {} })).status,
    ).toBe(401);
  });
});

describe("after a merge the answer tells a shorter way", () => {
  /** A batch with the home that an answer has told. */
  const withHome = (home: unknown, ...batch: readonly unknown[]) =>
    send("POST", "/v1/batch", { body: { writeKey: site.writeKey, batch, home } });

  test("which is taken, and told no more, and says nothing of who the user is", async () => {
    const [x, u] = [named("visitor"), named("ann")];
    const before = visit(x, "/a");
    expect((await browse(site, before)).body["home"]).toBeUndefined();
    const merged = await browse(site, identify(x, u, await token(site, u)));
    const { home } = merged.body;
    expect(home).toMatch(/^[0-9a-f]{64}\.[\w-]{24}$/);
    expect((await browse(site, visit(x, "/b"))).body["home"]).toBe(home);
    // The way over the visitor's own object is closed: what arrives has taken the other one.
    await damage(site, `anon:${x}`);
    expect((await browse(site, visit(x, "/lost"))).status).toBe(503);
    const direct = await withHome(home, before, visit(x, "/c"));
    expect(direct.body).toMatchObject({ accepted: 1, duplicate: 1, snapshot: { contact: `anon:${x}` } });
    expect(direct.body["home"]).toBeUndefined();
    expect(Object.keys(await pagesOf(site, `user:${u}`))).toHaveLength(3);
  });

  test("which is none for another visitor, where it is forged, and after a split", async () => {
    const [x, y, u] = [named("visitor"), named("visitor"), named("ann")];
    const { home } = (await browse(site, identify(x, u, await token(site, u)))).body;
    const forged = `${String(home).slice(0, -1)}${String(home).endsWith("A") ? "B" : "A"}`;
    for (const each of [home, forged, "", "x", 7]) {
      expect((await withHome(each, visit(y, "/a"))).body).toMatchObject({ accepted: 1 });
    }
    expect(await pagesOf(site, `anon:${y}`)).toEqual({ [`anon:${y} /a`]: 5 });
    expect(await pagesOf(site, `user:${u}`)).toEqual({});
    await split(site, `user:${u}`, `anon:${x}`);
    expect((await withHome(home, visit(x, "/b"))).body).toMatchObject({ accepted: 1 });
    expect(await pagesOf(site, `anon:${x}`)).toEqual({ [`anon:${x} /b`]: 1 });
    expect(await pagesOf(site, `user:${u}`)).toEqual({});
  });
});
