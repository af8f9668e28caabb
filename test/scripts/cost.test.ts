import { describe, expect, test } from "vitest";

import { type Delivery, type PageView, requestsOf, type Told, TODAY } from "../cost/delivery.ts";
import { wireEvents } from "../cost/events.ts";
import { partsOf, sumOf } from "../cost/parts.ts";
import { dollarsOf, NOTHING } from "../cost/prices.ts";
import { tableOf } from "../cost/report.ts";
import { ordinaryContact, trafficOf, USUAL } from "../cost/traffic.ts";

const SECOND = 1_000;
const SENT: Delivery = { gatherMs: 10 * SECOND, leastEngagedMs: SECOND, hold: false };
const HELD: Delivery = { ...SENT, hold: true };

function pageAt(seconds: number, untilSeconds: number, ...acts: number[]): PageView {
  return {
    openedAt: seconds * SECOND,
    closedAt: untilSeconds * SECOND,
    acts: acts.map((at) => at * SECOND),
  };
}

/** `"10: visit 0, act 1"` for each request, with what it asks about behind `?`. */
function told(pages: readonly PageView[], delivery: Delivery): string[] {
  const nameOf = ({ page, what }: Told) => `${page}.${what}`;
  return requestsOf(pages, delivery).map(({ at, events, confirm }) =>
    [`${at / SECOND}:`, ...events.map(nameOf), ...confirm.map((each) => `?${nameOf(each)}`)].join(" "),
  );
}

describe("the requests of a visit", () => {
  test("are the page's visit, what gathers on it, and the engaged time as it ends", () => {
    expect(told([pageAt(0, 60, 20, 29)], SENT)).toEqual(["0: 0.visit", "30: 0.0 0.1", "60: 0.engaged"]);
  });

  test("gather no longer than they may: what comes later waits for itself", () => {
    expect(told([pageAt(0, 60, 20, 31)], SENT)).toEqual([
      "0: 0.visit",
      "30: 0.0",
      "41: 0.1",
      "60: 0.engaged",
    ]);
  });

  test("wait for nothing where a form is sent, and take along what waits", () => {
    const page = { ...pageAt(0, 60, 20, 24), urgent: 1 };
    expect(told([page], SENT)).toEqual(["0: 0.visit", "24: 0.0 0.1", "60: 0.engaged"]);
  });

  test("take along at a page's end what waits, and the next page asks for the answer", () => {
    expect(told([pageAt(0, 60, 55), pageAt(61, 70)], SENT)).toEqual([
      "0: 0.visit",
      "60: 0.0 0.engaged",
      "61: 1.visit ?0.0 ?0.engaged",
      "70: 1.engaged",
    ]);
  });

  test("are fewer where the next page takes along what waits, and the last page still tells its end", () => {
    expect(told([pageAt(0, 60, 55), pageAt(61, 70)], HELD)).toEqual([
      "0: 0.visit",
      "61: 0.0 0.engaged 1.visit",
      "70: 1.engaged",
    ]);
  });

  test("tell nothing of a page that was engaged for less than is told", () => {
    expect(told([pageAt(0, 0.5), pageAt(1, 2)], SENT)).toEqual(["0: 0.visit", "1: 1.visit", "2: 1.engaged"]);
  });

  test("carry every event once, however they are gathered", () => {
    const { day } = trafficOf({ ...USUAL, visits: 50 });
    for (const delivery of [SENT, HELD, { ...HELD, gatherMs: 30 * SECOND }]) {
      for (const visit of day) {
        const eventOf = wireEvents(visit);
        const ids = requestsOf(visit.pages, delivery).flatMap(({ events }) =>
          events.map((each) => eventOf(each).messageId),
        );
        expect(new Set(ids).size).toBe(4 * visit.pages.length);
        expect(ids).toHaveLength(4 * visit.pages.length);
      }
    }
  });

  test("wait as long as the script's own source says", () => {
    expect(TODAY).toMatchObject({ gatherMs: 60_000, leastEngagedMs: SECOND });
  });
});

describe("the day", () => {
  test("is the same each time, and another one from another seed", () => {
    expect(trafficOf(USUAL)).toEqual(trafficOf(USUAL));
    expect(trafficOf({ ...USUAL, seed: USUAL.seed + 1 })).not.toEqual(trafficOf(USUAL));
  });

  test("has about five pages a visit, and lies on one day", () => {
    const { before, day } = trafficOf(USUAL);
    const pages = day.flatMap((visit) => visit.pages);
    expect(pages.length / day.length).toBeGreaterThan(4.5);
    expect(pages.length / day.length).toBeLessThan(5.5);
    for (const { openedAt, closedAt } of pages) {
      expect(openedAt).toBeGreaterThanOrEqual(0);
      expect(closedAt).toBeLessThan(86_400_000);
    }
    for (const visit of before) expect(visit.pages[0]?.openedAt).toBeLessThan(0);
  });

  test("has besides an ordinary contact of twenty visits and a hundred pages", () => {
    const visits = ordinaryContact(USUAL);
    expect([visits.length, visits.flatMap(({ pages }) => pages).length]).toEqual([20, 100]);
  });
});

describe("the bill", () => {
  test("is a million of each at Cloudflare's prices", () => {
    expect(dollarsOf({ workerRequests: 1e6 })).toBeCloseTo(0.3, 9);
    expect(dollarsOf({ objectRequests: 1e6 })).toBeCloseTo(0.15, 9);
    expect(dollarsOf({ rowsWritten: 1e6 })).toBeCloseTo(1, 9);
    expect(dollarsOf({ rowsRead: 1e6 })).toBeCloseTo(0.001, 9);
    expect(dollarsOf({ cpuMs: 1e6 })).toBeCloseTo(0.02, 9);
    expect(dollarsOf({ byteMonths: 1e9 })).toBeCloseTo(0.2, 9);
    // A million seconds of 128 MB are 128,000 GB-s.
    expect(dollarsOf({ activeMs: 1e9 })).toBeCloseTo(1.6, 9);
    expect(dollarsOf({ workerRequests: 1e6, objectRequests: 1e6, rowsWritten: 1e6 })).toBeCloseTo(1.45, 9);
  });

  test("leaves out nothing that was counted, and counts nothing twice", () => {
    const day = {
      "asked /v1/batch": 5,
      "asked /afterglow.js": 7,
      "called Contact.ingest": 5,
      "called Directory.register": 11,
      "called Directory.somethingNew": 13,
      "loaded Contact": 1_000,
      "written Contact hot row": 5,
      "written Contact packed row": 17,
      "written Contact new tables": 19,
      "written Contact alarm": 23,
      "written Directory known": 29,
      "read Models versions": 31,
    };
    const later = { "called Contact.alarm": 37, "written Contact alarm": 41, "active Contact.alarm": 43 };
    const parts = partsOf(day, later);
    expect(sumOf(parts)).toEqual({
      ...NOTHING,
      workerRequests: 12,
      objectRequests: 5 + 11 + 13 + 37,
      rowsWritten: 5 + 17 + 19 + 23 + 29 + 41,
      rowsRead: 31,
      activeMs: 43,
    });
    const usageOf = (name: string) => parts.find((part) => part.name === name)?.usage;
    expect(usageOf("beacons")).toMatchObject({ workerRequests: 5, objectRequests: 5, rowsWritten: 5 });
    expect(usageOf("setting alarms")).toMatchObject({ rowsWritten: 23 });
    expect(usageOf("other")).toMatchObject({ objectRequests: 13 });
  });

  test("is shown for a thousand page views and in dollars for a million, with its sum", () => {
    const parts = [
      { name: "small", usage: { ...NOTHING, workerRequests: 20 } },
      { name: "large", usage: { ...NOTHING, rowsWritten: 20 } },
    ];
    const cells = tableOf(parts, 10).map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
    expect(cells.slice(2)).toEqual([
      ["large", "0", "0", "0", "2000", "2.000"],
      ["small", "2000", "0", "0", "0", "0.600"],
      ["together", "2000", "0", "0", "2000", "2.600"],
    ]);
  });
});
