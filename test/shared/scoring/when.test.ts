import { describe, expect, test } from "vitest";

import { parseEvent } from "../../../shared/parse-event.ts";
import type { FullWhen } from "../../../shared/scoring/full-model.ts";
import { compileWhen } from "../../../shared/scoring/when.ts";
import { parseSignalKey } from "../../../shared/signal.ts";

/** Whether a sent event with this property is one of those that are named. */
function meets(when: FullWhen, seats: unknown): boolean {
  const raw = { type: "track", anonymousId: "v", event: "Quote", properties: { seats } };
  const parsed = parseEvent(raw, "id", { receivedAt: 0, sentAt: undefined, trusted: false });
  if (!parsed.ok) throw new Error(parsed.reason);
  return compileWhen(when)(parseSignalKey(parsed.event.signal));
}

describe("a number that is sent with an event", () => {
  test("is no text, whatever it is shown as", () => {
    const other: FullWhen = [{ event: "Quote", seats: "other" }];
    expect([5, 0, -1.5, "other", " other ", "another"].map((seats) => meets(other, seats))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
    for (const seats of [{ like: "o*r" }, { contains: "the" }, { startsWith: "oth" }, { is: "other" }]) {
      expect([5, "other"].map((sent) => meets([{ event: "Quote", seats }], sent))).toEqual([false, true]);
    }
  });

  test("is there, and is not what is named", () => {
    for (const seats of ["*", { known: true }, { not: "other" }]) {
      expect(meets([{ event: "Quote", seats }], 5)).toBe(true);
    }
    expect(meets([{ event: "Quote", seats: { known: false } }], 5)).toBe(false);
  });

  test("cannot be sent as a text", () => {
    const kept = ["", "\u001a", "\u0000", "a\u001ab"].map((seats) => {
      return meets([{ event: "Quote", seats: ["", "a b"] }], seats);
    });
    expect(kept).toEqual([true, true, true, true]);
  });
});

describe("a list of pages", () => {
  const pages = ["/a", "/b*", "*/c"].map((path) => ({ event: "page", path }));

  test.each([
    ["/a", true],
    ["/b/1", true],
    ["/x/c", true],
    ["/", false],
    ["/a/", false],
  ])("is met by any of them: %s", (path, met) => {
    const when: FullWhen = [...pages, { event: "screen", path: "/" }, { event: "page", title: path }];
    const signal = { name: "page", props: new Map([["path", path]]) };
    expect(compileWhen(when)(signal)).toBe(met);
  });
});
