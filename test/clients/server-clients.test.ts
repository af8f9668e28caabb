import { Analytics as CustomerIo } from "@customerio/cdp-analytics-node";
import Rudder from "@rudderstack/rudder-sdk-node";
import { Analytics as Segment } from "@segment/analytics-node";
import { describe, expect, test } from "vitest";

import { SECRET_KEY, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

const WHEN = new Date("2026-05-04T10:00:00Z");

/** The parts of a client's interface that these tests use. */
interface Client {
  page(message: object): unknown;
  track(message: object): unknown;
  identify(message: object): unknown;
}

/** Sends a visit, an event and traits of one user as of a past day. */
function tell(client: Client, userId: string): void {
  client.identify({ userId, timestamp: WHEN, traits: { company: { name: "Corp" }, role: "cto" } });
  client.page({
    userId,
    timestamp: WHEN,
    name: "Pricing",
    properties: { url: "https://x.example/pricing?a=1", path: "/pricing" },
  });
  client.track({
    userId,
    timestamp: WHEN,
    event: "Webinar Attended",
    properties: { topic: "cranes", value: 12.5 },
  });
}

async function expectFacts(userId: string): Promise<void> {
  const [day, ...others] = await collector.timeline(`user:${userId}`);
  expect(others).toEqual([]);
  expect(day?.day).toBe("2026-05-04");
  const counts = Object.fromEntries(day?.facts.map(({ event, count }) => [event, count]) ?? []);
  expect(counts).toEqual({ "Webinar Attended": 1, identify: 1, page: 1 });
  const fact = (name: string) => day?.facts.find(({ event }) => event === name);
  expect(fact("page")?.properties.path).toBe("/pricing");
  expect(fact("Webinar Attended")).toMatchObject({ properties: { topic: "cranes" }, value: 12.5 });
  const contact = await (await collector.read(`/v1/contacts/user:${userId}`)).json();
  expect(contact).toMatchObject({ traits: { "company.name": { value: "Corp" }, role: { value: "cto" } } });
}

describe("a server's client, with the secret key where it asks for a write key", () => {
  test("@segment/analytics-node", async () => {
    const client = new Segment({ writeKey: SECRET_KEY, host: collector.url, flushAt: 20 });
    const failures: unknown[] = [];
    client.on("error", (problem) => failures.push(problem));
    tell(client, "segment");
    await client.closeAndFlush();
    expect(failures).toEqual([]);
    await expectFacts("segment");
  });

  test("@customerio/cdp-analytics-node", async () => {
    const client = new CustomerIo({ writeKey: SECRET_KEY, host: collector.url, maxEventsInBatch: 20 });
    const failures: unknown[] = [];
    client.on("error", (problem: unknown) => failures.push(problem));
    tell(client, "customerio");
    await client.closeAndFlush();
    expect(failures).toEqual([]);
    await expectFacts("customerio");
  });

  test.each([true, false])("@rudderstack/rudder-sdk-node, gzip: %s", async (gzip) => {
    const client = new Rudder(SECRET_KEY, {
      dataPlaneUrl: collector.url,
      gzip,
      flushAt: 20,
      flushInterval: 50,
    });
    const userId = `rudder-${gzip}`;
    tell(client, userId);
    await client.flush();
    await expectFacts(userId);
  });
});

test("with the public key, an event without an anonymousId is rejected by name, and its neighbours count", async () => {
  const client = new Segment({ writeKey: WRITE_KEY, host: collector.url, flushAt: 2, maxRetries: 0 });
  client.track({ userId: "stranger", event: "Inflated" });
  client.track({ anonymousId: "visitor-0000000000000000000001", event: "Video Played" });
  await client.closeAndFlush();
  expect((await collector.read("/v1/contacts/user:stranger")).status).toBe(404);
  const [day] = await collector.timeline("anon:visitor-0000000000000000000001");
  expect(day?.facts.map(({ event }) => event)).toEqual(["Video Played"]);
});
