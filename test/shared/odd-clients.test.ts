import { expect, test } from "vitest";

import { parseEvent } from "../../shared/parse-event.ts";
import { parseSignalKey } from "../../shared/signal.ts";
import { eventsOf, messageIdOf } from "../../worker/domain/batch.ts";

const now = Date.parse("2026-11-23T10:00:00Z");

test("a group that is numbered is known by its number", () => {
  const parsed = parseEvent({ type: "group", anonymousId: "v", groupId: 42 }, "id", {
    receivedAt: now,
    sentAt: undefined,
    trusted: false,
  });
  const signal = parsed.ok ? parsed.event.signal : "";
  expect([...parseSignalKey(signal).props]).toEqual([["groupId", "42"]]);
});

test("a batch's own context is that of its events, as far as they do not say something else", () => {
  const [own, none] = [
    { type: "page", context: { campaign: { name: "autumn" }, locale: "de" } },
    { type: "page" },
  ];
  const context = { campaign: { name: "spring" }, page: { path: "/pricing" } };
  expect(eventsOf({ context, batch: [own, none, "no event", { context: 5 }] })).toEqual([
    { type: "page", context: { campaign: { name: "autumn" }, locale: "de", page: { path: "/pricing" } } },
    { type: "page", context },
    "no event",
    { context },
  ]);
  const batch = [own, none];
  for (const other of [undefined, null, "x", []]) expect(eventsOf({ context: other, batch })).toBe(batch);
  expect(eventsOf({ context, batch: {} })).toBeUndefined();
});

test("where a visit came from is one line of text, no longer than any property", () => {
  const from = (referrer: string) => {
    const raw = { type: "page", anonymousId: "v", properties: { path: "/", referrer } };
    const parsed = parseEvent(raw, "id", { receivedAt: now, sentAt: undefined, trusted: false });
    return parsed.ok ? parsed.event.visit?.origin.referrer : undefined;
  };
  expect(from("https://News.Example/a?b")).toBe("news.example");
  expect(from("https://a\n\u0000b\ud800.example/")).toBe("a b\ufffd.example");
  expect(from(`https://${"x".repeat(900)}/`)).toBe("x".repeat(64));
});

test("an event that is numbered is named by its number where it is refused", () => {
  expect(messageIdOf({ messageId: 7 })).toBe("7");
  expect(messageIdOf({ messageId: {} })).toBeNull();
});
