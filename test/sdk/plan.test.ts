import { describe, expect, test } from "vitest";

import type { WireEvent } from "../../sdk/index.ts";
import { FRESH, HANDED, nextRequest, SETTLED, sift, type Standing } from "../../sdk/plan.ts";
import { formatSdkEventId } from "../../shared/event-id.ts";

const NOW = Date.UTC(2026, 10, 25, 12);
const PRODUCER = "abcdefghijkl";

function eventAt(agoMs: number, sequence: number, more: Partial<WireEvent> = {}): WireEvent {
  return {
    type: "track",
    event: "Tested",
    messageId: formatSdkEventId(PRODUCER, sequence),
    anonymousId: "visitor-one",
    timestamp: new Date(NOW - agoMs).toISOString(),
    ...more,
  };
}

const idsOf = (events: readonly WireEvent[]) => events.map(({ messageId }) => messageId);
const standingsOf = (entries: readonly (readonly [WireEvent, Standing])[]) =>
  new Map(entries.map(([event, standing]) => [event.messageId, standing]));

describe("of what is kept", () => {
  test("the oldest come first, and what is settled not at all", () => {
    const [late, early, done] = [eventAt(1, 1), eventAt(9, 2), eventAt(5, 3)] as const;
    const [waiting, dropped] = sift([late, early, done], standingsOf([[done, SETTLED]]), NOW);
    expect(idsOf(waiting)).toEqual(idsOf([early, late]));
    expect(dropped).toEqual([]);
  });

  test("a draft waits until it has not grown for a minute", () => {
    const draft = (agoMs: number) => eventAt(agoMs, 1, { draft: true });
    expect(sift([draft(59_999)], new Map(), NOW)[0]).toEqual([]);
    expect(sift([draft(60_000)], new Map(), NOW)[0]).toEqual([draft(60_000)]);
  });

  test("a thousand are waited for; of one more, one place is left for the event that tells of it", () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => eventAt(count - i, i));
    expect(sift(many(1_000), new Map(), NOW)[1]).toEqual([]);
    expect(sift(many(1_001), new Map(), NOW)[1]).toEqual(many(1_001).slice(0, 2));
    expect(sift(many(1_005), new Map(), NOW)[1]).toEqual(many(1_005).slice(0, 6));
  });
});

describe("the next request", () => {
  test("takes what was never sent, and asks about the rest of the same visitor", () => {
    const [left, handed, fresh] = [eventAt(9, 1), eventAt(8, 2), eventAt(7, 3)] as const;
    const other = eventAt(20, 4, { anonymousId: "visitor-two" });
    const standings = standingsOf([
      [handed, HANDED],
      [fresh, FRESH],
    ]);
    const [batch, doubtful] = nextRequest([other, left, handed, fresh], standings);
    expect(idsOf(batch)).toEqual(idsOf([fresh]));
    expect(idsOf(doubtful)).toEqual(idsOf([left, handed]));
  });

  test("takes what another page has left where there is nothing else", () => {
    const [left, handed] = [eventAt(9, 1), eventAt(8, 2)] as const;
    const [batch] = nextRequest([left, handed], standingsOf([[handed, HANDED]]));
    expect(idsOf(batch)).toEqual(idsOf([left, handed]));
  });

  test("is none where everything was handed over, or nothing is left", () => {
    const handed = eventAt(8, 2);
    expect(nextRequest([handed], standingsOf([[handed, HANDED]]))).toEqual([[], []]);
    expect(nextRequest([], new Map())).toEqual([[], []]);
  });

  test("fits into what a browser sends at a page's end, unless one event alone does not", () => {
    const big = (sequence: number) => eventAt(0, sequence, { properties: { text: "€".repeat(9_000) } });
    const events = [big(1), big(2), big(3)];
    const fresh = standingsOf(events.map((event) => [event, FRESH]));
    const [batch] = nextRequest(events, fresh);
    expect(idsOf(batch)).toEqual(idsOf(events.slice(0, 2)));
    expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(64 * 1024 - 4_096);
    const huge = eventAt(0, 4, { properties: { text: "x".repeat(70_000) } });
    expect(nextRequest([huge], standingsOf([[huge, FRESH]]))[0]).toEqual([huge]);
  });
});
