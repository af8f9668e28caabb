import { beforeAll, describe, expect, test } from "vitest";

import { MAX_TOKEN_CHARS, MAX_TOKENS_PER_BATCH } from "../../shared/limits.ts";
import { TOKEN_CLOCK_TOLERANCE_S } from "../../worker/domain/identity-limits.ts";
import { base64Url, edDsa, hmac, inSeconds, jwt } from "./jwt.ts";
import {
  browse,
  describeOf,
  HMAC_SECRET,
  identify,
  named,
  setIdentity,
  siteWithTokens,
  type TestSite,
  token,
  warned,
} from "./people.ts";
import { answered, newSite, send } from "./two-sites.ts";

let site: TestSite;
let pair: Awaited<ReturnType<typeof edDsa>>;
beforeAll(async () => {
  pair = await edDsa();
  site = await siteWithTokens("tokens", {
    jwt: [
      { kid: "k1", alg: "HS256", secret: HMAC_SECRET },
      { kid: "k2", alg: "HS256", secret: `another ${HMAC_SECRET}`, audience: "https://api.example" },
      { kid: "e1", alg: "EdDSA", publicKey: pair.publicKey },
    ],
  });
});

/** Sends a token with an event of a new visitor, and tells what came of it. */
async function outcomeOf(to: TestSite, sub: string, proof: string) {
  const x = named("visitor");
  const answer = await browse(to, identify(x, sub, proof));
  expect([answer.status, answer.body["accepted"]]).toEqual([200, 1]);
  const { contact, claims } = await describeOf(to, `anon:${x}`);
  if (contact === `user:${sub}`) return "merged";
  // Whatever was wrong, the event counts for the visitor, and what it says is a claim.
  expect([contact, claims]).toEqual([`anon:${x}`, [`user:${sub}`]]);
  return warned(answer).join();
}

describe("a token is taken", () => {
  test("signed with HS256 or EdDSA, with the kid of its key or without one", async () => {
    const second = hmac(`another ${HMAC_SECRET}`);
    for (const [name, made] of Object.entries({
      hs: token(site, "u1"),
      "hs without kid": token(site, "u1", {}, { kid: undefined }),
      "the second key without kid": token(site, "u1", {}, { kid: undefined }, second),
      "the second key's audience": token(site, "u1", { aud: "https://api.example" }, { kid: "k2" }, second),
      "one of several audiences": token(site, "u1", { aud: ["other", site.id] }),
      eddsa: token(site, "u1", {}, { alg: "EdDSA", kid: "e1" }, pair.sign),
      "eddsa without kid": token(site, "u1", {}, { alg: "EdDSA", kid: undefined }, pair.sign),
      "expired within the tolerance": token(site, "u1", { exp: inSeconds(2 - TOKEN_CLOCK_TOLERANCE_S) }),
    })) {
      expect([name, await outcomeOf(site, "u1", await made)]).toEqual([name, "merged"]);
    }
  });
});

describe("a token is none, and its user a claim,", () => {
  test("when it is forged, expired, or meant for somebody else", async () => {
    const good = await token(site, "u2");
    const [head = "", body = "", mac = ""] = good.split(".");
    const other = base64Url(JSON.stringify({ sub: "u2", aud: site.id, exp: inSeconds(900) }));
    const none = base64Url(JSON.stringify({ alg: "none" }));
    const noSignature = async () => new Uint8Array();
    const confused = { alg: "HS256", kid: "e1" };
    const hostile: readonly [reason: string, made: string | Promise<string>][] = [
      ["token_malformed", `${none}.${body}.`],
      ["token_malformed", `${none}.${body}.${mac}`],
      ["token_malformed", token(site, "u2", {}, { alg: "None" }, noSignature)],
      ["token_malformed", token(site, "u2", {}, { alg: ["HS256"] })],
      ["token_malformed", token(site, "u2", {}, { alg: "RS256" })],
      ["token_malformed", token(site, "u2", {}, { crit: ["exp"] })],
      ["token_malformed", token(site, "u2", {}, { kid: { k: "k1" } })],
      ["token_malformed", `${head}.${body}`],
      ["token_malformed", `${head}.${body}.`],
      ["token_malformed", `${good}.x`],
      ["token_malformed", `${head}.${body}.${mac}=`],
      ["token_malformed", "not a token"],
      ["token_malformed", ""],
      ["token_malformed", "\uD800.\u0000.💥"],
      // HS256 with the public key, which everybody may know, as its secret.
      ["token_unknown_key", token(site, "u2", {}, confused, hmac(pair.raw))],
      ["token_unknown_key", token(site, "u2", {}, confused, hmac(pair.publicKey))],
      ["token_bad_signature", token(site, "u2", {}, { kid: undefined }, hmac(pair.raw))],
      ["token_bad_signature", token(site, "u2", {}, { kid: undefined }, hmac(pair.publicKey))],
      ["token_unknown_key", token(site, "u2", {}, { kid: "k3" })],
      ["token_unknown_key", token(site, "u2", {}, { kid: "" })],
      ["token_unknown_key", token(site, "u2", {}, { kid: "__proto__" })],
      ["token_unknown_key", token(site, "u2", {}, { alg: "EdDSA" }, pair.sign)],
      ["token_bad_signature", token(site, "u2", {}, { kid: "k2" })],
      ["token_bad_signature", token(site, "u2", {}, { alg: "EdDSA", kid: "e1" })],
      ["token_bad_signature", token(site, "u2", {}, { alg: "EdDSA", kid: "e1" }, (await edDsa()).sign)],
      ["token_bad_signature", `${head}.${other}.${mac}`],
      ["token_bad_signature", `${head}.${body}.${mac.slice(0, -4)}`],
      ["token_expired", token(site, "u2", { exp: inSeconds(-TOKEN_CLOCK_TOLERANCE_S - 1) })],
      ["token_expired", token(site, "u2", { nbf: inSeconds(TOKEN_CLOCK_TOLERANCE_S + 30) })],
      ["token_expired", token(site, "u2", { nbf: "now" })],
      ["token_without_expiry", token(site, "u2", { exp: undefined })],
      ["token_without_expiry", token(site, "u2", { exp: `${inSeconds(300)}` })],
      ["token_wrong_audience", token(site, "u2", { aud: undefined })],
      ["token_wrong_audience", token(site, "u2", { aud: "main" })],
      ["token_wrong_audience", token(site, "u2", { aud: [] })],
      // Of another key.
      ["token_wrong_audience", token(site, "u2", { aud: "https://api.example" })],
      ["token_wrong_subject", token(site, "somebody else")],
      ["token_wrong_subject", token(site, "")],
      ["token_wrong_subject", token(site, "u2", { sub: undefined })],
      ["token_wrong_subject", token(site, "u2", { sub: ["u2"] })],
      ["token_too_long", token(site, "u2", { more: "x".repeat(MAX_TOKEN_CHARS) })],
      ["token_too_long", "x".repeat(400_000)],
      ["token_malformed", jwt({ alg: "HS256", kid: "k1" }, [], hmac(HMAC_SECRET))],
    ];
    for (const [i, [reason, made]] of hostile.entries()) {
      expect([i, await outcomeOf(site, "u2", await made)]).toEqual([i, reason]);
    }
  });

  test("when it is another site's, or the site has no keys", async () => {
    const bare = await newSite("bare");
    expect(await outcomeOf(bare, "u3", await token(bare, "u3"))).toBe("token_unexpected");
    const other = await siteWithTokens("neighbour");
    expect(await outcomeOf(other, "u3", await token(site, "u3"))).toBe("token_wrong_audience");
  });

  test("when a batch brings more of them than are checked", async () => {
    const proofs = await Promise.all(
      Array.from({ length: MAX_TOKENS_PER_BATCH + 1 }, (_, i) => token(site, "u4", { jti: i })),
    );
    const answer = await browse(site, ...proofs.map((proof) => identify(named("visitor"), "u4", proof)));
    expect(answer.body["accepted"]).toBe(MAX_TOKENS_PER_BATCH + 1);
    expect(warned(answer)).toEqual(["too_many_tokens"]);
  });
});

test("keys rotate: both hold, then the old one is gone; a key that is only named stays", async () => {
  const rotating = await siteWithTokens("rotating");
  const next = `the next ${HMAC_SECRET}`;
  const withNext = () => token(rotating, "u", {}, { kid: "k2" }, hmac(next));
  expect(await outcomeOf(rotating, "u", await withNext())).toBe("token_unknown_key");
  const added = await setIdentity(rotating, {
    jwt: [{ kid: "k1" }, { kid: "k2", alg: "HS256", secret: next }],
  });
  expect(added.body["settings"]).toEqual({
    identity: {
      jwt: [
        { kid: "k1", alg: "HS256" },
        { kid: "k2", alg: "HS256" },
      ],
      mergeClaimedEmail: false,
    },
  });
  expect(await outcomeOf(rotating, "u", await withNext())).toBe("merged");
  expect(await outcomeOf(rotating, "u", await token(rotating, "u"))).toBe("merged");
  // Another setting leaves them as they are.
  await setIdentity(rotating, { mergeClaimedEmail: true });
  await send("PATCH", `/v1/sites/${rotating.id}`, { key: rotating.secretKey, body: { name: "Rotating" } });
  expect(await outcomeOf(rotating, "u", await withNext())).toBe("merged");
  expect((await setIdentity(rotating, { jwt: [{ kid: "k2" }] })).status).toBe(200);
  expect(await outcomeOf(rotating, "u", await token(rotating, "u"))).toBe("token_unknown_key");
  expect((await setIdentity(rotating, { jwt: [{ kid: "k1" }] })).code).toBe("unknown_jwt_kid");
  expect(await outcomeOf(rotating, "u", await withNext())).toBe("merged");
});

test("the main site's tokens work the same", async () => {
  const main = { id: "main", secretKey: "sk_test", writeKey: "wk_test", secretKid: "", writeKid: "" };
  const key = { kid: "k1", alg: "HS256", secret: HMAC_SECRET };
  expect((await setIdentity(main, { jwt: [key] })).status).toBe(200);
  expect(await outcomeOf(main, "u-main", await token(main, "u-main"))).toBe("merged");
  expect((await setIdentity(main, { jwt: [] })).status).toBe(200);
});

test("what is no key is refused with its place, and no secret is shown again", async () => {
  const pem = `-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA${btoa(String.fromCharCode(...pair.raw))}\n-----END PUBLIC KEY-----\n`;
  const jwk = { kty: "OKP", crv: "Ed25519", x: pair.publicKey };
  for (const publicKey of [pem, jwk, btoa(String.fromCharCode(...pair.raw))]) {
    const set = await setIdentity(site, { jwt: [{ kid: "e2", alg: "EdDSA", publicKey }] });
    expect(set.body["settings"]).toMatchObject({ identity: { jwt: [{ publicKey: pair.publicKey }] } });
  }
  const secret = HMAC_SECRET;
  for (const [expected, identity] of [
    [/identity wants an object/, []],
    // Whoever puts a secret in the wrong place is not shown it either.
    [/identity wants an object/, "hush-hush-in-the-wrong-place-0123456789"],
    [/jwt wants a list/, { jwt: "hush-hush-in-the-wrong-place-0123456789" }],
    [/mergeClaimedEmail wants/, { mergeClaimedEmail: "hush-hush" }],
    [/jwt\[0\]\.kid wants a text/, { jwt: [{ kid: "hush".repeat(30), alg: "HS256" }] }],
    [/Unknown key "jtw".*"jwt"/, { jtw: [] }],
    [/mergeClaimedEmail wants true or false/, { mergeClaimedEmail: "yes" }],
    [/jwt wants a list/, { jwt: {} }],
    [/at most 10 keys, got 11/, { jwt: Array.from({ length: 11 }, (_, i) => ({ kid: `${i}` })) }],
    [/jwt\[0\] wants an object/, { jwt: ["k1"] }],
    [/jwt\[0\]\.kid wants a text/, { jwt: [{ alg: "HS256", secret }] }],
    [
      /jwt\[1\] repeats the kid "k"/,
      {
        jwt: [
          { kid: "k", alg: "HS256", secret },
          { kid: "k", alg: "HS256", secret },
        ],
      },
    ],
    [
      /jwt\[0\]\.secret wants 32 random bytes/,
      { jwt: [{ kid: "k", alg: "HS256", secret: "tooshort-hush-hush" }] },
    ],
    [/jwt\[0\]\.secret wants/, { jwt: [{ kid: "k", alg: "HS256", secret: pem }] }],
    [/jwt\[0\] wants "alg": "HS256" and "secret"/, { jwt: [{ kid: "k", alg: "none" }] }],
    [
      /jwt\[0\] wants "alg": "HS256" and "secret"/,
      { jwt: [{ kid: "k", alg: "HS256", secret, publicKey: jwk }] },
    ],
    [/jwt\[0\] wants "alg": "HS256" and "secret"/, { jwt: [{ kid: "k", alg: "EdDSA", secret }] }],
    [/publicKey wants an Ed25519 public key/, { jwt: [{ kid: "k", alg: "EdDSA", publicKey: "short" }] }],
    [
      /publicKey wants an Ed25519/,
      { jwt: [{ kid: "k", alg: "EdDSA", publicKey: { ...jwk, crv: "X25519" } }] },
    ],
    [/publicKey is a private key/, { jwt: [{ kid: "k", alg: "EdDSA", publicKey: { ...jwk, d: "d" } }] }],
    [/audience wants a text/, { jwt: [{ kid: "k", alg: "HS256", secret, audience: 1 }] }],
  ] as const) {
    const refused = await setIdentity(site, identity);
    const { message } = (refused.body["error"] ?? {}) as { message?: string };
    expect([refused.status, message]).toEqual([400, expect.stringMatching(expected)]);
  }
  await send("GET", `/v1/sites/${site.id}`, { key: site.secretKey });
  await send("GET", "/v1/sites", { key: "sk_test" });
  const shown = answered.filter(({ text }) => text.includes(HMAC_SECRET) || text.includes("hush"));
  expect([answered.length > 20, shown]).toEqual([true, []]);
});
