import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { formatSdkEventId, parseSdkEventId } from "../../shared/event-id.ts";
import { FOREIGN_IDS_PER_CONTACT, MAX_EVENTS_PER_BATCH, MAX_RUNS_PER_PRODUCER } from "../../shared/limits.ts";
import { addRun, hasNumber, type Runs } from "../../shared/runs.ts";
import { emptySeen, lookUp, markSeen, mergeSeen } from "../../shared/seen.ts";

const TODAY = 20_000;

describe("runs", () => {
  test("hold just the numbers that were added, as ordered runs that do not touch", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(4)), { maxLength: 30 }), (added) => {
        const runs: Runs = [];
        const numbers = new Set<number>();
        for (const [from, more] of added) {
          addRun(runs, from, from + more);
          for (let n = from; n <= from + more; n += 1) numbers.add(n);
        }
        for (let n = -1; n < 40; n += 1) expect(hasNumber(runs, n)).toBe(numbers.has(n));
        for (let i = 2; i < runs.length; i += 2) expect(runs[i]).toBeGreaterThan((runs[i - 1] ?? NaN) + 1);
      }),
    );
  });
});

describe("seen", () => {
  test("the id of an event of ours reads back, and others are not taken for one", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{12}$/), fc.nat(), (producer, sequence) => {
        expect(parseSdkEventId(formatSdkEventId(producer, sequence))).toEqual({ producer, sequence });
      }),
    );
    for (const id of [
      "",
      "ag:",
      "ag:short:1",
      "ag:abcdefghijkl:",
      "ag:abcdefghijkl:-1",
      crypto.randomUUID(),
    ]) {
      expect(parseSdkEventId(id)).toBeUndefined();
    }
  });

  test("split over two parts and merged, it knows what either has seen", () => {
    const ids = fc.array(
      fc.oneof(
        fc.string({ minLength: 1 }),
        fc.nat(20).map((n) => formatSdkEventId("producer-one", n)),
        fc.nat(20).map((n) => formatSdkEventId("producer-two", n)),
      ),
    );
    fc.assert(
      fc.property(ids, ids, (first, second) => {
        const [a, b] = [emptySeen(), emptySeen()];
        for (const id of first) markSeen(a, id, TODAY);
        for (const id of second) markSeen(b, id, TODAY);
        mergeSeen(a, b, TODAY);
        for (const id of [...first, ...second]) expect(lookUp(a, id)).toBe("seen");
        expect(lookUp(a, formatSdkEventId("producer-six", 3))).toBe("new");
      }),
    );
  });

  test("a producer is forgotten when nothing can arrive from it any more, and not before", () => {
    const id = formatSdkEventId("producer-one", 1);
    const after = (days: number) => {
      const [old, merged] = [emptySeen(), emptySeen()];
      markSeen(old, id, TODAY);
      mergeSeen(merged, old, TODAY + days);
      return lookUp(merged, id);
    };
    expect(after(30)).toBe("seen");
    expect(after(31)).toBe("seen");
    expect(after(32)).toBe("new");
  });

  test("of other clients' ids the last are remembered", () => {
    const seen = emptySeen();
    for (let i = 0; i <= FOREIGN_IDS_PER_CONTACT; i += 1) markSeen(seen, `message-${i}`, TODAY);
    expect(lookUp(seen, "message-0")).toBe("new");
    expect(lookUp(seen, "message-1")).toBe("seen");
    expect(seen.ids.size).toBe(FOREIGN_IDS_PER_CONTACT);
    // Else a batch sent again would push out the very ids it is about to be recognised by.
    expect(FOREIGN_IDS_PER_CONTACT).toBeGreaterThanOrEqual(MAX_EVENTS_PER_BATCH);
  });

  test("a producer with more gaps than it may have is refused, not forgotten", () => {
    const seen = emptySeen();
    for (let i = 0; i < MAX_RUNS_PER_PRODUCER; i += 1)
      markSeen(seen, formatSdkEventId("producer-one", i * 2), TODAY);
    const answer = (n: number) => lookUp(seen, formatSdkEventId("producer-one", n));
    expect(answer(1_000)).toBe("too_many_gaps");
    expect(answer(1)).toBe("new");
    expect(answer(0)).toBe("seen");
  });
});
