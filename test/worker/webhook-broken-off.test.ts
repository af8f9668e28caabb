import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import type { Deliveries } from "../../worker/objects/deliveries.ts";
import { crossing, newDeliveries, newReceiver } from "./webhook-kit.ts";

type Site = Awaited<ReturnType<typeof newDeliveries>>;

/** Where a write is refused, as if the process had ended just before it. */
const TAKING: Readonly<Record<string, string>> = {
  "the key is written": "UPDATE ON key_blocks",
  "the contact is written": "INSERT ON contacts",
  "the crossing is written": "INSERT ON crossings",
  "its id is remembered": "INSERT ON taken",
  "the delivery is written": "INSERT ON deliveries",
};
const DELIVERING: Readonly<Record<string, string>> = {
  "it is noted that it was delivered": "UPDATE ON deliveries WHEN NEW.status = 'delivered'",
  "it is noted that it failed": "UPDATE ON deliveries WHEN NEW.status = 'pending'",
  "it is noted that the destination fails": "UPDATE ON destinations WHEN NEW.streak > 0",
  "the destination is disabled": "UPDATE ON destinations WHEN NEW.disabled_at IS NOT NULL",
};

/** Calls the object where it is: what it throws does not go over the wire, on which it would also count as unhandled. */
function inside(site: Site, act: (object: Deliveries) => Promise<void>): Promise<string> {
  return runInDurableObject(site.stub(), (object) =>
    act(object).then(
      () => "done",
      (problem: unknown) => String(problem),
    ),
  );
}

/** What is on disk after it is what a process that is killed there leaves. */
async function brokenOff(site: Site, when: string, act: () => Promise<unknown>): Promise<void> {
  await site.sql(`CREATE TRIGGER stop BEFORE ${when} BEGIN SELECT RAISE(ABORT, 'killed'); END`);
  await act();
  await evictDurableObject(site.stub());
  await site.sql("DROP TRIGGER stop");
}

describe("if the process ends before", () => {
  test.each(Object.keys(TAKING))(
    "%s, a crossing is not taken, and is when it is handed over again",
    async (step) => {
      const site = await newDeliveries();
      const receiver = await newReceiver();
      const { id } = await site.make({ type: "webhook", url: receiver.url });
      const record = crossing();
      const take = async () =>
        expect(await inside(site, (object) => object.take(JSON.stringify([record])))).toContain("killed");
      await brokenOff(site, TAKING[step] ?? "", take);
      await site.ring();
      expect([await receiver.received(), await site.listed(id)]).toEqual([[], []]);
      await site.take(record);
      await site.take(record);
      await site.ring();
      expect(await receiver.received()).toHaveLength(1);
      expect(await site.listed(id)).toMatchObject([{ status: "delivered", crossing: { id: record.id } }]);
    },
  );

  test.each(Object.keys(DELIVERING))("%s, it is sent once more, with the same id", async (step) => {
    const site = await newDeliveries();
    const first = step.includes("delivered") ? 200 : step.includes("disabled") ? 410 : 503;
    const receiver = await newReceiver({ status: first });
    const { id } = await site.make({ type: "webhook", url: receiver.url });
    await site.take(crossing());
    await brokenOff(site, DELIVERING[step] ?? "", () => site.ring());
    expect(await receiver.received()).toHaveLength(1);
    expect(await site.listed(id)).toMatchObject([{ status: "pending", attempts: 0 }]);
    await receiver.answer({});
    expect(await site.ring()).toBe(true);
    const got = await receiver.received();
    expect(got).toHaveLength(2);
    expect(new Set(got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(await site.listed(id)).toMatchObject([{ status: "delivered" }]);
  });

  test("the alarm is set, the same handed over again sets it", async () => {
    const site = await newDeliveries();
    const receiver = await newReceiver();
    await site.make({ type: "webhook", url: receiver.url });
    const record = crossing();
    await site.take(record);
    await runInDurableObject(site.stub(), (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(site.stub());
    await site.take(record);
    expect(await site.ring()).toBe(true);
    expect(await receiver.received()).toHaveLength(1);
  });

  test("the alarm is set, whoever comes next sets it", async () => {
    const site = await newDeliveries();
    const receiver = await newReceiver();
    const { id } = await site.make({ type: "webhook", url: receiver.url });
    await site.take(crossing());
    await runInDurableObject(site.stub(), (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(site.stub());
    expect(await site.ring()).toBe(false);
    expect(await site.listed(id)).toHaveLength(1);
    expect(await site.ring()).toBe(true);
    expect(await receiver.received()).toHaveLength(1);
  });

  test("the deletion of a contact is written, it is done when it is asked for again", async () => {
    const site = await newDeliveries();
    const receiver = await newReceiver();
    const { id } = await site.make({ type: "webhook", url: receiver.url });
    for (const step of [
      "DELETE ON deliveries",
      "DELETE ON crossings",
      "UPDATE ON key_blocks",
      "DELETE ON contacts",
      "INSERT ON forgotten",
    ]) {
      const contact = `user:${step.replaceAll(" ", "-")}` as const;
      await site.take(crossing({ contact }));
      await brokenOff(site, step, async () =>
        expect(await inside(site, (object) => object.forget(contact))).toContain("killed"),
      );
      // Whole or not at all.
      expect(await site.listed(id)).toMatchObject([{ crossing: { contact } }]);
      await site.stub().forget(contact);
      expect(await site.listed(id)).toEqual([]);
    }
  });
});
