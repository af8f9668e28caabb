import { describe, expect, test } from "vitest";

import { beacon, newSite, page, send } from "./two-sites.ts";

describe("a site's keys", () => {
  const kids = async (id: string) =>
    (
      (await send("GET", `/v1/sites/${id}`, { key: "sk_test" })).body as {
        keys: { kid: string; kind: string }[];
      }
    ).keys;

  test("rotate with an overlap, and end when they are revoked", async () => {
    const site = await newSite("rotating");
    const key = site.secretKey;
    const rotate = (kid: string, body?: unknown) =>
      send("POST", `/v1/sites/rotating/keys/${kid}/rotate`, { key, body });
    const made = await rotate(site.writeKid, { overlapDays: 2 });
    expect([made.status, made.body]).toMatchObject([
      201,
      { kind: "write", replaces: { kid: site.writeKid } },
    ]);
    const { expiresAt } = made.body["replaces"] as { expiresAt: string };
    expect(Math.round((Date.parse(expiresAt) - Date.now()) / 3_600_000)).toBe(48);
    const newKey = String(made.body["key"]);
    for (const each of [site.writeKey, newKey])
      expect((await beacon(each, [page("v", "/")])).status).toBe(200);
    expect((await send("DELETE", `/v1/sites/rotating/keys/${site.writeKid}`, { key })).status).toBe(204);
    expect((await beacon(site.writeKey, [page("v", "/")])).code).toBe("invalid_key");
    expect((await beacon(newKey, [page("v", "/")])).status).toBe(200);
    // At once, and with the days that are usual.
    expect((await rotate(String(made.body["kid"]), { overlapDays: 0 })).status).toBe(201);
    expect((await beacon(newKey, [page("v", "/")])).code).toBe("invalid_key");
    const usual = await rotate(site.secretKid);
    expect(usual.body).toMatchObject({ kind: "secret", replaces: { kid: site.secretKid } });
    for (const each of [key, String(usual.body["key"])])
      expect((await send("GET", "/v1/models", { key: each })).status).toBe(200);
    for (const kid of ["0000000000000000", site.writeKid, "env-write"])
      expect((await rotate(kid, {})).code).toBe("unknown_kid");
    expect((await rotate(site.secretKid, { overlapDays: -1 })).code).toBe("invalid_site");
  });

  test("of which the last secret one stays until there is another", async () => {
    const site = await newSite("last-key");
    const key = site.secretKey;
    const revoke = () => send("DELETE", `/v1/sites/last-key/keys/${site.secretKid}`, { key });
    expect([(await revoke()).status, (await revoke()).code]).toEqual([409, "last_secret_key"]);
    const other = await send("POST", "/v1/sites/last-key/keys", { key, body: { kind: "secret" } });
    expect((await revoke()).status).toBe(204);
    expect((await revoke()).code).toBe("unknown_key");
    expect((await send("GET", "/v1/models", { key: String(other.body["key"]) })).status).toBe(200);
  });

  test("of the main site come beside those of the environment, which are changed there", async () => {
    const make = async (kind: string) =>
      (await send("POST", "/v1/sites/main/keys", { key: "sk_test", body: { kind } })).body as {
        kid: string;
        key: string;
      };
    const [write, secret] = [await make("write"), await make("secret")];
    expect((await beacon(write.key, [page("by-signed-key", "/pricing")])).status).toBe(200);
    // The same site as by the environment's keys, and all others.
    for (const key of ["sk_test", secret.key]) {
      expect((await send("GET", "/v1/contacts/anon:by-signed-key", { key })).status).toBe(200);
    }
    await newSite("administered");
    expect((await send("GET", "/v1/sites/administered", { key: secret.key })).status).toBe(200);
    expect(await kids("main")).toMatchObject([
      { kid: "env-write", kind: "write", key: "wk_test" },
      { kid: "env-secret", kind: "secret" },
      { kid: write.kid, key: write.key },
      { kid: secret.kid },
    ]);
    for (const [method, path] of [
      ["DELETE", "env-secret"],
      ["POST", "env-write/rotate"],
    ] as const) {
      const { status, code } = await send(method, `/v1/sites/main/keys/${path}`, { key: "sk_test" });
      expect([status, code]).toEqual([409, "environment_key"]);
    }
    expect((await send("DELETE", `/v1/sites/main/keys/${secret.kid}`, { key: "sk_test" })).status).toBe(204);
    expect((await send("GET", "/v1/sites", { key: secret.key })).code).toBe("unknown_key");
  });
});
