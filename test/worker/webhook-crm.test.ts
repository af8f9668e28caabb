import { describe, expect, inject, test } from "vitest";

import { crossing, newDeliveries, newReceiver, newReceiverOf, type Reply } from "./webhook-kit.ts";

const failed = (status: number, body: unknown, headers = {}): Reply => ({
  status,
  headers,
  body: JSON.stringify(body),
});

type Deliveries = Awaited<ReturnType<typeof newDeliveries>>;

async function pausedFor(deliveries: Deliveries, id: string): Promise<number> {
  const { body } = await deliveries.call("GET", `/${id}`);
  return Math.round((Date.parse(String(body["pausedUntil"])) - Date.now()) / 1_000);
}

describe("Slack", () => {
  test("gets one message a second, with blocks, and is asked for no more when its webhook is gone", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ body: "ok" });
    const { id } = await deliveries.make({ type: "slack", url: receiver.url });
    await deliveries.take(crossing({ traits: { name: "Ann & <Co>" } }), crossing(), crossing());
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
    expect(await pausedFor(deliveries, id)).toBeLessThanOrEqual(1);
    await deliveries.later();
    await receiver.answer({ status: 429, headers: { "retry-after": "30" } });
    await deliveries.ring();
    expect(await pausedFor(deliveries, id)).toBeGreaterThan(25);
    await deliveries.later();
    await receiver.answer({ status: 404, body: "no_service" });
    await deliveries.ring();
    expect((await deliveries.call("GET", `/${id}`)).body).toMatchObject({
      status: "disabled",
      disabled: { reason: "Slack answered 404 no_service." },
      deliveries: { pending: 0, dead: 2 },
    });
    const [first] = await receiver.received();
    expect(JSON.parse(first?.body ?? "")).toMatchObject({
      text: "Ann &amp; &lt;Co&gt; is now SQL",
      blocks: [{ type: "section" }, { type: "section", text: { type: "mrkdwn" } }],
    });
  });
});

const describeWithSpecs = describe.skipIf(inject("hasHubSpot") === "");

describeWithSpecs(
  "HubSpot, by its published API descriptions (skipped where ../shared/specs is not there)",
  () => {
    const token = "pat-good";

    test("gets the contact with score, band and traits, and the same one again when it crosses again", async () => {
      const deliveries = await newDeliveries();
      const hubspot = await newReceiverOf("hubspot");
      const properties = { score: "lead_heat", band: "lead_band" };
      const { id } = await deliveries.make({ type: "hubspot", url: hubspot.url, token, properties });
      await deliveries.take(crossing(), crossing({ to: null, score: 3.5 }));
      await deliveries.ring();
      expect((await deliveries.listed(id)).map(({ status, error }) => [status, error])).toEqual([
        ["delivered", undefined],
        ["delivered", undefined],
      ]);
      const inputs = (await hubspot.received()).map(({ path, body }) => {
        expect(path).toMatch(/\/crm\/objects\/2026-03\/contacts\/batch\/upsert$/);
        return (JSON.parse(body) as { inputs: unknown[] }).inputs;
      });
      const of = { id: "ann@corp.example", idProperty: "email" };
      const known = { email: "ann@corp.example", company: "Corp" };
      expect(inputs).toEqual([
        [{ ...of, properties: { ...known, lead_heat: "87", lead_band: "SQL" } }],
        [{ ...of, properties: { ...known, lead_heat: "3.5", lead_band: "" } }],
      ]);
    });

    test("gets a deal and a task, tied to the contact, and no second deal when the task fails", async () => {
      const deliveries = await newDeliveries();
      const hubspot = await newReceiverOf("hubspot");
      const { id } = await deliveries.make({
        type: "hubspot",
        url: hubspot.url,
        token,
        deal: { stage: "appointmentscheduled", pipeline: "default" },
        task: { subject: "Call {name}: {from} to {band}", dueInDays: 2, ownerId: "7" },
      });
      const at = Date.now() - 60_000;
      await deliveries.take(crossing({ at }));
      // The contact and the deal are made; then HubSpot is down.
      await deliveries.sql("SELECT 1");
      await hubspot.answer(
        failed(200, { results: [{ id: "501" }] }),
        failed(201, { id: "601" }),
        failed(502, {}),
      );
      await deliveries.ring();
      expect(await deliveries.listed(id)).toMatchObject([{ attempts: 1, error: "HubSpot answered 502." }]);
      await deliveries.later();
      await deliveries.ring();
      expect(await deliveries.listed(id)).toMatchObject([{ status: "delivered", attempts: 2 }]);
      const got = (await hubspot.received()).map(({ path, body }) => ({
        kind: path.split("/2026-03/")[1],
        body: JSON.parse(body) as { properties: Record<string, string>; associations: unknown[] },
      }));
      expect(got.map(({ kind }) => kind)).toEqual([
        "contacts/batch/upsert",
        "0-3",
        "tasks",
        "contacts/batch/upsert",
        "tasks",
      ]);
      expect(got[1]?.body).toEqual({
        properties: { dealname: "Ann: SQL", dealstage: "appointmentscheduled", pipeline: "default" },
        associations: [
          { to: { id: "501" }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 3 }] },
        ],
      });
      expect(got[4]?.body.properties).toMatchObject({
        hs_task_subject: "Call Ann: MQL to SQL",
        hs_timestamp: new Date(at + 2 * 86_400_000).toISOString(),
        hubspot_owner_id: "7",
      });
      expect(got[4]?.body.associations).toMatchObject([{}, { to: { id: "601" } }]);
      expect(JSON.stringify(await deliveries.sql("SELECT note FROM deliveries"))).not.toContain("601");
    });

    test("without an e-mail address gets nothing, and the delivery says so", async () => {
      const deliveries = await newDeliveries();
      const hubspot = await newReceiverOf("hubspot");
      const { id } = await deliveries.make({ type: "hubspot", url: hubspot.url, token });
      await deliveries.take(
        crossing({ traits: { name: "Ann" } }),
        crossing({ traits: { email: "no address" } }),
      );
      await deliveries.ring();
      expect(await hubspot.received()).toEqual([]);
      expect(await deliveries.listed(id, "?status=skipped")).toMatchObject([
        { error: expect.stringContaining("No e-mail address") },
        {},
      ]);
    });

    test("that is at its limit is left alone: for seconds, or for an hour where it is the day's", async () => {
      const deliveries = await newDeliveries();
      const busy = { status: "error", category: "RATE_LIMITS", message: "m" };
      const hubspot = await newReceiverOf(
        "hubspot",
        failed(429, { ...busy, policyName: "TEN_SECONDLY_ROLLING" }),
        failed(429, { ...busy, policyName: "SECONDLY" }, { "retry-after": "40" }),
        failed(429, { ...busy, policyName: "DAILY" }),
      );
      const { id } = await deliveries.make({ type: "hubspot", url: hubspot.url, token });
      await deliveries.take(crossing());
      const pauses: number[] = [];
      for (let n = 0; n < 3; n += 1) {
        await deliveries.later();
        await deliveries.ring();
        pauses.push(await pausedFor(deliveries, id));
      }
      expect(pauses.map((seconds) => Math.round(seconds / 10) * 10)).toEqual([10, 40, 3_600]);
    });

    test("that does not take the token, or the property, says so by its own code", async () => {
      const deliveries = await newDeliveries();
      const hubspot = await newReceiverOf("hubspot");
      const { id } = await deliveries.make({ type: "hubspot", url: hubspot.url, token: "pat-revoked" });
      await deliveries.take(crossing());
      await deliveries.ring();
      expect(await deliveries.listed(id)).toMatchObject([
        { status: "pending", error: "HubSpot answered 401 INVALID_AUTHENTICATION." },
      ]);
      await hubspot.answer(
        failed(207, { results: [], errors: [{ category: "VALIDATION_ERROR", message: "ann@corp.example" }] }),
      );
      await deliveries.call("PATCH", `/${id}`, { token });
      await deliveries.later();
      await deliveries.ring();
      expect(await deliveries.listed(id)).toMatchObject([
        { status: "dead", error: "HubSpot answered 207 VALIDATION_ERROR." },
      ]);
    });

    test("is asked by a test for what changes nothing", async () => {
      const deliveries = await newDeliveries();
      const hubspot = await newReceiverOf("hubspot");
      const { id } = await deliveries.make({ type: "hubspot", url: hubspot.url, token });
      await deliveries.call("POST", `/${id}/test`);
      await deliveries.ring();
      expect(await deliveries.listed(id)).toMatchObject([{ status: "delivered", isTest: true }]);
      expect((await hubspot.received()).map(({ method }) => method)).toEqual(["GET"]);
    });
  },
);

describe("Salesforce", () => {
  const credentials = { type: "salesforce", clientId: "client", clientSecret: "s3cret" };
  const short = (all: readonly { readonly method: string; readonly path: string }[]) =>
    all.map(({ method, path }) => `${method} ${path.split("/").slice(3).join("/")}`);
  const LEAD = "services/data/v65.0/sobjects/Lead";

  test("gets the lead by its external id: defaults only where it is new, and one token for all", async () => {
    const deliveries = await newDeliveries();
    const org = await newReceiverOf("salesforce");
    const { id } = await deliveries.make({ ...credentials, url: org.url });
    const traits = { email: "ann@corp.example", lastName: "Lee/2" };
    await deliveries.take(
      crossing({ contact: "user:a/1", traits }),
      crossing({ contact: "user:a/1", traits }),
    );
    await deliveries.ring();
    expect((await deliveries.listed(id)).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
    const got = await org.received();
    const path = `PATCH ${LEAD}/Afterglow_Id__c/user%3Aa%2F1`;
    expect(short(got)).toEqual(["POST services/oauth2/token", path, path, path]);
    const bodies = got.slice(1).map(({ body }) => JSON.parse(body) as unknown);
    const known = { Email: "ann@corp.example", LastName: "Lee/2" };
    const own = { Afterglow_Score__c: 87, Afterglow_Band__c: "SQL" };
    expect(bodies).toEqual([
      { ...known, ...own },
      { ...known, ...own, Company: "Unknown" },
      { ...known, ...own },
    ]);
    expect(JSON.stringify(await deliveries.sql("SELECT session FROM destinations"))).not.toContain("token-1");
  });

  test("whose session has ended gives a new token, once", async () => {
    const deliveries = await newDeliveries();
    const org = await newReceiverOf("salesforce");
    const { id } = await deliveries.make({ ...credentials, url: org.url });
    const all = { contact: "user:b", traits: { lastName: "Bo", company: "Corp" } } as const;
    await deliveries.take(crossing(all));
    await deliveries.ring();
    await org.answer(failed(401, [{ errorCode: "INVALID_SESSION_ID", message: "m" }]));
    await deliveries.take(crossing(all));
    await deliveries.ring();
    const one = `PATCH ${LEAD}/Afterglow_Id__c/user%3Ab`;
    const open = "POST services/oauth2/token";
    expect(short(await org.received())).toEqual([open, one, one, open, one]);
    expect((await deliveries.listed(id)).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
  });

  test("that has had its requests of the day, or refuses, says so by its code", async () => {
    const deliveries = await newDeliveries();
    const org = await newReceiverOf("salesforce");
    const { id } = await deliveries.make({ ...credentials, url: org.url, clientSecret: "wrong" });
    await deliveries.take(crossing());
    await deliveries.ring();
    expect(await deliveries.listed(id)).toMatchObject([
      { status: "pending", error: "Salesforce gave no token: it answered 400 invalid_client." },
    ]);
    await deliveries.call("PATCH", `/${id}`, { clientSecret: "s3cret" });
    await deliveries.call("POST", `/${id}/test`);
    await deliveries.later();
    await deliveries.ring();
    expect((await deliveries.listed(id)).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
    await org.answer(failed(403, [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "m" }]));
    await deliveries.take(crossing());
    await deliveries.ring();
    expect(await pausedFor(deliveries, id)).toBeGreaterThan(3_500);
    await deliveries.later();
    await org.answer(failed(400, [{ errorCode: "STRING_TOO_LONG", message: "ann@corp.example" }]));
    await deliveries.ring();
    expect((await deliveries.listed(id))[0]).toMatchObject({
      status: "dead",
      error: "Salesforce answered 400 STRING_TOO_LONG.",
    });
  });

  test("gets nothing where what leads are found by is not known", async () => {
    const deliveries = await newDeliveries();
    const org = await newReceiverOf("salesforce");
    const externalId = { field: "Customer__c", from: "customerNumber" };
    const { id } = await deliveries.make({ ...credentials, url: org.url, externalId });
    await deliveries.take(crossing());
    await deliveries.ring();
    expect(await org.received()).toEqual([]);
    expect(await deliveries.listed(id)).toMatchObject([
      { status: "skipped", error: expect.stringContaining("No customerNumber is known") },
    ]);
  });
});
