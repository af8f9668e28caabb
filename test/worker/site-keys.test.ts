import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";

import { parseSignedKey } from "../../worker/domain/signed-key.ts";
import { createSite, type Registry, revokeKey } from "../../worker/domain/site-changes.ts";
import {
  SITE_CHANGE_HOLDS_MS,
  SITES_FRESH_MS,
  SITES_RETRY_MS,
  SITES_USABLE_MS,
} from "../../worker/domain/site-limits.ts";
import type { KeyKind } from "../../worker/domain/site.ts";
import { changesAfter } from "../../worker/domain/sites-in-use.ts";
import type { Ask } from "../../worker/live-copy.ts";
import { createLiveSites } from "../../worker/live-sites.ts";
import { knownKey } from "../../worker/middleware/keys.ts";
import { isSameText } from "../../worker/same-text.ts";
import { sitesObject } from "../../worker/site-objects.ts";
import { beacon, env, page, send, signed } from "./two-sites.ts";

const NAME = { kind: "write", site: "shop", kid: "0123456789abcdef" } as const;

/** Each with a letter changed somewhere, or with the signature of another key. */
async function forgeries(kind: KeyKind): Promise<string[]> {
  const name = { ...NAME, kind };
  const genuine = await signed(name);
  const others = await Promise.all([
    signed({ ...name, kind: kind === "write" ? "secret" : "write" }),
    signed({ ...name, site: "main" }),
    signed({ ...name, kid: "0123456789abcde0" }),
    signed(name, "another-deployments-signing-key-1234"),
  ]);
  const macOfText = (key: string) => key.split(".")[2] ?? "";
  const swapped = others.map((key) => genuine.replace(macOfText(genuine), macOfText(key)));
  const changed = Array.from(macOfText(genuine), (letter, i) => {
    const at = genuine.length - macOfText(genuine).length + i;
    return genuine.slice(0, at) + (letter === "A" ? "B" : "A") + genuine.slice(at + 1);
  });
  const made = Array.from(
    { length: 100 },
    (_, i) => `${genuine.slice(0, 2)}_site-${i}.${"0".repeat(16)}.${"A".repeat(24)}`,
  );
  return [...swapped, ...changed, ...made];
}

describe("made-up keys", () => {
  // First of all: nothing is known of any site in this isolate yet.
  test("are refused by their signature alone, while the registry cannot be read", async () => {
    const registry = sitesObject(env);
    const sql = (statement: string) =>
      runInDurableObject(registry, (_, state) => void state.storage.sql.exec(statement));
    await sql("INSERT INTO sites (id, revision, site) VALUES ('torn', 1, '{')");
    await evictDurableObject(registry);
    const batch = [page("somebody", "/")];
    const refused = new Map<string, number>();
    const secrets = await forgeries("secret");
    for (const [i, key] of (await forgeries("write")).entries()) {
      const secret = secrets[i] ?? "";
      for (const { status, code } of await Promise.all([
        beacon(key, batch, { origin: "https://evil.example" }),
        send("POST", "/v1/batch", { key, body: { batch } }),
        send("GET", `/v1/me/score?anonymousId=somebody&writeKey=${key}`),
        send("GET", `/v1/projects/${key}/settings`),
        send("GET", "/v1/contacts/anon:somebody", { key: secret }),
        send("GET", "/v1/models", { key: secret }),
        send("DELETE", "/v1/sites/shop", { key: secret }),
      ])) {
        const answer = `${status} ${code}`;
        refused.set(answer, (refused.get(answer) ?? 0) + 1);
      }
    }
    expect([...refused.keys()].toSorted()).toEqual(["401 invalid_key", "401 unknown_key"]);

    // A genuine one is held against the registry, which is not there: to be sent again, and nothing of it is counted.
    const genuine = await beacon(await signed(NAME), batch);
    expect([genuine.status, genuine.code, genuine.headers.get("retry-after")]).toEqual([
      503,
      "unavailable",
      "5",
    ]);
    const fromPage = await beacon("wk_test", batch, { origin: "https://www.example.com" });
    expect([fromPage.status, fromPage.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(
      (await send("OPTIONS", "/v1/batch", { headers: { origin: "https://www.example.com" } })).status,
    ).toBe(503);
    // The environment's own keys need nobody, as long as no origin has to be judged.
    expect((await beacon("wk_test", [page("server", "/")])).body).toMatchObject({ accepted: 1 });
    expect((await send("GET", "/v1/contacts/anon:server/score", { key: "sk_test" })).status).toBe(200);

    await sql("DELETE FROM sites WHERE id = 'torn'");
    expect((await beacon("wk_test", batch, { origin: "https://www.example.com" })).body).toMatchObject({
      accepted: 1,
    });
    expect((await beacon(await signed(NAME), batch)).code).toBe("invalid_key");
  });

  test("are told from genuine ones also where those are remembered", async () => {
    const keys = { WRITE_KEY: "wk_test", SECRET_KEY: "sk_test", SIGNING_KEY: env.SIGNING_KEY ?? "" };
    const genuine = await signed(NAME);
    for (let i = 0; i < 2; i += 1) {
      expect(await knownKey(genuine, keys)).toEqual(NAME);
      for (const key of await forgeries("write")) expect(await knownKey(key, keys)).toBeUndefined();
    }
    // Where the signing key is another one, or none, or too short to be one, none of its keys holds.
    for (const SIGNING_KEY of ["another-deployments-signing-key-1234", "short", ""]) {
      expect(await knownKey(genuine, { ...keys, SIGNING_KEY })).toBeUndefined();
      if (SIGNING_KEY.length < 32 && SIGNING_KEY !== "") {
        expect(await knownKey(await signed(NAME, SIGNING_KEY), { ...keys, SIGNING_KEY })).toBeUndefined();
      }
    }
    expect(await knownKey(genuine, keys)).toEqual(NAME);
    expect(parseSignedKey(genuine)?.mac).toHaveLength(24);
  });
});

test("a key of the environment is any text, and is compared whole", () => {
  for (const secret of ["s", "sk_test", "ü€𝄞", "x".repeat(1_000)]) {
    expect(isSameText(secret, secret)).toBe(true);
    for (const near of [`${secret}x`, secret.slice(0, -1), `${secret}\0`, ` ${secret}`, `\0${secret}`, ""]) {
      expect(isSameText(near, secret)).toBe(false);
    }
  }
  // Nothing is no key, and what is cut is not compared.
  expect(isSameText("", "")).toBe(false);
  expect(isSameText("x".repeat(2_000), "x".repeat(2_000))).toBe(false);
  expect(isSameText("€".repeat(1_000), "€".repeat(1_000))).toBe(false);
});

describe("an isolate", () => {
  /** An isolate with a clock of its own, and a registry with one site. */
  function newIsolate() {
    let now = 1_000_000;
    const live = createLiveSites(() => now);
    const kids = { write: NAME.kid, secret: "f".repeat(16) };
    let sites: Registry = new Map();
    const take = (decided: ReturnType<typeof createSite> | ReturnType<typeof revokeKey>) => {
      if (decided.kind === "change") sites = new Map([...sites, [decided.stored.id, decided.stored]]);
    };
    take(createSite(sites, { id: "shop" }, kids, now));
    const ask = vi.fn<Ask>(async (since) => {
      const changes = changesAfter(sites, since);
      return changes.revision <= since ? null : JSON.stringify(changes);
    });
    const fail = vi.fn<Ask>(() => Promise.reject(new Error("unreachable")));
    const holds = async (asking: Ask) =>
      (await live.current(asking)).find("shop")?.hasKey("write", NAME.kid, now);
    return {
      live,
      ask,
      fail,
      holds,
      pass: (ms: number) => {
        now += ms;
      },
      revoke: () => take(revokeKey(sites, "shop", NAME.kid, now)),
    };
  }

  test("refuses a revoked key within its time, and asks nobody while what it knows is fresh", async () => {
    const { live, ask, holds, pass, revoke } = newIsolate();
    expect(await holds(ask)).toBe(true);
    revoke();
    pass(SITES_FRESH_MS - 1);
    expect(live.current(ask)).not.toBeInstanceOf(Promise);
    expect(ask).toHaveBeenCalledTimes(1);
    pass(1);
    expect(await holds(ask)).toBe(false);
    expect(SITES_FRESH_MS).toBeLessThan(SITE_CHANGE_HOLDS_MS);
  });

  test("refuses it, too, while nobody can be asked: what it knows is not used for longer", async () => {
    const { fail, ask, holds, pass, revoke } = newIsolate();
    expect(await holds(ask)).toBe(true);
    revoke();
    pass(SITES_FRESH_MS);
    expect(await holds(fail)).toBe(true);
    expect(await holds(fail)).toBe(true);
    // No storm: asked once, and again after a while.
    expect(fail).toHaveBeenCalledTimes(1);
    pass(SITES_RETRY_MS);
    expect(await holds(fail)).toBe(true);
    expect(fail).toHaveBeenCalledTimes(2);
    pass(SITES_USABLE_MS - SITES_FRESH_MS - SITES_RETRY_MS - 1);
    expect(await holds(fail)).toBe(true);
    pass(1);
    await expect(holds(fail)).rejects.toThrow("unreachable");
    expect(SITES_USABLE_MS).toBeLessThan(SITE_CHANGE_HOLDS_MS);
    expect(await holds(ask)).toBe(false);
  });

  test("asks once for all requests that come together, and they use what is known meanwhile", async () => {
    const { live, pass } = newIsolate();
    const answers: ((text: string | null) => void)[] = [];
    const ask = vi.fn<Ask>(() => new Promise((resolve) => answers.push(resolve)));
    const first = [1, 2, 3].map(async () => live.current(ask));
    expect(ask).toHaveBeenCalledTimes(1);
    answers[0]?.(null);
    const [known] = await Promise.all(first);
    pass(SITES_FRESH_MS);
    const asking = live.current(ask);
    expect(asking).toBeInstanceOf(Promise);
    expect(live.current(ask)).toBe(known);
    answers[1]?.(null);
    expect(await asking).toBe(known);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});
