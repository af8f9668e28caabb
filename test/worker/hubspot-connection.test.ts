import { describe, expect, test } from "vitest";

import { isSignedByHubSpot } from "../../worker/hubspot-signature.ts";
import { CLIENT_SECRET, connectedSite, signedHeaders, TOKEN } from "./hubspot-kit.ts";
import { answered, env, newSite, send } from "./two-sites.ts";

describe("a signature", () => {
  const at = 1_764_115_200_000;
  const url = "https://collector.example/v1/hubspot/main";
  // By: openssl dgst -sha256 -hmac secret-of-the-app -binary | base64
  const request = {
    method: "POST",
    urls: [url],
    body: '[{"eventId":1}]',
    timestamp: String(at),
    signature: "Mxh/9hGoNeO7r8caGbY0BtGRcG0Fp6SrVZ2rBn/TXVw=",
  };
  const isGood = (change: object, now = at, secret = "secret-of-the-app") =>
    isSignedByHubSpot({ ...request, ...change }, secret, now);

  test("is HubSpot's over method, address, body and time", async () => {
    expect(await isGood({})).toBe(true);
    expect(await isGood({ urls: ["http://other/", url] })).toBe(true);
    for (const change of [
      { method: "PUT" },
      { urls: [`${url}/`] },
      { body: '[{"eventId":2}]' },
      { timestamp: String(at + 1) },
      { timestamp: undefined },
      { timestamp: `${at}.0` },
      { signature: undefined },
      { signature: "" },
      { signature: request.signature.toLowerCase() },
    ]) {
      expect([change, await isGood(change)]).toEqual([change, false]);
    }
    expect(await isGood({}, at, "another-secret")).toBe(false);
  });

  test("holds for five minutes", async () => {
    const minute = 60_000;
    expect(await isGood({}, at + 5 * minute)).toBe(true);
    expect(await isGood({}, at + 5 * minute + 1)).toBe(false);
    expect(await isGood({}, at - 5 * minute - 1)).toBe(false);
  });
});

describe("HubSpot's webhooks", () => {
  const post = async (
    id: string,
    body: string,
    address = `http://collector/v1/hubspot/${id}`,
    at = Date.now(),
  ) => send("POST", `/v1/hubspot/${id}`, { body, headers: await signedHeaders(address, body, at) });

  test("are taken with the right signature only, and by the site that they are for", async () => {
    const [a, b] = [
      await connectedSite(),
      await connectedSite({ clientSecret: "another-secret-of-another-app" }),
    ];
    expect((await post(a.site.id, "[]")).status).toBe(200);
    // TLS ends in front of workerd.
    expect((await post(a.site.id, "[]", `https://collector/v1/hubspot/${a.site.id}`)).status).toBe(200);
    const refused = { status: 401, code: "invalid_signature" };
    expect(await post(b.site.id, "[]")).toMatchObject(refused);
    expect(await post(a.site.id, "[]", `http://collector/v1/hubspot/${b.site.id}`)).toMatchObject(refused);
    expect(await post(a.site.id, "[]", undefined, Date.now() - 301_000)).toMatchObject(refused);
    expect(await send("POST", `/v1/hubspot/${a.site.id}`, { key: a.site.secretKey, body: [] })).toMatchObject(
      refused,
    );
  });

  test("may come to another address, where the owner says to which", async () => {
    const targetUrl = "https://hooks.example.com/hubspot?of=me";
    const { site } = await connectedSite({ targetUrl });
    expect((await post(site.id, "[]", targetUrl)).status).toBe(200);
    expect((await post(site.id, "[]", `${targetUrl}!`)).status).toBe(401);
  });

  test("that are no list, or go to a site that is not connected, are refused and said why", async () => {
    const { site, connect } = await connectedSite();
    expect(await post(site.id, '{"eventId":1}')).toMatchObject({ status: 400, code: "invalid_notices" });
    expect(await post(site.id, "[")).toMatchObject({ status: 400, code: "invalid_json" });
    for (const id of ["main", "nobodys", "constructor"]) {
      expect(await post(id, "[]")).toMatchObject({ status: 404, code: "hubspot_not_connected" });
    }
    await connect(null);
    expect(await post(site.id, "[]")).toMatchObject({ status: 404, code: "hubspot_not_connected" });
    expect(await send("GET", `/v1/hubspot/${site.id}`)).toMatchObject({ status: 405 });
  });
});

describe("a connection", () => {
  test("is told without its secrets, is changed key by key, and keeps what is not named", async () => {
    const { site, connect, hubspot } = await connectedSite({ traits: { jobtitle: "title" } });
    const changed = await connect({ stages: { won: ["1337"] }, portalId: 7 });
    const usual = { contact: "email", lifecycleStages: ["salesqualifiedlead"], url: hubspot.url };
    const stages = { qualified: [], won: ["1337"], lost: ["closedlost"] };
    const settings = { hubspot: { ...usual, stages, traits: { jobtitle: "title" }, portalId: 7 } };
    expect(changed.body["settings"]).toEqual(settings);
    expect((await send("GET", `/v1/sites/${site.id}`, { key: site.secretKey })).body["settings"]).toEqual(
      settings,
    );
    const list = await send("GET", "/v1/sites", { key: "sk_test" });
    expect(JSON.stringify(list.body)).not.toContain(TOKEN);
    expect(JSON.stringify(answered)).not.toContain(CLIENT_SECRET);
  });

  test("is refused where a secret is missing, or would go to another address than it was given for", async () => {
    const { id, secretKey: key } = await newSite("hubspot-refused");
    const connect = (hubspot: unknown) =>
      send("PATCH", `/v1/sites/${id}`, { key, body: { settings: { hubspot } } });
    const incomplete = { status: 409, code: "hubspot_incomplete" };
    expect(await connect({ token: TOKEN })).toMatchObject(incomplete);
    expect(await connect({ clientSecret: CLIENT_SECRET })).toMatchObject(incomplete);
    expect((await connect({ clientSecret: CLIENT_SECRET, token: TOKEN })).status).toBe(200);
    expect(await connect({ url: "https://evil.example.org" })).toMatchObject(incomplete);
    expect((await connect({ url: "https://api.hubapi.com/" })).status).toBe(200);
  });

  test("tells all that is wrong by its path, and no secret again", async () => {
    const { id, secretKey: key } = await newSite("hubspot-wrong");
    const hubspot = {
      clientSecret: "has a space",
      token: 5,
      url: "ftp://x",
      contact: "E-Mail",
      traits: [],
      stages: { won: "closedwon", one: [] },
      lifecycleStages: [""],
      portalId: 0.5,
      secret: 1,
    };
    const { status, body } = await send("PATCH", `/v1/sites/${id}`, { key, body: { settings: { hubspot } } });
    const { issues } = body["error"] as { issues: readonly { readonly path: string }[] };
    expect(status).toBe(400);
    const paths = [
      "",
      ".clientSecret",
      ".token",
      ".portalId",
      ".contact",
      ".traits",
      ".stages",
      ".stages.won",
    ];
    expect(issues.map(({ path }) => path).toSorted()).toEqual(
      [...paths, ".lifecycleStages"].map((path) => `settings.hubspot${path}`).toSorted(),
    );
    expect(JSON.stringify(body)).not.toContain("has a space");
    const long = await send("PATCH", `/v1/sites/${id}`, {
      key,
      body: { settings: { hubspot: { traits: { jobtitle: "t".repeat(65) } } } },
    });
    expect([long.status, long.code]).toEqual([400, "invalid_site"]);
    for (const url of ["ftp://x", "http://user:pass@localhost", "no address"]) {
      const own = { clientSecret: CLIENT_SECRET, token: TOKEN, url };
      const refused = await send("PATCH", `/v1/sites/${id}`, { key, body: { settings: { hubspot: own } } });
      expect(refused).toMatchObject({ status: 400, code: "invalid_site" });
    }
    expect(env.ALLOW_PRIVATE_DESTINATIONS).toBe("1");
  });
});
