import { describe, expect, test } from "vitest";

import { DISABLE_AFTER_MS, RETRY_DELAYS_MS } from "../../worker/domain/webhooks/delivery-limits.ts";
import { passes } from "../../worker/domain/webhooks/filter.ts";
import { changeDestination, readDestination } from "../../worker/domain/webhooks/read-destination.ts";
import { HEALTHY, type Outcome, retryAfterOf, settle } from "../../worker/domain/webhooks/schedule.ts";
import { slackMessage } from "../../worker/domain/webhooks/slack.ts";
import { crossing } from "./webhook-kit.ts";

const anywhere = () => undefined;
const NOW = Date.UTC(2026, 10, 25);
const HOUR = 3_600_000;

describe("a filter", () => {
  const sql = crossing({ model: "a", from: "MQL", to: "SQL", cause: "event", score: 60 });

  test.each([
    [{}, true],
    [{ model: ["a", "b"] }, true],
    [{ model: ["b"] }, false],
    [{ entering: ["SQL"] }, true],
    [{ entering: ["MQL"] }, false],
    [{ leaving: ["MQL"] }, true],
    [{ leaving: ["SQL"] }, false],
    [{ entering: ["SQL"], leaving: ["nurture"] }, false],
    [{ cause: ["decay", "event"] as const }, true],
    [{ cause: ["decay"] as const }, false],
    [{ minScore: 60 }, true],
    [{ minScore: 60.5 }, false],
  ])("%j lets a crossing through: %s", (filter, isThrough) => {
    expect(passes(filter, sql)).toBe(isThrough);
  });

  test("of bands lets nothing through that enters or leaves none", () => {
    expect(passes({ entering: ["SQL"] }, { ...sql, to: null })).toBe(false);
    expect(passes({ leaving: ["MQL"] }, { ...sql, from: null })).toBe(false);
  });
});

describe("the schedule", () => {
  const failed: Outcome = { kind: "retry", error: "It answered 500.", isOfDestination: false };

  test("spans three days, each wait longer or shorter by a fifth at most, and then it is a dead letter", () => {
    for (const random of [0, 0.5, 1]) {
      let [attempts, time] = [0, 0];
      for (const delay of RETRY_DELAYS_MS) {
        const next = settle({ attempts, health: HEALTHY }, failed, time, random);
        expect([next.status, (next.due ?? 0) - time]).toEqual([
          "pending",
          Math.round(delay * (0.8 + 0.4 * random)),
        ]);
        ({ attempts } = next);
        time = next.due ?? 0;
      }
      expect(time / HOUR).toBeCloseTo(75.58 * (0.8 + 0.4 * random), 1);
      expect(settle({ attempts, health: HEALTHY }, failed, time, random)).toMatchObject({
        status: "dead",
        due: null,
        attempts: 10,
      });
    }
  });

  test("waits as long as the receiver asks for, if that is longer, and asks nobody else there meanwhile", () => {
    const busy: Outcome = { ...failed, isOfDestination: true, retryAfterMs: HOUR };
    expect(settle({ attempts: 0, health: HEALTHY }, busy, NOW, 0.5)).toMatchObject({
      due: NOW + HOUR,
      health: { pausedUntil: NOW + HOUR, streak: 1 },
    });
    const soon: Outcome = { ...busy, retryAfterMs: 1_000 };
    expect(settle({ attempts: 1, health: HEALTHY }, soon, NOW, 0.5).due).toBe(NOW + 300_000);
  });

  test("pauses a destination that fails for longer each time, up to a minute, until it works again", () => {
    const down: Outcome = { ...failed, isOfDestination: true };
    let health = HEALTHY;
    const pauses = Array.from({ length: 8 }, () => {
      ({ health } = settle({ attempts: 0, health }, down, NOW, 0.5));
      return (health.pausedUntil - NOW) / 1_000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(settle({ attempts: 0, health }, { kind: "delivered" }, NOW, 0.5).health).toEqual(HEALTHY);
  });

  test("does not hold against a destination what is wrong with a message", () => {
    const dead: Outcome = { kind: "dead", error: "HubSpot answered VALIDATION_ERROR." };
    for (const health of [HEALTHY, { ...HEALTHY, failingSince: NOW - 2 * DISABLE_AFTER_MS }]) {
      const settled = settle({ attempts: 0, health }, dead, NOW, 0.5);
      expect(settled).toMatchObject({ status: "dead", error: dead.error, health });
      expect(settled.disabled).toBeUndefined();
    }
  });

  test("disables a destination that has failed for five days, and one that says that it is gone", () => {
    const long = { ...HEALTHY, failingSince: NOW - DISABLE_AFTER_MS };
    expect(settle({ attempts: 0, health: long }, failed, NOW, 0.5).disabled).toMatch(/five days/);
    const shorter = { ...HEALTHY, failingSince: NOW - DISABLE_AFTER_MS + 1 };
    expect(settle({ attempts: 0, health: shorter }, failed, NOW, 0.5).disabled).toBeUndefined();
    const gone: Outcome = { kind: "gone", error: "It answered 410." };
    expect(settle({ attempts: 0, health: HEALTHY }, gone, NOW, 0.5)).toMatchObject({
      status: "dead",
      disabled: "It answered 410.",
    });
  });

  test.each([
    ["120", 120_000],
    [" 0.5 ", 500],
    [new Date(NOW + HOUR).toUTCString(), HOUR],
    [new Date(NOW - HOUR).toUTCString(), 0],
    ["99999999", 24 * HOUR],
    ["soon", undefined],
    ["", undefined],
    [null, undefined],
  ])("reads Retry-After %j as %s milliseconds", (header, wait) => {
    expect(retryAfterOf(header, NOW)).toBe(wait);
  });
});

describe("what an owner writes", () => {
  const issuesOf = (body: unknown) => {
    const read = readDestination(body, anywhere);
    return read.ok ? [] : read.issues.map(({ path, message }) => `${path}: ${message}`);
  };
  const url = "https://example.com/hook";

  test.each([
    [7, /^: The body wants an object/],
    [{ url }, /^type: wants one of "webhook"/],
    [{ type: "webhok", url }, /^type: .*did you mean "webhook"/],
    [{ type: "webhook", url, secret: "mine" }, /^: Unknown key "secret"/],
    [{ type: "webhook", url, enabled: "yes" }, /^enabled: wants true or false, got "yes"/],
    [{ type: "webhook", url, name: "" }, /^name: wants a text of 1 to 100 characters/],
    [{ type: "webhook", url, linkOrigin: "example.com" }, /^linkOrigin: wants an origin/],
    [{ type: "webhook", url, filter: [] }, /^filter: wants an object/],
    [{ type: "webhook", url, filter: { band: "SQL" } }, /^filter: Unknown key "band"/],
    [{ type: "webhook", url, filter: { entering: [] } }, /^filter.entering: wants 1 to 50 names/],
    [{ type: "webhook", url, filter: { entering: ["SQL", 7] } }, /^filter.entering\[1\]: wants a name/],
    [{ type: "webhook", url, filter: { cause: ["magic"] } }, /^filter.cause\[0\]: wants one of event/],
    [{ type: "webhook", url, filter: { minScore: "50" } }, /^filter.minScore: wants a number/],
    [{ type: "hubspot" }, /^token: wants the access token/],
    [{ type: "hubspot", token: "pat", deal: {} }, /^deal.stage: is needed/],
    [
      { type: "hubspot", token: "pat", properties: { score: "No!" } },
      /^properties.score: wants the internal/,
    ],
    [{ type: "hubspot", token: "pat", task: { dueInDays: -1 } }, /^task.dueInDays: wants a whole number/],
    [{ type: "hubspot", token: "pat", traits: { firstname: 7 } }, /^traits: wants entries such as/],
    [{ type: "salesforce", url, clientSecret: "s" }, /^clientId: is needed/],
    [{ type: "salesforce", url, clientId: "c", clientSecret: "s", apiVersion: "65" }, /^apiVersion: wants/],
    [
      { type: "salesforce", url, clientId: "c", clientSecret: "s", externalId: { field: "a/b" } },
      /^externalId.field: wants the API name/,
    ],
  ])("%j is refused by its path", (body, issue) => {
    expect(issuesOf(body)).toEqual([expect.stringMatching(issue)]);
  });

  test("is not told again where it may be a secret", () => {
    const secret = "hidden secret with spaces";
    const all = [
      { type: "hubspot", token: secret },
      { type: "salesforce", url, clientId: "c", clientSecret: secret },
    ].flatMap(issuesOf);
    const refused = readDestination({ type: "slack", url: secret }, () => "wants an https address");
    expect([...all, JSON.stringify(refused)].join()).not.toContain("hidden");
    expect(all).toHaveLength(2);
  });

  test("may leave out what is usual", () => {
    expect(readDestination({ type: "hubspot", token: "pat" }, anywhere)).toMatchObject({
      ok: true,
      value: {
        url: "https://api.hubapi.com",
        enabled: true,
        filter: {},
        properties: { score: "afterglow_score", band: "afterglow_band" },
      },
    });
  });

  test("keeps a webhook's address to the last slash", () => {
    const address = "https://example.com/hook/";
    expect(readDestination({ type: "webhook", url: address }, anywhere)).toMatchObject({
      value: { url: address },
    });
  });

  test("changes what it names, takes away what is null, and takes no secret along to another address", () => {
    const read = readDestination(
      { type: "hubspot", token: "pat", filter: { minScore: 5 }, deal: { stage: "won" } },
      anywhere,
    );
    if (!read.ok) throw new Error("is read");
    const change = (patch: unknown) => changeDestination(read.value, patch, anywhere);
    expect(change({ filter: { model: "a" }, deal: null })).toMatchObject({
      ok: true,
      value: { token: "pat", filter: { model: ["a"] } },
    });
    expect(change({ deal: null })).not.toMatchObject({ value: { deal: expect.anything() } });
    expect(change({ type: "slack" })).toMatchObject({ ok: false, issues: [{ path: "type" }] });
    expect(change({ url: "https://evil.example.com" })).toMatchObject({
      ok: false,
      issues: [{ path: "token" }],
    });
    expect(change({ url: "https://api.hubapi.eu", token: "pat2" })).toMatchObject({ ok: true });
  });
});

test("a message to Slack holds no markup that was not meant, within Slack's limits", () => {
  const hostile = crossing({
    traits: {
      name: "<!channel> & <https://evil.example|Ann>",
      company: "http://evil.example\n• +99 VIP".repeat(400),
    },
    model: "<@U1>",
    reasons: [{ rule: "b", label: "<b>", points: -5 }],
  });
  const message = slackMessage({
    id: "msg_1",
    crossing: hostile,
    link: "https://x.example/#/1",
    isTest: false,
  });
  const text = JSON.stringify(message);
  expect(text).toContain("&lt;!channel&gt; &amp; &lt;https://evil.example|Ann&gt;");
  expect(text.match(/<[^|>]*/g)).toEqual(["<https://x.example/#/1"]);
  expect(message.blocks.every((block) => block.text.text.length <= 3_000)).toBe(true);
  expect(text).toContain("• -5 &lt;b&gt;");
  // Slack makes links of addresses otherwise, and mentions of names. Nor does a trait write lines of its own.
  expect(message.blocks.map((block) => block.text.verbatim)).toEqual([true, true]);
  expect(message.blocks[0]?.text.text).not.toContain("\n");
});
