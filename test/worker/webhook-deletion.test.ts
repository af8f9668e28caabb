import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";

import { crossing, newDeliveries, newReceiver } from "./webhook-kit.ts";

const TABLES = ["deliveries", "crossings", "contacts", "key_blocks"];

describe("of a deleted contact", () => {
  test("nothing stays: not what waits, not in the log, not among dead letters; and others keep theirs", async () => {
    const deliveries = await newDeliveries();
    const [works, fails, gone] = [
      await newReceiver(),
      await newReceiver({ status: 500 }),
      await newReceiver({ status: 410 }),
    ];
    const ids: string[] = [];
    for (const { url } of [works, fails, gone])
      ids.push((await deliveries.make({ type: "webhook", url })).id);
    const [ann, ben] = [crossing(), crossing({ contact: "user:ben", traits: { email: "ben@corp.example" } })];
    await deliveries.take(ann, ben);
    await deliveries.ring();
    const statuses = async (contact: string) => {
      const listed = await Promise.all(ids.map((id) => deliveries.listed(id)));
      return listed.map((own) => own.find((each) => each.crossing?.contact === contact)?.status);
    };
    expect(await statuses("user:ann")).toEqual(["delivered", "pending", "dead"]);
    for (let again = 0; again < 2; again += 1) await deliveries.stub().forget("user:ann");
    expect(await statuses("user:ann")).toEqual([undefined, undefined, undefined]);
    expect(await statuses("user:ben")).toEqual(["delivered", "pending", "dead"]);
    const rows = await Promise.all(TABLES.map((table) => deliveries.sql(`SELECT * FROM ${table}`)));
    expect(rows.slice(0, 3).map(({ length }) => length)).toEqual([3, 1, 1]);
    const asked = (await fails.received()).length;
    await deliveries.later();
    await deliveries.ring();
    expect((await fails.received()).slice(asked).map(({ body }) => body.includes("ann"))).toEqual([false]);
  });

  test("nothing is taken that was on its way, and what comes after is", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver();
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    const late = crossing();
    await deliveries.stub().forget("user:ann");
    await deliveries.take(late, crossing({ contact: "user:ben" }));
    expect(await deliveries.listed(id)).toMatchObject([{ crossing: { contact: "user:ben" } }]);
    const next = crossing({ at: Date.now() + 1_000 });
    await deliveries.take(next);
    expect(await deliveries.listed(id)).toMatchObject([{ crossing: { id: next.id } }, {}]);
  });

  test("nothing stays of what is being sent just then", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 500, isHeld: true });
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing());
    const ringing = deliveries.ring();
    while ((await receiver.received()).length === 0);
    await deliveries.stub().forget("user:ann");
    await receiver.answer({});
    await ringing;
    expect(await deliveries.listed(id)).toEqual([]);
    const rows = await Promise.all(
      TABLES.slice(0, 3).map((table) => deliveries.sql(`SELECT * FROM ${table}`)),
    );
    expect(rows).toEqual([[], [], []]);
    await deliveries.later();
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
  });

  test("no name is in a row that can be read without its key", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 500 });
    await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing({ contact: "user:ann-of-corp" }));
    await deliveries.ring();
    for (const table of [...TABLES, "taken", "destinations", "room"]) {
      const rows = await deliveries.sql(`SELECT * FROM ${table}`);
      const bytes = rows
        .flatMap((row) => Object.values(row))
        .map((value) => (value instanceof ArrayBuffer ? new TextDecoder().decode(value) : String(value)));
      expect(bytes.join()).not.toMatch(/ann|corp/i);
    }
  });
});

describe("what has been kept for long enough", () => {
  test("goes after thirty days, with the contact's key, and its crossing is still known", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver();
    await deliveries.make({ type: "webhook", url: receiver.url });
    const [old, young] = [crossing(), crossing({ contact: "user:ben" })];
    await deliveries.take(old);
    await deliveries.ring();
    await deliveries.sql("UPDATE deliveries SET ended = ended - 30 * 86400000 - 1");
    await deliveries.take(young);
    await deliveries.sql("UPDATE room SET tidied = tidied - 86400000");
    await deliveries.ring();
    const rows = await Promise.all(TABLES.map((table) => deliveries.sql(`SELECT * FROM ${table}`)));
    expect(rows.slice(0, 3).map(({ length }) => length)).toEqual([1, 1, 1]);
    await evictDurableObject(deliveries.stub());
    await deliveries.take(old);
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(2);
  });

  test("is bounded: what waits, what is over, and the ids of what was taken", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 500 });
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    const fill = (status: string, many: number) =>
      deliveries.sql(`WITH RECURSIVE all_of(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM all_of WHERE i < ${many})
        INSERT INTO deliveries (id, destination, status, attempts, due, created, ended)
        SELECT '${status}-' || i, '${id}', '${status}', 0, 4000000000000, 0, IIF('${status}' = 'pending', NULL, ${Date.now()}) FROM all_of`);
    await fill("pending", 20_000);
    await fill("delivered", 20_005);
    await deliveries.sql(`WITH RECURSIVE all_of(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM all_of WHERE i < 10000)
      INSERT INTO taken (id) SELECT 'old-' || i FROM all_of`);
    await deliveries.take(crossing());
    const [newest] = await deliveries.listed(id);
    expect(newest).toMatchObject({ status: "dead", error: "20000 others were waiting when it came." });
    expect(await deliveries.sql("SELECT COUNT(*) AS n FROM taken")).toMatchObject([{ n: 10_000 }]);
    await deliveries.sql("UPDATE room SET tidied = 0");
    await deliveries.ring();
    expect(
      await deliveries.sql("SELECT status, COUNT(*) AS n FROM deliveries GROUP BY status ORDER BY status"),
    ).toEqual([
      { status: "dead", n: 1 },
      { status: "delivered", n: 19_999 },
      { status: "pending", n: 20_000 },
    ]);
  });
});
