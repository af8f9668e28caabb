import { describe, expect, test } from "vitest";

import { newVisitor, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { isoDay, newModel, refusal, simpleModel, visitPricing } from "../support/models.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

describe("by hand", () => {
  const reason = { reason: "met at the fair", author: "ann" };

  test("points are added with a reason, once for a key, and taken back by a reset", async () => {
    const { id } = newModel();
    await collector.putModel(id, simpleModel(10));
    const ref = await visitPricing(collector, newVisitor(), 5);
    const adjust = (body: unknown, key: string) =>
      collector.request("POST", `/v1/contacts/${ref}/adjustments`, body, { "idempotency-key": key });
    const first = await adjust(
      { points: 25.5, axis: "interest", model: id, ...reason, at: isoDay(-2) },
      "k1",
    );
    expect([first.status, await first.json()]).toMatchObject([200, { accepted: 1, messageId: "k1" }]);
    expect(await (await adjust({ points: 25.5, model: id, ...reason }, "k1")).json()).toMatchObject({
      accepted: 0,
      duplicate: 1,
    });
    const score = await collector.score(ref, `model=${id}&explain=1`);
    expect(score).toMatchObject({ score: 35.5, axes: { interest: 35.5 } });
    expect(score.explain).toContainEqual(expect.objectContaining({ kind: "manual", points: 25.5 }));
    expect(await collector.score(ref, `model=${id}&at=${isoDay(-3)}`)).toMatchObject({ score: 10 });
    const [day] = await collector.timeline(ref);
    expect(day).toMatchObject({
      day: isoDay(-2),
      facts: [
        { event: "Score Adjusted", value: 25.5, properties: { ...reason, axis: "interest", model: id } },
      ],
      visits: [],
    });
    const reset = await collector.request("POST", `/v1/contacts/${ref}/resets`, { ...reason, model: id });
    expect(reset.status).toBe(200);
    expect(await collector.score(ref, `model=${id}`)).toMatchObject({ score: 0 });
    expect(await collector.score(ref, `model=${id}&at=${isoDay(-1)}`)).toMatchObject({ score: 35.5 });
  });

  test("a bad body is refused with what is missing, an unknown contact is not found", async () => {
    const ref = await visitPricing(collector, newVisitor(), 1);
    const post = (what: string, body: unknown, to = ref) =>
      collector.request("POST", `/v1/contacts/${to}/${what}`, body);
    const issues = async (response: Response) => {
      const { error } = (await response.json()) as { error: { code: string; issues: { path: string }[] } };
      return [response.status, error.code, error.issues.map((issue) => issue.path)];
    };
    const invalid = (...paths: string[]) => [400, "invalid_adjustment", paths];
    expect(await issues(await post("adjustments", {}))).toEqual(invalid("points", "reason", "author"));
    expect(await issues(await post("resets", { reason: "" }))).toEqual(invalid("reason", "author"));
    for (const points of ["10", 0, 1e9, null]) {
      expect(await issues(await post("adjustments", { points, ...reason }))).toEqual(invalid("points"));
    }
    expect(await issues(await post("adjustments", { points: 1, ...reason, at: "soon" }))).toEqual(
      invalid("at"),
    );
    expect(await issues(await post("adjustments", { points: 1, ...reason, axis: "nope" }))).toEqual(
      invalid("axis"),
    );
    expect(await issues(await post("resets", { ...reason, model: "nope" }))).toEqual(invalid("model"));
    expect(await issues(await post("resets", { ...reason, author: "a".repeat(65) }))).toEqual(
      invalid("author"),
    );
    expect(await refusal(await post("adjustments", { points: 1, ...reason, at: "2999-01-01" }))).toEqual([
      400,
      "invalid_adjustment",
    ]);
    const nobody = `user:${newVisitor()}`;
    expect(await refusal(await post("adjustments", { points: 1, ...reason }, nobody))).toEqual([
      404,
      "unknown_contact",
    ]);
    expect(await collector.score(ref)).toMatchObject({ score: 10 });
  });

  test("the public key changes no score; the secret key may send it as an event, of a visitor, too", async () => {
    const { id } = newModel();
    await collector.putModel(id, simpleModel(10));
    const visitor = newVisitor();
    const properties = { value: 5, axis: "interest", ...reason, a: "1", b: "2", c: "3", d: "4", e: "5" };
    const event = { type: "track", event: "Score Adjusted", anonymousId: visitor, properties };
    const answer = await collector.batch([
      { type: "page", anonymousId: visitor, messageId: "m", properties: { path: "/pricing" } },
      { ...event, messageId: "m1" },
      { ...event, event: "Score Reset", messageId: "m2" },
    ]);
    expect(answer).toMatchObject({
      accepted: 1,
      rejected: [{ reason: "reserved_event" }, { reason: "reserved_event" }],
    });
    const ref = `anon:${visitor}`;
    const byKey = { authorization: `Bearer ${WRITE_KEY}` };
    const adjustment = { points: 5, ...reason };
    expect(
      await refusal(await collector.request("POST", `/v1/contacts/${ref}/adjustments`, adjustment, byKey)),
    ).toEqual([401, "secret_key_required"]);
    expect(await collector.score(ref, `model=${id}`)).toMatchObject({ score: 10 });
    await collector.request("POST", "/v1/batch", { batch: [{ ...event, messageId: "m3" }] });
    expect(await collector.score(ref, `model=${id}`)).toMatchObject({ score: 15 });
    const [today] = await collector.timeline(ref);
    const adjusted = today?.facts.find((fact) => fact.event === "Score Adjusted");
    expect(adjusted).toMatchObject({ source: ref, properties: { axis: "interest", ...reason } });
    expect(today?.visits).toMatchObject([{ source: ref, pages: 1 }]);
  });
});
