import { describe, expect, test } from "vitest";

import { MAX_PROPERTY_CHARS } from "../../shared/limits.ts";
import { parseEvent } from "../../shared/parse-event.ts";
import { parseSignalKey } from "../../shared/signal.ts";

const visitor = { anonymousId: "v1" };

function parse(raw: unknown, trusted = false) {
  return parseEvent(raw, "id", { receivedAt: 0, sentAt: undefined, trusted });
}

describe("the properties of an event", () => {
  const leftOut = (raw: object) => {
    const parsed = parse({ ...visitor, ...raw });
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.leftOut;
  };
  const track = (properties: object) => leftOut({ type: "track", event: "Quote", properties });
  const named = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, "text"]));
  const long = "t".repeat(MAX_PROPERTY_CHARS + 1);

  test("are kept whole as far as the limits go, and beyond them it is said, once for each event", () => {
    expect(track({ ...named(8), value: 5, path: "/" + long })).toEqual([
      { reason: "too_many_properties", path: "properties" },
    ]);
    expect(track({ ...named(7), value: 5, path: "/" + long })).toEqual([]);
    expect(track({ a: "t".repeat(MAX_PROPERTY_CHARS), b: long, c: long })).toEqual([
      { reason: "property_too_long", path: "properties.b" },
    ]);
    expect(track({ [long]: 1 })).toMatchObject([{ reason: "property_too_long" }]);
    expect(leftOut({ type: "screen", name: long })).toEqual([
      { reason: "property_too_long", path: "properties.name" },
    ]);
  });

  test("of a page may have a long title and address: these are as they are", () => {
    const url = `https://a.example/?${long}`;
    expect(leftOut({ type: "page", properties: { title: long, url, search: long, path: "/" } })).toEqual([]);
    expect(leftOut({ type: "page", properties: { plan: long } })).toEqual([
      { reason: "property_too_long", path: "properties.plan" },
    ]);
  });
});

test("the campaign of a visit may stand in the context or among the properties", () => {
  const campaignOf = (raw: object) => {
    const parsed = parse({ type: "page", userId: "ann", ...raw }, true);
    if (!parsed.ok) throw new Error(parsed.reason);
    return [parsed.event.visit?.origin.campaign, parseSignalKey(parsed.event.signal).props.get("campaign")];
  };
  const context = { campaign: { name: "autumn" } };
  expect(campaignOf({ properties: { campaign: "spring" } })).toEqual(["spring", "spring"]);
  expect(campaignOf({ context })).toEqual(["autumn", "autumn"]);
  expect(campaignOf({ properties: { campaign: "spring" }, context })).toEqual(["autumn", "autumn"]);
});
