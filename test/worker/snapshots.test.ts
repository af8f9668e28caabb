import { evictDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";

import {
  readCookies,
  readSealed,
  readVisitorCookies,
  sealedText,
  type SnapshotClaims,
} from "../../shared/lead.ts";
import { claimsOf, leadFor } from "../../worker/domain/lead-snapshot.ts";
import type { ContactState } from "../../worker/domain/ledger.ts";
import { starterOnly } from "../../worker/domain/models-in-use.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import { sealingKey, secretsOf } from "../../worker/snapshot-keys.ts";
import { snapshotJwks, snapshotToken } from "../../worker/snapshot-tokens.ts";
import { browse, identify, named, siteWithTokens, type TestSite, token, visit } from "./people.ts";
import { beacon, env, newSite, send } from "./two-sites.ts";

const OWN = { origin: "https://collector" };
const DAY_S = 86_400;

let site: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("snapshots");
  await choose(site, true);
});

function choose({ id, secretKey }: TestSite, snapshots: unknown) {
  return send("PATCH", `/v1/sites/${id}`, { key: secretKey, body: { settings: { snapshots } } });
}

function visitor(): string {
  return named("abcdefghijklmnopqrstuvwxyz");
}

const bytes = (text: string) => Uint8Array.from(decoded(text), (char) => char.charCodeAt(0));
const decoded = (text: string) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
const json = (text: string) => JSON.parse(new TextDecoder().decode(bytes(text))) as Record<string, unknown>;

interface Jwks {
  readonly keys: readonly {
    readonly kid: string;
    readonly kty: string;
    readonly crv: string;
    readonly x: string;
  }[];
}

/** As any backend does it: header, key by its id, signature. Throws where it is none of ours. */
async function verified(jwt: string, { keys }: Jwks): Promise<SnapshotClaims> {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const { kid, alg, typ } = json(head);
  expect([alg, typ]).toEqual(["EdDSA", "afterglow-snapshot+jwt"]);
  const jwk = keys.find((key) => key.kid === kid);
  if (!jwk) throw new Error(`no key ${String(kid)}`);
  const key = await crypto.subtle.importKey("jwk", { ...jwk }, { name: "Ed25519" }, false, ["verify"]);
  const text = new TextEncoder().encode(`${head}.${claims}`);
  if (!(await crypto.subtle.verify("Ed25519", key, bytes(signature), text))) throw new Error("forged");
  return json(claims) as unknown as SnapshotClaims;
}

async function jwks(): Promise<Jwks> {
  return (await send("GET", "/.well-known/jwks.json")).body as unknown as Jwks;
}

const tokenOf = ({ body }: { readonly body: Record<string, unknown> }) => String(body["token"]);

describe("where a site has chosen snapshots", () => {
  test("an answer carries one that a public key verifies, and it ends with the day", async () => {
    const x = visitor();
    const answer = await browse(site, visit(x, "/pricing"));
    const claims = await verified(tokenOf(answer), await jwks());
    const { at, band, score, version } = answer.body["snapshot"] as Record<string, unknown>;
    expect(claims).toMatchObject({
      aud: "snapshots",
      day: at,
      model: "starter",
      models: { starter: { version, score, band } },
    });
    const dayEnds = Date.parse(`${claims.day}T00:00:00Z`) / 1_000 + DAY_S;
    expect(claims.exp - dayEnds).toBe(300);
    expect(claims.iat).toBeLessThanOrEqual(Date.now() / 1_000);
    // The id is a capability: it stands in nothing that is handed on.
    expect(decoded(tokenOf(answer).split(".")[1] ?? "")).not.toContain(x);
    const read = await send("GET", `/v1/me/score?writeKey=${site.writeKey}&anonymousId=${x}`);
    expect(tokenOf(read)).toBe(tokenOf(answer));
    const past = await send("GET", `/v1/me/score?writeKey=${site.writeKey}&anonymousId=${x}&at=2026-01-01`);
    expect([past.status, past.body["token"]]).toEqual([200, undefined]);
  });

  test("one that somebody has changed is verified by nobody", async () => {
    const answer = await browse(site, visit(visitor(), "/pricing"));
    const [head = "", , signature = ""] = tokenOf(answer).split(".");
    const claims = await verified(tokenOf(answer), await jwks());
    const better = btoa(JSON.stringify({ ...claims, models: { starter: { score: 100, band: "hot" } } }));
    const forged = `${head}.${better.replaceAll("=", "")}.${signature}`;
    await expect(verified(forged, await jwks())).rejects.toThrow("forged");
  });

  test("it is signed again when the band changes, and not before", async () => {
    const x = visitor();
    const first = await browse(site, visit(x, "/pricing"));
    const at = (await verified(tokenOf(first), await jwks())).iat;
    const bandOf = ({ body }: typeof first) => (body["snapshot"] as { band: string | null }).band;
    const scoreOf = ({ body }: typeof first) => (body["snapshot"] as { score: number }).score;
    let last = first;
    let same = 0;
    for (let n = 0; n < 40 && bandOf(last) === bandOf(first); n += 1) {
      last = await browse(site, visit(x, `/blog/${n}`), visit(x, "/demo"));
      if (bandOf(last) === bandOf(first)) {
        same += 1;
        expect(tokenOf(last)).toBe(tokenOf(first));
      }
    }
    expect(same).toBeGreaterThan(0);
    expect([bandOf(last) === bandOf(first), scoreOf(last) > scoreOf(first)]).toEqual([false, true]);
    const claims = await verified(tokenOf(last), await jwks());
    expect(claims.models["starter"]).toMatchObject({ band: bandOf(last), score: scoreOf(last) });
    expect(claims.iat).toBeGreaterThanOrEqual(at);
  });

  test("it says what its viewer may see: unverified its own source, verified the whole contact's band", async () => {
    const [phone, laptop, ann] = [visitor(), visitor(), named("ann")];
    const proof = await token(site, ann);
    for (let n = 0; n < 30; n += 1)
      await browse(site, visit(phone, `/pricing/${n}`), visit(phone, "/pricing"));
    await browse(site, identify(phone, ann, proof));
    const seen = await browse(site, visit(laptop, "/"), identify(laptop, ann, proof));
    const own = await browse(site, visit(laptop, "/"));
    const [whole, mine] = await Promise.all(
      [seen, own].map(async (answer) => (await verified(tokenOf(answer), await jwks())).models["starter"]),
    );
    const contact = (await send("GET", `/v1/contacts/user:${ann}/score`, { key: site.secretKey })).body;
    expect(whole?.band).toBe(contact["band"]);
    expect(mine?.band).not.toBe(contact["band"]);
    expect([whole?.score, mine?.score]).toEqual([1, 2]);
    expect(contact["score"]).toBeGreaterThan(2);
  });

  test("a page on the collector's own host is given it in a cookie that is bound to the visitor's, once", async () => {
    const x = visitor();
    const first = await beacon(site.writeKey, [visit(x, "/pricing")], OWN);
    const set = first.headers.getSetCookie();
    const cookies = set.map((each) => each.split(";")[0]).join("; ");
    const sealed = readSealed(readCookies(cookies, "afterglow_lead_snapshots")[0] ?? "");
    expect(sealed?.claims).toBe(tokenOf(first).split(".")[1]);
    expect(set.find((each) => each.startsWith("afterglow_lead"))).toMatch(
      /; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
    );
    // Browsers keep 4,096 bytes of a cookie.
    expect(Math.max(...set.map((each) => each.length))).toBeLessThan(1_000);
    const key = await sealingKey(secretsOf(env)[0] ?? "", site.id);
    const own = readVisitorCookies(cookies, site.id)[0];
    const mac = async (id: string) =>
      new Uint8Array(
        await crypto.subtle.sign(
          "HMAC",
          key,
          new TextEncoder().encode(sealedText(site.id, { id, mac: own?.mac ?? "" }, sealed?.claims ?? "")),
        ),
      );
    expect([...bytes(sealed?.mac ?? "")]).toEqual([...(await mac(x))]);
    expect([...bytes(sealed?.mac ?? "")]).not.toEqual([...(await mac(visitor()))]);
    const again = await beacon(site.writeKey, [visit(x, "/")], { ...OWN, cookie: cookies });
    expect([again.status, again.headers.getSetCookie()]).toEqual([200, []]);
    const elsewhere = await beacon(site.writeKey, [visit(x, "/")], { origin: "https://www.shop.example" });
    expect([tokenOf(elsewhere), elsewhere.headers.getSetCookie()]).toEqual([tokenOf(first), []]);
  });

  test("one of a contact that was put out of memory is signed again, and says the same", async () => {
    const x = visitor();
    const before = await browse(site, visit(x, "/pricing"));
    await evictDurableObject(objectsOf(env, site.id).contact(`anon:${x}`));
    const after = await send("GET", `/v1/me/score?writeKey=${site.writeKey}&anonymousId=${x}`);
    const [old, now] = await Promise.all(
      [before, after].map(async (each) => verified(tokenOf(each), await jwks())),
    );
    expect({ ...now, iat: 0 }).toEqual({ ...old, iat: 0 });
  });
});

test("where a site has not chosen them there are none, and no cookie", async () => {
  const other = await newSite("no-snapshots");
  const answer = await beacon(other.writeKey, [visit(visitor(), "/pricing")], OWN);
  expect([answer.status, answer.body["token"]]).toEqual([200, undefined]);
  expect(answer.headers.getSetCookie().map((each) => each.split("=")[0])).toEqual([
    "afterglow_vid_no-snapshots",
  ]);
  const wrong = await choose(other, "yes");
  expect([wrong.status, wrong.code]).toEqual([400, "invalid_site"]);
  expect(JSON.stringify(wrong.body)).toContain('settings.snapshots wants true or false, got \\"yes\\"');
});

describe("keys", () => {
  const NOW = "the-secret-that-signs-from-now-on-0123";
  const BEFORE = "the-secret-that-signed-until-now-45678";

  async function signedWith(secret: string): Promise<string> {
    const lead = { model: "starter", models: { starter: { version: 1, score: 3, band: null } } };
    const whose = { site: "main", visitor: "anon:x", day: 20_000, nowMs: Date.now() } as const;
    return (await snapshotToken({ SNAPSHOT_KEY: secret }, lead, whose)) ?? "";
  }

  test("are the same for the same secret, and after a change both verify until the old one is taken away", async () => {
    const old = await signedWith(BEFORE);
    const both = await snapshotJwks({
      SIGNING_KEY: "x".repeat(40),
      SNAPSHOT_KEY: NOW,
      SNAPSHOT_KEY_BEFORE: BEFORE,
    });
    expect(both.keys.length).toBe(2);
    expect((await verified(old, both)).sub).toBe((await verified(await signedWith(BEFORE), both)).sub);
    expect((await verified(await signedWith(NOW), both)).aud).toBe("main");
    await expect(verified(old, await snapshotJwks({ SNAPSHOT_KEY: NOW }))).rejects.toThrow("no key");
    expect((await snapshotJwks({ SNAPSHOT_KEY: "too short" })).keys).toEqual([]);
  });

  test("are told to anybody, and no secret with them", async () => {
    const { body, headers } = await send("GET", "/.well-known/jwks.json");
    const { keys } = body as unknown as Jwks;
    expect(keys.map((key) => Object.keys(key).sort().join())).toEqual(["alg,crv,kid,kty,use,x"]);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("cache-control")).toBe("public, max-age=300");
  });
});

test("a site with more models than a cookie has room for says so, its default model first", () => {
  const facts = {};
  const state = { site: "main", ref: "anon:x", total: { facts, seen: {} } } as unknown as ContactState;
  const starter = starterOnly().find(undefined);
  const order = Array.from({ length: 50 }, (_, n) => `model-${n}`);
  const many = {
    ...starterOnly(),
    order,
    find: (id: string | undefined) => starter && { ...starter, id: id ?? "model-0" },
  };
  const lead = leadFor({ source: "anon:x" }, state, many, 20_000);
  expect([lead?.model, lead?.cut, lead && "model-0" in lead.models]).toEqual(["model-0", true, true]);
  expect(Object.keys(lead?.models ?? {}).length).toBeLessThan(50);
  const claims = lead && claimsOf(lead, { site: "main", sub: "s".repeat(22), day: 20_000, nowMs: 0 });
  expect((JSON.stringify(claims).length * 4) / 3).toBeLessThan(3_000);
});
