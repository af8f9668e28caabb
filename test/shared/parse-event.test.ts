import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DAY_MS, dayOf, dayToIso, parseTime } from "../../shared/day.ts";
import { formatSdkEventId } from "../../shared/event-id.ts";
import { REJECT_REASONS, WARN_REASONS } from "../../shared/event.ts";
import { MAX_ABS_VALUE, MAX_TRAIT_CHARS, MAX_TRAITS_PER_CONTACT } from "../../shared/limits.ts";
import { parseEvent } from "../../shared/parse-event.ts";
import { parseSignalKey } from "../../shared/signal.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const visitor = { anonymousId: "v1" };

function parse(raw: unknown, more: { sentAt?: number; trusted?: boolean } = {}) {
  return parseEvent(raw, "id", { receivedAt: NOW, sentAt: more.sentAt, trusted: more.trusted ?? false });
}

function reason(raw: unknown, more: { sentAt?: number; trusted?: boolean } = {}) {
  const parsed = parse(raw, more);
  return parsed.ok ? "accepted" : parsed.reason;
}

function timeOf(raw: unknown, more: { sentAt?: number; trusted?: boolean } = {}) {
  const parsed = parse(raw, more);
  if (!parsed.ok) throw new Error(parsed.reason);
  return new Date(parsed.event.at).toISOString();
}

function signalOf(raw: unknown) {
  const parsed = parse(raw);
  if (!parsed.ok) throw new Error(parsed.reason);
  const { name, props } = parseSignalKey(parsed.event.signal);
  return { name, ...Object.fromEntries(props) };
}

describe("an event", () => {
  test("is refused by name when it is none", () => {
    for (const raw of [null, 1, "page", [], [{}]]) expect(reason(raw)).toBe("not_an_object");
    expect(reason({ ...visitor })).toBe("unknown_type");
    expect(reason({ ...visitor, type: "purchase" })).toBe("unknown_type");
    expect(reason({ ...visitor, type: "track" })).toBe("missing_event_name");
    expect(reason({ ...visitor, type: "track", event: "__proto__" })).toBe("missing_event_name");
    expect(reason({ ...visitor, type: "track", event: "e".repeat(128) })).toBe("accepted");
    expect(reason({ ...visitor, type: "track", event: "e".repeat(129) })).toBe("event_name_too_long");
    expect(reason({ type: "page" })).toBe("unverified_user");
    expect(reason({ type: "page", userId: "ann" })).toBe("unverified_user");
    expect(reason({ type: "page" }, { trusted: true })).toBe("missing_id");
    expect(reason({ type: "page", anonymousId: {} })).toBe("invalid_id");
    expect(reason({ type: "page", anonymousId: "a\nb" })).toBe("invalid_id");
    expect(reason({ type: "page", anonymousId: "a".repeat(257) })).toBe("invalid_id");
    expect(reason({ ...visitor, type: "page", properties: { path: "/".repeat(1_000_000) } })).toBe(
      "path_too_long",
    );
    for (const active_ms of [-1, NaN, Infinity, 1e12, "60"]) {
      expect(reason({ ...visitor, type: "track", event: "x", properties: { active_ms } })).toBe(
        "invalid_active_ms",
      );
    }
    for (const value of [NaN, Infinity, "9"]) {
      expect(reason({ ...visitor, type: "track", event: "x", properties: { value } })).toBe("invalid_value");
    }
  });

  test("with the secret key may speak of a user", () => {
    const parsed = parse({ type: "page", userId: "ann", ...visitor }, { trusted: true });
    expect(parsed.ok && parsed.ref).toBe("user:ann");
  });

  test("with the public key only claims to be a user", () => {
    const parsed = parse({ type: "identify", userId: "ann", ...visitor });
    expect(parsed.ok && parsed.ref).toBe("anon:v1");
    expect(parsed.ok && parsed.event.claim).toBe("ann");
  });

  test("is dated by its own clock, corrected where that is wrong", () => {
    const page = { ...visitor, type: "page" };
    expect(timeOf(page)).toBe("2026-11-23T12:00:00.000Z");
    expect(timeOf({ ...page, timestamp: "2026-11-21T08:00:00Z" })).toBe("2026-11-21T08:00:00.000Z");
    // A clock two years slow: sent an hour after the event by its own account.
    const sentAt = Date.parse("2024-11-23T13:00:00Z");
    expect(timeOf({ ...page, timestamp: "2024-11-23T12:00:00Z" }, { sentAt })).toBe(
      "2026-11-23T11:00:00.000Z",
    );
    // The seconds that a request takes are no wrong clock: an event of just before midnight stays on its day.
    const slow = { ...page, timestamp: "2026-11-22T23:59:59Z" };
    expect(timeOf(slow, { sentAt: NOW - 20_000 })).toBe("2026-11-22T23:59:59.000Z");
  });

  test("of our own script counts as of now where its clock was fast when it happened", () => {
    const page = { ...visitor, type: "page", timestamp: "2026-11-24T12:00:00Z" };
    const id = formatSdkEventId("producer-one", 1);
    const parsed = parseEvent(page, id, { receivedAt: NOW, sentAt: NOW, trusted: false });
    expect(parsed).toMatchObject({ ok: true, event: { at: NOW } });
  });

  test("lies neither in the future nor too far back", () => {
    const page = { ...visitor, type: "page" };
    const at = (timestamp: unknown, trusted = false) => reason({ ...page, timestamp }, { trusted });
    expect(at("3000-01-01T00:00:00Z")).toBe("timestamp_in_future");
    expect(at("3000-01-01T00:00:00Z", true)).toBe("timestamp_in_future");
    expect(timeOf({ ...page, timestamp: "2026-11-23T12:01:00Z" })).toBe("2026-11-23T12:00:00.000Z");
    expect(at("2026-10-20T00:00:00Z")).toBe("timestamp_too_old");
    expect(at("2026-10-20T00:00:00Z", true)).toBe("accepted");
    expect(at("1969-12-31T00:00:00Z", true)).toBe("timestamp_too_old");
    for (const odd of ["yesterday", 17, "2026-02-30T00:00:00Z", "2026-11-23T25:00:00Z", {}]) {
      expect(at(odd)).toBe("invalid_timestamp");
    }
  });

  test("keeps of a page its path, title, outside referrer and campaign, and no query", () => {
    const properties = {
      path: "/pricing?email=ann@corp.example#top",
      title: "Pricing",
      referrer: "https://search.example/?q=secret",
      url: "https://shop.example/pricing?email=ann@corp.example",
      search: "?email=ann@corp.example",
    };
    const context = { campaign: { name: "spring", source: "mail" } };
    expect(signalOf({ ...visitor, type: "page", properties, context })).toEqual({
      name: "page",
      path: "/pricing",
      title: "Pricing",
      referrer: "search.example",
      campaign: "spring",
      source: "mail",
    });
    expect(
      signalOf({
        ...visitor,
        type: "page",
        properties: { ...properties, referrer: "https://shop.example/a" },
      }),
    ).not.toHaveProperty("referrer");
    expect(signalOf({ ...visitor, type: "page", properties: { url: "https://shop.example/a/b?c" } })).toEqual(
      {
        name: "page",
        path: "/a/b",
      },
    );
  });

  test("counts engaged time to its page, as no visit of it", () => {
    const parsed = parse({
      ...visitor,
      type: "track",
      event: "Page Engaged",
      properties: { path: "/pricing", active_ms: 61_000 },
    });
    expect(parsed).toMatchObject({
      ok: true,
      event: { signal: "page\npath=/pricing\n", count: 0, activeMs: 61_000 },
    });
  });

  test("can be any JSON at all, and gets an answer", () => {
    const anyEvent = fc.record(
      {
        type: fc.constantFrom("page", "track", "identify", "screen", "group", "alias", "x"),
        event: fc.anything(),
        anonymousId: fc.oneof(fc.constant("v1"), fc.anything()),
        userId: fc.anything(),
        timestamp: fc.oneof(
          fc.anything(),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
        properties: fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())),
        traits: fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())),
        context: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), anyEvent), fc.boolean(), (raw, trusted) => {
        const parsed = parse(raw, { trusted });
        if (parsed.ok) {
          expect(parsed.event.at).toBeLessThanOrEqual(NOW);
          expect(parsed.event.signal.isWellFormed()).toBe(true);
          for (const { reason: why } of parsed.leftOut) expect(WARN_REASONS).toHaveProperty(why);
        } else expect(REJECT_REASONS).toHaveProperty(parsed.reason);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the value of an event", () => {
  const valued = (value: number) => {
    const parsed = parse({ ...visitor, type: "track", event: "Order Completed", properties: { value } });
    return parsed.ok ? [parsed.event.value, ...parsed.leftOut] : [parsed.reason];
  };

  test("may be a large order in a weak currency", () => {
    for (const value of [50_000_000, -2_500_000_000.25, MAX_ABS_VALUE])
      expect(valued(value)).toEqual([value]);
  });

  test("costs the event nothing when it is too large: the largest is counted, and that is said", () => {
    for (const value of [MAX_ABS_VALUE + 1, 1e300]) {
      expect(valued(value)).toEqual([MAX_ABS_VALUE, { reason: "value_too_large", path: "properties.value" }]);
      expect(valued(-value)).toEqual([
        -MAX_ABS_VALUE,
        { reason: "value_too_large", path: "properties.value" },
      ]);
    }
    expect(WARN_REASONS.value_too_large).toContain(String(MAX_ABS_VALUE));
  });
});

describe("the traits of an identify", () => {
  const read = (traits: unknown, more: Record<string, unknown> = {}) => {
    const parsed = parse({ ...visitor, type: "identify", traits, ...more });
    if (!parsed.ok) throw new Error(parsed.reason);
    return { traits: parsed.event.traits, leftOut: parsed.leftOut };
  };

  test("are texts, numbers, flags, and null for what is no longer known; a date stays a text", () => {
    const traits = { role: "ceo", size: 200, trial: false, phone: null, born: "1990-05-01T00:00:00Z" };
    expect(read(traits)).toEqual({ traits, leftOut: [] });
    expect(read(undefined, { context: { traits } })).toEqual({ traits, leftOut: [] });
  });

  test("of an object are read one level deep", () => {
    const address = { city: "Bern", postalCode: null, geo: { lat: 46.9 }, lines: ["a"] };
    expect(read({ company: { name: "Acme", employees: 200 }, address })).toEqual({
      traits: {
        "company.name": "Acme",
        "company.employees": 200,
        "address.city": "Bern",
        "address.postalCode": null,
      },
      leftOut: [
        { reason: "trait_too_deep", path: "traits.address.geo" },
        { reason: "trait_is_a_list", path: "traits.address.lines" },
      ],
    });
  });

  test("that are odd are named, and cost the good ones nothing", () => {
    const odd = {
      tags: ["a", "b"],
      role: "ceo",
      huge: Infinity,
      note: "x".repeat(MAX_TRAIT_CHARS + 1),
      "": "nameless",
      ["n".repeat(65)]: 1,
      ["n".repeat(64)]: 2,
    };
    expect(read(odd)).toEqual({
      traits: { role: "ceo", note: "x".repeat(MAX_TRAIT_CHARS), ["n".repeat(64)]: 2 },
      leftOut: [
        { reason: "trait_is_a_list", path: "traits.tags" },
        { reason: "trait_not_finite", path: "traits.huge" },
        { reason: "trait_too_long", path: "traits.note" },
        { reason: "invalid_trait_name", path: "traits." },
        { reason: "invalid_trait_name", path: `traits.${"n".repeat(64)}` },
      ],
    });
    expect(read(JSON.parse('{"__proto__": 1, "plan": "pro"}'))).toEqual({
      traits: { plan: "pro" },
      leftOut: [{ reason: "invalid_trait_name", path: "traits.__proto__" }],
    });
    for (const traits of [["a"], "ceo", 5]) {
      expect(read(traits)).toEqual({ traits: {}, leftOut: [{ reason: "invalid_traits", path: "traits" }] });
    }
    expect(read(undefined, { context: { traits: { tags: [] } } }).leftOut).toEqual([
      { reason: "trait_is_a_list", path: "context.traits.tags" },
    ]);
  });

  test("beyond those that a contact keeps are told once", () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`t${i}`, i]));
    const { traits, leftOut } = read(many);
    expect(Object.keys(traits ?? {})).toHaveLength(MAX_TRAITS_PER_CONTACT);
    expect(leftOut).toEqual([{ reason: "too_many_traits", path: "traits.t100" }]);
  });
});

describe("a day", () => {
  test("reads back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_932_896 }), (day) => {
        expect(dayOf(parseTime(dayToIso(day)) ?? NaN)).toBe(day);
      }),
    );
  });

  test("is UTC whatever the text's offset", () => {
    expect(parseTime("2026-11-23")).toBe(Date.parse("2026-11-23T00:00:00Z"));
    expect(parseTime("2026-11-23T00:30:00")).toBe(Date.parse("2026-11-23T00:30:00Z"));
    expect(dayToIso(dayOf(parseTime("2026-11-23T00:30:00+02:00") ?? NaN))).toBe("2026-11-22");
    expect(dayOf(DAY_MS - 1)).toBe(0);
  });
});
