import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";

import { crossing, newDeliveries, newReceiver } from "./webhook-kit.ts";

describe("a crossing", () => {
  test("reaches a webhook as the spec has it, signed, with a link, once", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver();
    const { id, secret } = await deliveries.make({ type: "webhook", url: receiver.url });
    const record = crossing({ contact: "user:ann/1" });
    await deliveries.take(record);
    expect(await receiver.received()).toEqual([]);
    expect(await deliveries.ring()).toBe(true);
    const [got, ...more] = await receiver.received();
    expect(more).toEqual([]);
    const { id: _, at, ...data } = record;
    expect(new Webhook(secret).verify(got?.body ?? "", got?.headers ?? {})).toEqual({
      type: "contact.band_changed",
      timestamp: new Date(at).toISOString(),
      data: { ...data, link: "http://collector/dashboard#/contacts/user%3Aann%2F1" },
    });
    expect(await deliveries.listed(id)).toMatchObject([
      { id: got?.headers["webhook-id"], status: "delivered", attempts: 1, crossing: { id: record.id } },
    ]);
    // Told again, it is known.
    await deliveries.take(record);
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
  });
});
