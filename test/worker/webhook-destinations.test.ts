import { evictDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";

import { newSite, send } from "./two-sites.ts";
import { crossing, newDeliveries, newReceiver } from "./webhook-kit.ts";

describe("destinations", () => {
  test("are the site's own, at most twenty, and go with their deliveries", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 500 });
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url, name: "Ours" });
    const other = await newSite(`other-${deliveries.site.id}`.slice(0, 32));
    const asOther = (method: string, path: string) =>
      send(method, `/v1/webhooks${path}`, { key: other.secretKey });
    expect((await asOther("GET", "")).body).toEqual({ webhooks: [] });
    expect((await asOther("DELETE", `/${id}`)).code).toBe("unknown_webhook");
    expect((await send("GET", "/v1/webhooks", { key: deliveries.site.writeKey })).status).toBe(401);
    for (let n = 1; n < 20; n += 1) await deliveries.make({ type: "webhook", url: receiver.url });
    expect((await deliveries.call("POST", "", { type: "webhook", url: receiver.url })).code).toBe(
      "too_many_webhooks",
    );
    await deliveries.take(crossing());
    await deliveries.ring();
    expect((await deliveries.call("DELETE", `/${id}`)).status).toBe(204);
    expect((await deliveries.call("GET", `/${id}/deliveries`)).code).toBe("unknown_webhook");
    expect(await deliveries.sql(`SELECT n FROM deliveries WHERE destination = '${id}'`)).toEqual([]);
    const [left] = (await deliveries.call("GET", "")).body["webhooks"] as unknown[];
    expect(left).toMatchObject({ type: "webhook", status: "active", deliveries: { pending: 1 } });
  });

  test("go with their site", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver();
    await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing());
    expect((await send("DELETE", `/v1/sites/${deliveries.site.id}`, { key: "sk_test" })).status).toBe(204);
    await deliveries.ring();
    expect([await receiver.received(), await deliveries.sql("SELECT id FROM destinations")]).toEqual([
      [],
      [],
    ]);
  });

  test("are refused with what is wrong, by its path", async () => {
    const deliveries = await newDeliveries();
    const { status, body } = await deliveries.call("POST", "", {
      type: "webhook",
      url: "nowhere",
      filter: 7,
    });
    expect([status, body]).toMatchObject([
      400,
      { error: { code: "invalid_webhook", issues: [{ path: "filter" }, { path: "url" }] } },
    ]);
    expect((await deliveries.call("GET", "/wh_none/deliveries?status=lost")).code).toBe("invalid_request");
  });

  test("that are switched off are asked nothing more, and what waited can be replayed", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver({ status: 500 }, {});
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    await deliveries.take(crossing());
    await deliveries.ring();
    await deliveries.call("PATCH", `/${id}`, { enabled: false });
    await deliveries.take(crossing());
    await deliveries.later();
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
    expect((await deliveries.call("GET", `/${id}`)).body).toMatchObject({ status: "off" });
    await deliveries.call("PATCH", `/${id}`, { enabled: true });
    expect((await deliveries.call("POST", `/${id}/deliveries/replay`)).body).toEqual({ replayed: 1 });
    await deliveries.ring();
    expect((await deliveries.listed(id)).map(({ status }) => status)).toEqual(["delivered"]);
  });

  test("and crossings that are damaged hold up no others", async () => {
    const deliveries = await newDeliveries();
    const [receiver, other] = [await newReceiver(), await newReceiver()];
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    const damaged = await deliveries.make({ type: "webhook", url: other.url });
    const [bad, good] = [crossing(), crossing()];
    await deliveries.take(bad, good);
    await deliveries.sql(`UPDATE crossings SET sealed = zeroblob(99) WHERE id = '${bad.id}'`);
    await deliveries.sql(`UPDATE destinations SET sealed = zeroblob(99) WHERE id = '${damaged.id}'`);
    await evictDurableObject(deliveries.stub());
    await deliveries.ring();
    expect(await receiver.received()).toHaveLength(1);
    const { body } = await deliveries.call("GET", `/${id}`);
    expect(body["deliveries"]).toEqual({ pending: 1, dead: 0 });
  });

  test("get a test that says that it is one", async () => {
    const deliveries = await newDeliveries();
    const [receiver, slack] = [await newReceiver(), await newReceiver({ body: "ok" })];
    const { id, secret } = await deliveries.make({ type: "webhook", url: receiver.url });
    const { id: slackId } = await deliveries.make({ type: "slack", url: slack.url });
    const { status, body } = await deliveries.call("POST", `/${id}/test`);
    await deliveries.call("POST", `/${slackId}/test`);
    await deliveries.ring();
    const [got] = await receiver.received();
    expect([status, body]).toEqual([202, { delivery: got?.headers["webhook-id"] }]);
    expect(new Webhook(secret).verify(got?.body ?? "", got?.headers ?? {})).toMatchObject({
      type: "webhook.test",
    });
    expect((await slack.received())[0]?.body).toContain('"text":"Test: ');
    expect(await deliveries.listed(id)).toMatchObject([{ isTest: true, status: "delivered" }]);
  });

  test("list their deliveries page by page", async () => {
    const deliveries = await newDeliveries();
    const receiver = await newReceiver();
    const { id } = await deliveries.make({ type: "webhook", url: receiver.url });
    const all = Array.from({ length: 150 }, () => crossing());
    await deliveries.take(...all);
    const first = await deliveries.call("GET", `/${id}/deliveries`);
    const second = await deliveries.call("GET", `/${id}/deliveries?cursor=${String(first.body["cursor"])}`);
    const pages = [first, second].map(({ body }) => body["deliveries"] as { crossing: { id: string } }[]);
    expect(pages.map(({ length }) => length)).toEqual([100, 50]);
    expect(pages.flat().map((each) => each.crossing.id)).toEqual(all.map((each) => each.id).toReversed());
    expect(second.body).not.toHaveProperty("cursor");
  });
});
