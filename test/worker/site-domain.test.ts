import { describe, expect, test } from "vitest";

import type { Ref } from "../../shared/event.ts";
import { objectName, ONE_OF_SITE } from "../../worker/domain/object-names.ts";
import { formatSignedKey, parseSignedKey, signedText } from "../../worker/domain/signed-key.ts";
import {
  addKey,
  changeSite,
  createSite,
  deleteSite,
  findSite,
  liveSites,
  type Registry,
  revokeKey,
  rotateKey,
  type SiteChange,
  type SiteRefusal,
} from "../../worker/domain/site-changes.ts";
import { readKeyKind, readOverlap, readSiteDraft, readSitePatch } from "../../worker/domain/site-document.ts";
import { MAX_KEYS, MAX_ORIGINS, MAX_SITES } from "../../worker/domain/site-limits.ts";
import { changesAfter, mainOnly } from "../../worker/domain/sites-in-use.ts";

const NOW = 1_800_000_000_000;
const KIDS = { write: "w".padEnd(16, "0"), secret: "a".padEnd(16, "0") };

/** Sites of which each change is taken in as the registry would. */
function newRegistry() {
  let all: Registry = new Map();
  const take = (decided: SiteChange | SiteRefusal) => {
    if (decided.kind !== "change") return decided.kind;
    all = new Map([...all, [decided.stored.id, decided.stored]]);
    return decided.stored.revision;
  };
  const keys = (id: string) =>
    findSite(all, id)?.keys.map(({ kid, kind, expiresAt }) => [kid, kind, expiresAt]);
  return { all: () => all, take, keys };
}

describe("what is said of a site", () => {
  test("is read whole, and every mistake is named by its place", () => {
    const draft = { id: "shop-2", name: "Shop", origins: ["https://shop.example"], settings: {} };
    expect(readSiteDraft(draft)).toEqual({ ok: true, value: draft });
    expect(readSitePatch({})).toEqual({ ok: true, value: {} });
    const issues = (read: ReturnType<typeof readSitePatch>) =>
      read.ok ? [] : read.issues.map(({ path, message }) => `${path}: ${message}`);
    expect(
      issues(
        readSiteDraft({
          id: "Shop",
          naem: "Shop",
          name: " ",
          origins: ["https://a.example", "b.example"],
          settings: { retention: 1 },
        }),
      ),
    ).toEqual([
      expect.stringMatching(/^id: wants 1 to 32 .* got "Shop"$/),
      expect.stringMatching(/^: Unknown key "naem"; did you mean "name"\?/),
      expect.stringMatching(/^name: /),
      expect.stringMatching(/^origins\[1\]: .* here "https:\/\/b.example"/),
      expect.stringMatching(/^settings: Unknown key "retention"/),
    ]);
    for (const id of ["", "-a", "a b", "a/b", "a:b", "a.b", "é", "a".repeat(33), 7, null, ["a"]]) {
      expect([id, readSiteDraft({ id }).ok]).toEqual([id, false]);
    }
    for (const body of [null, [], "shop", 7]) expect(readSiteDraft(body).ok).toBe(false);
    expect(issues(readSitePatch({ origins: "https://a.example", settings: [] }))).toHaveLength(2);
    const many = Array.from({ length: MAX_ORIGINS + 1 }, (_, i) => `https://${i}.example`);
    expect(issues(readSitePatch({ origins: many }))).toEqual([expect.stringContaining(`${MAX_ORIGINS}`)]);
    expect(readSitePatch({ origins: many.slice(1) }).ok).toBe(true);
  });

  test("names the kind of a key, and for how long an old one stays", () => {
    expect(readKeyKind({ kind: "secret" })).toEqual({ ok: true, value: "secret" });
    for (const body of [{}, { kind: "public" }, { kind: "write", kid: "1" }, null])
      expect(readKeyKind(body).ok).toBe(false);
    expect(readOverlap({})).toEqual({ ok: true, value: 7 });
    expect(readOverlap({ overlapDays: 0.5 })).toEqual({ ok: true, value: 0.5 });
    for (const overlapDays of [-1, 366, "7", null, NaN, Infinity])
      expect(readOverlap({ overlapDays }).ok).toBe(false);
    expect(readOverlap({ days: 1 }).ok).toBe(false);
  });
});

describe("the registry", () => {
  test("has the main site from the beginning, and gives no id twice", () => {
    const { all, take, keys } = newRegistry();
    expect(liveSites(all()).map(({ id }) => id)).toEqual(["main"]);
    expect(take(createSite(all(), { id: "main" }, KIDS, NOW))).toBe("site_exists");
    expect(take(createSite(all(), { id: "shop" }, KIDS, NOW))).toBe(1);
    expect(findSite(all(), "shop")).toMatchObject({ name: "shop", origins: [], createdAt: NOW });
    expect(keys("shop")).toEqual([
      [KIDS.write, "write", undefined],
      [KIDS.secret, "secret", undefined],
    ]);
    expect(take(createSite(all(), { id: "shop" }, KIDS, NOW))).toBe("site_exists");
    expect(take(changeSite(all(), "main", { origins: ["https://a.example"] }))).toBe(2);
    expect(findSite(all(), "main")).toMatchObject({ name: "Main site", origins: ["https://a.example"] });
    expect(take(changeSite(all(), "shop", { name: "Shop" }))).toBe(3);
    expect(findSite(all(), "shop")).toMatchObject({ name: "Shop", origins: [] });
    expect(take(deleteSite(all(), "main"))).toBe("main_site");
    expect(take(deleteSite(all(), "shop"))).toBe(4);
    for (const refused of [
      deleteSite(all(), "shop"),
      changeSite(all(), "shop", {}),
      addKey(all(), "shop", "write", "k", NOW),
      revokeKey(all(), "shop", KIDS.write, NOW),
      rotateKey(all(), "shop", KIDS.write, 0, "k", NOW),
    ]) {
      expect(take(refused)).toBe("unknown_site");
    }
    // Its contacts may still be there: whoever comes later must not find them.
    expect(take(createSite(all(), { id: "shop" }, KIDS, NOW))).toBe("site_exists");
  });

  test("holds so many sites, of which deleted ones are none", () => {
    let all: Registry = new Map(
      Array.from({ length: MAX_SITES }, (_, i) => {
        const made = createSite(new Map(), { id: `s${i}` }, KIDS, NOW);
        return [`s${i}`, { id: `s${i}`, revision: i + 1, site: "site" in made ? made.site : null }];
      }),
    );
    // The main site is one of them.
    expect(createSite(all, { id: "more" }, KIDS, NOW).kind).toBe("too_many_sites");
    for (const id of ["s0", "s1"]) all = new Map([...all, [id, { id, revision: 5_000, site: null }]]);
    expect(createSite(all, { id: "more" }, KIDS, NOW).kind).toBe("change");
  });

  test("lets two keys overlap, and the old one end when it was told to", () => {
    const { all, take, keys } = newRegistry();
    take(createSite(all(), { id: "shop" }, KIDS, NOW));
    take(rotateKey(all(), "shop", KIDS.write, 1_000, "w2", NOW));
    expect(keys("shop")).toEqual([
      [KIDS.write, "write", NOW + 1_000],
      [KIDS.secret, "secret", undefined],
      ["w2", "write", undefined],
    ]);
    const has = (kid: string, at: number) =>
      mainOnly().with(changesAfter(all(), 0)).find("shop")?.hasKey("write", kid, at);
    expect([has(KIDS.write, NOW + 999), has(KIDS.write, NOW + 1_000)]).toEqual([true, false]);
    expect([has("w2", NOW), has(KIDS.secret, NOW), has("other", NOW)]).toEqual([true, false, false]);
    // Rotated again it does not live longer; and once it is over it is there no more.
    take(rotateKey(all(), "shop", KIDS.write, 9_000, "w3", NOW + 500));
    expect(keys("shop")?.[0]).toEqual([KIDS.write, "write", NOW + 1_000]);
    expect(take(rotateKey(all(), "shop", KIDS.write, 0, "w4", NOW + 1_000))).toBe("unknown_kid");
    expect(take(revokeKey(all(), "shop", KIDS.write, NOW + 1_000))).toBe("unknown_kid");
    take(addKey(all(), "shop", "write", "w4", NOW + 1_000));
    expect(keys("shop")?.map(([kid]) => kid)).toEqual([KIDS.secret, "w2", "w3", "w4"]);
  });

  test("leaves a site its last secret key that does not expire, but the main site none", () => {
    const { all, take } = newRegistry();
    take(createSite(all(), { id: "shop" }, KIDS, NOW));
    expect(take(revokeKey(all(), "shop", KIDS.secret, NOW))).toBe("last_secret_key");
    expect(take(revokeKey(all(), "shop", KIDS.write, NOW))).toBe(2);
    take(rotateKey(all(), "shop", KIDS.secret, 1_000, "s2", NOW));
    // The old one still holds for a second: it is no reason to give up the new one.
    expect(take(revokeKey(all(), "shop", "s2", NOW))).toBe("last_secret_key");
    expect(take(revokeKey(all(), "shop", KIDS.secret, NOW))).toBe(4);
    take(addKey(all(), "main", "secret", "m1", NOW));
    expect(take(revokeKey(all(), "main", "m1", NOW))).toBe(6);
  });

  test("has a limit of keys in use, which those that are over do not count for", () => {
    const { all, take } = newRegistry();
    take(createSite(all(), { id: "shop" }, KIDS, NOW));
    for (let i = 2; i < MAX_KEYS; i += 1) take(addKey(all(), "shop", "write", `k${i}`, NOW));
    expect(take(addKey(all(), "shop", "write", "more", NOW))).toBe("too_many_keys");
    expect(take(rotateKey(all(), "shop", "k2", 1_000, "more", NOW))).toBe("too_many_keys");
    expect(take(rotateKey(all(), "shop", "k2", 0, "more", NOW))).toEqual(expect.any(Number));
  });

  test("tells what has changed since, and whoever knew a deleted site that it is gone", () => {
    const { all, take } = newRegistry();
    const first = mainOnly();
    expect([first.isRestricted, first.allowsSomewhere("https://x.example")]).toEqual([false, true]);
    take(createSite(all(), { id: "one", origins: ["https://one.example"] }, KIDS, NOW));
    take(createSite(all(), { id: "two", origins: ["https://two.example"] }, KIDS, NOW));
    const both = first.with(changesAfter(all(), 0));
    expect([both.revision, both.isRestricted]).toEqual([2, false]);
    take(changeSite(all(), "main", { origins: ["https://main.example"] }));
    const changes = changesAfter(all(), 2);
    expect(changes.sites.map(({ id }) => id)).toEqual(["main"]);
    const restricted = both.with(changes);
    expect(restricted.isRestricted).toBe(true);
    const allowed = ["main", "one", "two", "three"].map((name) =>
      restricted.allowsSomewhere(`https://${name}.example`),
    );
    expect(allowed).toEqual([true, true, true, false]);
    expect(restricted.find("one")?.allows("https://two.example")).toBe(false);
    take(deleteSite(all(), "two"));
    const without = restricted.with(changesAfter(all(), 3));
    expect([without.find("two"), without.allowsSomewhere("https://two.example")]).toEqual([undefined, false]);
    expect(changesAfter(all(), 0).sites.map(({ id }) => id)).toEqual(["one", "main"]);
  });
});

describe("a signed key", () => {
  const name = { kind: "secret", site: "shop-2", kid: "0123456789abcdef" } as const;
  const mac = "abcdefghijklmnopqrstu-_9";

  test("is read as it is written, and nothing else is", () => {
    const text = formatSignedKey(name, mac);
    expect(text).toBe(`sk_shop-2.0123456789abcdef.${mac}`);
    expect(parseSignedKey(text)).toEqual({ ...name, mac });
    expect(encodeURIComponent(text)).toBe(text);
    for (const wrong of [
      `${text}=`,
      ` ${text}`,
      `${text}\n`,
      text.toUpperCase(),
      text.slice(0, -1),
      text.replace("sk_", "pk_"),
      text.replace("shop-2", "-shop"),
      text.replace("shop-2", "a".repeat(33)),
      text.replace("0123", "xyz!"),
      text.replace(".", ":"),
    ]) {
      expect([wrong, parseSignedKey(wrong)]).toEqual([wrong, undefined]);
    }
  });

  test("signs the kind, the site and the key each for itself", () => {
    const texts = [
      name,
      { ...name, kind: "write" },
      { ...name, site: "shop" },
      { ...name, kid: "1" },
    ] as const;
    expect(new Set(texts.map((each) => signedText(each))).size).toBe(4);
  });
});

test("no two sites have an object of one name, and those of the main site keep theirs", () => {
  const refs: Ref[] = ["anon:a", "user:a", "anon:shop/anon:a", "user:shop/site", "anon:main/anon:a"];
  const names = ["main", "shop", "anon", "user", "site"].flatMap((site) =>
    [...refs, ONE_OF_SITE].map((own) => objectName(site, own as Ref)),
  );
  expect(new Set(names).size).toBe(names.length);
  expect([objectName("main", "anon:a"), objectName("main", ONE_OF_SITE)]).toEqual(["anon:a", "site"]);
  expect(objectName("shop", "anon:a")).toBe("shop/anon:a");
});
