import { describe, expect, test } from "vitest";

import { MAX_WARNINGS_PER_ANSWER } from "../../shared/limits.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import { newVisitor, pageVisit, type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

describe("a batch", () => {
  test("with odd traits and values is taken, and says what was left out of it and what to send instead", async () => {
    const visitor = newVisitor();
    const warned = (answer: IngestAnswer) =>
      answer.warnings?.map(({ index, messageId, reason, path }) => [index, messageId, reason, path]);
    const answer = await collector.batch([
      pageVisit(visitor, "/pricing"),
      {
        type: "identify",
        messageId: "odd",
        anonymousId: visitor,
        traits: { tags: ["a"], company: { employees: 300, owners: { first: "ann" } }, role: "ceo" },
      },
      {
        type: "track",
        event: "Order Completed",
        messageId: "dear",
        anonymousId: visitor,
        properties: { value: 1e12 },
      },
    ]);
    expect(answer).toMatchObject({ accepted: 3, rejected: [] });
    expect(warned(answer)).toEqual([
      [1, "odd", "trait_is_a_list", "traits.tags"],
      [1, "odd", "trait_too_deep", "traits.company.owners"],
      [2, "dear", "value_too_large", "properties.value"],
    ]);
    for (const { message } of answer.warnings ?? []) expect(message.length).toBeGreaterThan(40);
    expect(await collector.batch([pageVisit(visitor, "/")])).not.toHaveProperty("warnings");

    await collector.putModel("big-companies", {
      groups: [{ rules: [{ where: { "company.employees": { gte: 200 }, role: "ceo" }, points: 30 }] }],
    });
    const score = async () => (await collector.score(`anon:${visitor}`, "model=big-companies")).score;
    expect(await score()).toBe(30);
    await collector.batch([{ type: "identify", anonymousId: visitor, traits: { company: null } }]);
    expect(await score()).toBe(0);
    const contact = await (await collector.read(`/v1/contacts/anon:${visitor}`)).json();
    expect(contact).toMatchObject({ traits: { role: { value: "ceo" } } });
    expect((contact as { traits: object }).traits).not.toHaveProperty("company.employees");
  });

  test("that states more traits than a contact keeps is told so, and not of each one", async () => {
    const visitor = newVisitor();
    const named = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${from + i}`, i]));
    const state = (traits: object) =>
      collector.batch([{ type: "identify", anonymousId: visitor, messageId: `i-${Math.random()}`, traits }]);
    expect(await state(named(0, 90))).not.toHaveProperty("warnings");
    expect((await state({ ...named(0, 95), ...named(100, 20) })).warnings).toMatchObject([
      { index: 0, messageId: expect.stringMatching(/^i-/), reason: "too_many_traits", path: "traits.t105" },
    ]);
    // Full by now: what is known changes, and nothing new is kept.
    expect((await state({ t0: 7, late: 1, later: 2 })).warnings).toMatchObject([
      { index: 0, messageId: expect.stringMatching(/^i-/), reason: "too_many_traits", path: "traits.late" },
    ]);
    const crowd = Array.from({ length: 200 }, () => ({ type: "identify", anonymousId: visitor, traits: [] }));
    expect((await collector.batch(crowd)).warnings).toHaveLength(MAX_WARNINGS_PER_ANSWER);
  });
});
