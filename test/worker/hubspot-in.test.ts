import { describe, expect, inject, test } from "vitest";

import { connectedSite } from "./hubspot-kit.ts";

const contactChange = (objectId: number, propertyName: string, propertyValue: string, more: object = {}) => ({
  subscriptionType: "contact.propertyChange",
  objectId,
  propertyName,
  propertyValue,
  ...more,
});

const stageChange = (objectId: number, propertyValue: string, more: object = {}) => ({
  subscriptionType: "deal.propertyChange",
  objectId,
  propertyName: "dealstage",
  propertyValue,
  ...more,
});

describe.skipIf(inject("hasHubSpot") === "")(
  "HubSpot's webhooks, where its API answers by its published descriptions (skipped where ../shared/specs is not there)",
  () => {
    test("make traits of the properties that the owner names, once and with their time", async () => {
      const crm = await connectedSite({ traits: { jobtitle: "title", numemployees: "seats" } });
      const id = await crm.contact({
        email: "Ann@Corp.example",
        jobtitle: "CEO",
        numemployees: "20",
        city: "Ulm",
      });
      const at = Date.now() - 86_400_000;
      const events = [
        contactChange(id, "jobtitle", "CTO", { occurredAt: at }),
        contactChange(id, "numemployees", "20", { occurredAt: at + 1_000 }),
        contactChange(id, "city", "Ulm"),
        {
          subscriptionType: "company.propertyChange",
          objectId: 9,
          propertyName: "name",
          propertyValue: "Corp",
        },
      ];
      expect(await crm.tell(...events)).toMatchObject({
        status: 200,
        body: { accepted: 2, duplicate: 0, rejected: 0, ignored: 2, nameless: 0 },
      });
      // Late and again, as HubSpot's retries come: nothing changes.
      const older = contactChange(id, "jobtitle", "Intern", { occurredAt: at - 86_400_000 });
      expect((await crm.tell(older, ...events)).body).toMatchObject({ accepted: 1, duplicate: 2 });
      expect((await crm.read("user:ann@corp.example")).body["traits"]).toMatchObject({
        title: { value: "CTO" },
        seats: { value: 20 },
      });
      expect(await crm.tell(contactChange(id, "jobtitle", ""))).toMatchObject({ body: { accepted: 1 } });
      expect((await crm.read("user:ann@corp.example")).body["traits"]).not.toMatchObject({
        title: { value: expect.anything() },
      });
    });

    test("tell all that is named of a contact that is new, or whose userId has just been written", async () => {
      const crm = await connectedSite({ contact: "app_user_id", traits: { jobtitle: "title" } });
      const made = await crm.contact({ jobtitle: "CEO", lifecyclestage: "salesqualifiedlead" });
      const creation = { subscriptionType: "object.creation", objectTypeId: "0-1", objectId: made };
      expect((await crm.tell(creation)).body).toMatchObject({ accepted: 0, nameless: 1 });
      await crm.change(`contacts/${made}`, { app_user_id: "7" });
      const named = contactChange(made, "app_user_id", "7", {
        subscriptionType: "object.propertyChange",
        objectTypeId: "0-1",
      });
      expect((await crm.tell(named)).body).toMatchObject({ accepted: 2, nameless: 0 });
      expect((await crm.read("user:7")).body["traits"]).toMatchObject({ title: { value: "CEO" } });
      expect(await crm.outcomes("user:7")).toEqual(["Lead Qualified x1"]);
    });

    test("make outcomes of lifecycle stages and of deals, for each contact of the deal", async () => {
      const crm = await connectedSite({
        stages: { won: ["closedwon", "1337"], qualified: ["qualifiedtobuy"] },
      });
      const [ann, bob] = [
        await crm.contact({ email: "ann@a.example" }),
        await crm.contact({ email: "bob@b.example" }),
      ];
      const deal = await crm.deal(
        { dealstage: "qualifiedtobuy", amount: "1200.50", pipeline: "default" },
        ann,
        bob,
      );
      expect((await crm.tell(stageChange(deal, "qualifiedtobuy"))).body).toMatchObject({ accepted: 2 });
      await crm.change(`0-3/${deal}`, { dealstage: "1337" });
      // By both formats, and again: one change is one fact.
      const won = stageChange(deal, "1337");
      const generic = {
        ...won,
        subscriptionType: "object.propertyChange",
        objectTypeId: "0-3",
        eventId: 101,
      };
      expect((await crm.tell(won, generic)).body).toMatchObject({ accepted: 2, duplicate: 0 });
      expect((await crm.tell({ ...generic, attemptNumber: 3 })).body).toMatchObject({
        accepted: 0,
        duplicate: 2,
      });
      await crm.change(`contacts/${ann}`, { lifecyclestage: "salesqualifiedlead" });
      await crm.tell(contactChange(ann, "lifecyclestage", "salesqualifiedlead"));
      expect(await crm.outcomes("user:bob@b.example")).toEqual([
        "Deal Won x1 worth 1200.5",
        "Lead Qualified x1 worth 1200.5",
      ]);
      expect(await crm.outcomes("user:ann@a.example")).toEqual([
        "Deal Won x1 worth 1200.5",
        "Lead Qualified x1",
        "Lead Qualified x1 worth 1200.5",
      ]);
    });

    test("tell a contact that is tied to a deal later what the deal has come to, and nobody else again", async () => {
      const crm = await connectedSite();
      const [ann, bob] = [
        await crm.contact({ email: "ann@a.example" }),
        await crm.contact({ email: "bob@b.example" }),
      ];
      const deal = await crm.deal({ dealstage: "closedlost" }, ann);
      await crm.tell(stageChange(deal, "closedlost"));
      const tie = { associationRemoved: false, fromObjectId: bob, toObjectId: deal };
      const legacy = {
        ...tie,
        subscriptionType: "contact.associationChange",
        associationType: "CONTACT_TO_DEAL",
      };
      const generic = {
        ...tie,
        subscriptionType: "object.associationChange",
        fromObjectTypeId: "0-1",
        toObjectTypeId: "0-3",
      };
      expect((await crm.tell(legacy)).body).toMatchObject({ accepted: 1 });
      expect((await crm.tell(generic)).body).toMatchObject({ accepted: 0, duplicate: 1 });
      expect((await crm.tell({ ...generic, associationRemoved: true })).body).toMatchObject({ ignored: 1 });
      expect(await crm.outcomes("user:bob@b.example")).toEqual(["Deal Lost x1"]);
      expect(await crm.outcomes("user:ann@a.example")).toEqual(["Deal Lost x1"]);
    });

    test("are asked for again where HubSpot cannot be asked, and what was taken is not counted twice", async () => {
      const crm = await connectedSite();
      const ann = await crm.contact({ email: "ann@a.example" });
      const [one, two] = [
        await crm.deal({ dealstage: "closedwon" }, ann),
        await crm.deal({ dealstage: "closedwon" }, ann),
      ];
      const limit = { status: "error", category: "RATE_LIMITS", message: "m", policyName: "SECONDLY" };
      await crm.hubspot.answer({ status: 429, body: JSON.stringify(limit) });
      const events = [stageChange(one, "closedwon"), stageChange(two, "closedwon")];
      const refused = await crm.tell(...events);
      expect(refused).toMatchObject({ status: 503, code: "hubspot_unavailable" });
      expect(refused.headers.get("retry-after")).toBe("5");
      expect(JSON.stringify(refused.body)).toContain("HubSpot answered 429 RATE_LIMITS");
      await crm.tell(...events);
      await crm.tell(...events);
      expect(await crm.outcomes("user:ann@a.example")).toEqual(["Deal Won x2"]);
    });

    test("are asked for again where HubSpot's API is behind them, as long as they are new", async () => {
      const crm = await connectedSite();
      const ann = await crm.contact({ email: "ann@a.example" });
      const deal = await crm.deal({ dealstage: "appointmentscheduled" }, ann);
      const unknown = { subscriptionType: "contact.creation", objectId: 999_999 };
      const tied = {
        subscriptionType: "deal.associationChange",
        associationType: "DEAL_TO_CONTACT",
        associationRemoved: false,
        fromObjectId: 999_997,
        toObjectId: ann,
      };
      for (const early of [
        unknown,
        tied,
        stageChange(deal, "closedwon", { occurredAt: Date.now() + 1_000 }),
      ]) {
        expect(await crm.tell(early)).toMatchObject({ status: 503, code: "hubspot_unavailable" });
      }
      // What is older and not there was deleted meanwhile, or HubSpot's record of it is cut short.
      const old = Date.now() - 3_600_000;
      expect(await crm.tell({ ...unknown, occurredAt: old })).toMatchObject({
        status: 200,
        body: { accepted: 0 },
      });
      expect(await crm.tell(stageChange(999_998, "closedwon", { occurredAt: old }))).toMatchObject({
        status: 200,
      });
      const [won] = [stageChange(deal, "closedwon", { occurredAt: old })];
      expect((await crm.tell(won)).body).toMatchObject({ accepted: 1 });
    });

    test("of another account are none of this site's", async () => {
      const crm = await connectedSite({ portalId: 62_515 });
      const ann = await crm.contact({ email: "ann@a.example" });
      const deal = await crm.deal({ dealstage: "closedwon" }, ann);
      expect((await crm.tell(stageChange(deal, "closedwon", { portalId: 1 }))).body).toMatchObject({
        ignored: 1,
      });
      expect((await crm.tell(stageChange(deal, "closedwon"))).body).toMatchObject({ accepted: 1 });
    });

    test("take a hundred events about a hundred contacts at once, and whatever stands in a list", async () => {
      const crm = await connectedSite({ traits: { jobtitle: "title" } });
      const ids: number[] = [];
      for (let n = 0; n < 100; n += 1) ids.push(await crm.contact({ email: `c${n}@a.example` }));
      const events = ids.map((id) => contactChange(id, "jobtitle", "CEO"));
      expect(await crm.tell(...events)).toMatchObject({ status: 200, body: { accepted: 100, ignored: 0 } });
      const reads = (await crm.hubspot.received()).filter(({ path }) => path.endsWith("/batch/read"));
      expect(reads).toHaveLength(2);
      const strange = [
        {},
        { subscriptionType: 5 },
        { subscriptionType: "contact.propertyChange", objectId: "../../x" },
      ];
      const constructed = { subscriptionType: "object.creation", objectTypeId: "constructor", objectId: 1 };
      expect(await crm.tell(...strange, constructed, { ...constructed, occurredAt: 9e15 })).toMatchObject({
        status: 200,
        body: { accepted: 0, ignored: 5 },
      });
    });
  },
);
